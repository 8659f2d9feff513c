//! Reads the settings of a turn: a `turn_context`, or settings that were applied.

use serde::Deserialize;

use crate::rollout::record::envelope::Envelope;
use crate::rollout::record::item::{Item, Malformed, TurnContext};
use crate::rollout::record::object::object;
use crate::rollout::record::service_tier::{self, ServiceTier};
use crate::rollout::record::text::Text;

#[derive(Deserialize)]
struct WireTurnContext<'a> {
    #[serde(borrow, default)]
    turn_id: Text<'a>,
    #[serde(borrow, default)]
    model: Text<'a>,
    #[serde(borrow, default)]
    cwd: Text<'a>,
    #[serde(default, deserialize_with = "service_tier::said")]
    service_tier: Option<ServiceTier>,
}

pub(super) fn turn_context<'a>(
    envelope: &Envelope<'a>,
    line: &'a [u8],
) -> Result<Item<'a>, Malformed> {
    // Without a payload the facts lie flat in the envelope.
    facts(envelope.body().map_or(line, str::as_bytes)).map(Item::TurnContext)
}

pub(super) fn facts<'a>(json: &'a [u8]) -> Result<TurnContext<'a>, Malformed> {
    let WireTurnContext { turn_id, model, cwd, service_tier } = object(json)?;
    let named = |text: Text<'a>| text.0.filter(|name| !name.trim().is_empty());
    Ok(TurnContext { turn_id: turn_id.0, model: named(model), cwd: named(cwd), service_tier })
}
