//! What Node gets: answers, and the one type of promise that they come with.
//!
//! An answer is made where the work is done, as a JSON text, and one `JSON.parse` makes it a value of JavaScript: sooner
//! than property by property, and by the same few instructions for all types. What napi and tokio do around a promise is
//! compiled anew for every type of future and of answer too, so all futures end in a box.

use std::future::Future;
use std::io;
use std::pin::Pin;

use napi::bindgen_prelude::{
    Buffer, FnArgs, Function, JsObjectValue, Object, PromiseRaw, ToNapiValue, Unknown,
};
use napi::{Env, Error, Result};
use serde::Serialize;

use crate::binding::pieces::Receiver;
use crate::binding::records::RolloutRecord;

/// A promise of whatever the `ts_return_type` of its function says.
pub type Promise<'env> = PromiseRaw<'env, Unknown<'env>>;

/// `JSON.parse(text)`.
type Parse<'env> = Function<'env, FnArgs<(String,)>, Unknown<'env>>;

/// What is resolved.
pub(super) enum Answer {
    /// `undefined`.
    Nothing,
    /// Anything that is written as JSON.
    Json(String),
    /// A buffer.
    Bytes(Vec<u8>),
    /// Texts of any length: V8 would read each of their characters to parse them, and just copies them so.
    Records(Vec<RolloutRecord>),
    /// The last piece of a list, and the rest of the answer that the list belongs to.
    List(Receiver, String, String),
}

impl Answer {
    /// An answer of whatever type; `None` becomes `null`.
    pub(super) fn new(value: &impl Serialize) -> Result<Self> {
        json(value).map(Self::Json).map_err(|failed| Error::from_reason(failed.to_string()))
    }

    /// JavaScript's value.
    pub(super) fn convert(self, env: &Env) -> Result<Unknown<'_>> {
        match self {
            Self::Nothing => ().into_unknown(env),
            Self::Json(text) => parse(env, text),
            Self::Bytes(bytes) => Buffer::from(bytes).into_unknown(env),
            Self::Records(records) => records.into_unknown(env),
            Self::List(receiver, last, rest) => receiver.finish(env, last, rest),
        }
    }
}

/// A value as JSON.
pub(super) fn json(value: &impl Serialize) -> io::Result<String> {
    Ok(serde_json::to_string(value)?)
}

fn parse(env: &Env, text: String) -> Result<Unknown<'_>> {
    let json: Object<'_> = env.get_global()?.get_named_property("JSON")?;
    let parse: Parse<'_> = json.get_named_property("parse")?;
    parse.call(FnArgs::from((text,)))
}

/// A promise of what the future results in.
pub(super) fn promise(
    env: &Env,
    future: impl Future<Output = Result<Answer>> + Send + 'static,
) -> Result<Promise<'_>> {
    spawn(env, Box::pin(future))
}

fn spawn(
    env: &Env,
    future: Pin<Box<dyn Future<Output = Result<Answer>> + Send>>,
) -> Result<Promise<'_>> {
    env.spawn_future_with_callback(future, |env, answer| answer.convert(env))
}
