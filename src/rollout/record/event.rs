//! Reads an `event_msg`.

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};
use serde_json::value::RawValue;

use crate::rollout::record::envelope::Envelope;
use crate::rollout::record::item::{Item, Malformed, Turn, TurnContext, TurnEvent};
use crate::rollout::record::object::object;
use crate::rollout::record::prefilter::Unneeded;
use crate::rollout::record::text::Text;
use crate::rollout::record::turn_context::facts;
use crate::rollout::record::usage::token_count;

#[derive(Deserialize)]
struct WireSettings<'a> {
    #[serde(borrow, default)]
    thread_settings: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct WireEvent<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, default)]
    turn_id: Text<'a>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
    #[serde(default)]
    last_agent_message: LastMessage,
}

/// The state of the model's last message.
#[derive(Default)]
enum LastMessage {
    #[default]
    NotSaid,
    Null,
    There,
}

impl<'de> Deserialize<'de> for LastMessage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let message = Option::<IgnoredAny>::deserialize(deserializer)?;
        Ok(message.map_or(Self::Null, |_| Self::There))
    }
}

pub(super) fn event<'a>(envelope: &Envelope<'a>) -> Result<Item<'a>, Malformed> {
    let Some(raw) = envelope.body() else { return Ok(Item::Unneeded(Unneeded::Other)) };
    let wire: WireEvent<'a> = object(raw.as_bytes())?;
    let event = match wire.kind.0.as_deref() {
        Some("token_count") => return token_count(raw).map(Item::TokenCount),
        Some("agent_message") => return Ok(Item::Unneeded(Unneeded::AgentMessage)),
        Some("thread_settings_applied") => {
            let wire: WireSettings<'a> = object(raw.as_bytes())?;
            let Some(settings) = wire.thread_settings else {
                return Ok(Item::Unneeded(Unneeded::Other));
            };
            let settings = facts(settings.get().as_bytes())?;
            // Settings are written whole: a tier that is left out is none in particular.
            let service_tier = Some(settings.service_tier.unwrap_or_default());
            return Ok(Item::Settings(TurnContext { service_tier, ..settings }));
        }
        Some("task_started" | "turn_started") => TurnEvent::Started,
        Some("user_message") => TurnEvent::Prompted,
        Some("task_complete" | "turn_complete") => match (wire.error, wire.last_agent_message) {
            (Some(_), _) => TurnEvent::Failed,
            (None, LastMessage::Null) => TurnEvent::CompletedSilently,
            (None, LastMessage::NotSaid | LastMessage::There) => TurnEvent::Completed,
        },
        Some("turn_aborted") => TurnEvent::Aborted,
        Some("error") => TurnEvent::Erred,
        _ => return Ok(Item::Unneeded(Unneeded::Other)),
    };
    Ok(Item::Turn(Turn { event, turn_id: wire.turn_id.0 }))
}
