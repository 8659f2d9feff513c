//! The outer object of a record, in every shape that Codex has written.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::rollout::record::object::object;
use crate::rollout::record::text::Text;

#[derive(Deserialize)]
pub(super) struct Envelope<'a> {
    #[serde(borrow, default)]
    pub(super) timestamp: Text<'a>,
    #[serde(borrow, default)]
    pub(super) ordinal: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Text<'a>,
    #[serde(borrow, default)]
    payload: Option<&'a RawValue>,
    /// The oldest shape has this in place of `payload`.
    #[serde(borrow, default)]
    msg: Option<&'a RawValue>,
}

impl<'a> Envelope<'a> {
    pub(super) fn body(&self) -> Option<&'a str> {
        self.payload.or(self.msg).map(RawValue::get)
    }

    pub(super) fn payload_kind(&self) -> Option<Cow<'a, str>> {
        object::<WirePayloadKind<'a>>(self.body()?.as_bytes()).ok()?.kind.0
    }
}

#[derive(Deserialize)]
struct WirePayloadKind<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
}
