//! One record: what a line says, as far as it can matter.

mod envelope;
pub mod event;
pub mod failure;
pub mod instructions;
pub mod item;
pub mod object;
pub mod plan_type;
pub mod prefilter;
pub mod rate_limits;
pub mod recover;
pub mod service_tier;
pub mod session_meta;
pub mod text;
mod turn_context;
pub mod usage;
pub mod verbatim;

use std::borrow::Cow;

pub use crate::rollout::record::item::{
    Item, Malformed, Record, TokenCount, TokenUsage, TokenUsageRecord, Turn, TurnContext, TurnEvent,
};
use serde::Deserialize;

use crate::rollout::record::envelope::Envelope;
use crate::rollout::record::event::event;
use crate::rollout::record::object::object;
use crate::rollout::record::prefilter::{LineKind, TOOL_OUTPUT, Unneeded, classify};
use crate::rollout::record::text::Text;
use crate::rollout::record::turn_context::turn_context;
use crate::rollout::record::usage::WireTokenUsageRecord;

/// Parses a line.
///
/// # Errors
///
/// When it is no JSON object, or a record that counts tokens with something else than whole numbers from 0 to 2^53.
pub fn parse(line: &[u8]) -> Result<Record<'_>, Malformed> {
    parse_as(line, classify(line))
}

/// Parses a line of a known kind.
///
/// # Errors
///
/// Those of [`parse`].
pub fn parse_as(line: &[u8], kind: LineKind) -> Result<Record<'_>, Malformed> {
    let verbatim = match kind {
        LineKind::TokenCount => verbatim::token_count(line),
        LineKind::TokenUsageRecord => verbatim::token_usage_record(line),
        _ => None,
    };
    verbatim.map_or_else(|| parse_any(line), Ok)
}

fn parse_any(line: &[u8]) -> Result<Record<'_>, Malformed> {
    let envelope: Envelope<'_> = object(line)?;
    let item = match envelope.kind.0.as_deref() {
        Some("session_meta") => Item::SessionMeta,
        Some("turn_context") => turn_context(&envelope, line)?,
        Some("token_usage_record") => token_usage_record(&envelope)?,
        Some("event_msg") => event(&envelope)?,
        Some("response_item") => Item::Unneeded(response_item(&envelope)),
        _ => Item::Unneeded(Unneeded::Other),
    };
    let ordinal = envelope.ordinal.and_then(|raw| raw.get().parse().ok());
    Ok(Record { timestamp: envelope.timestamp.0, ordinal, item })
}

/// The kinds of a record, for a reader that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description<'a> {
    /// The time when it was written (ISO 8601), if it says so.
    pub timestamp: Option<Cow<'a, str>>,
    /// `session_meta`, `event_msg`, …
    pub kind: Option<Cow<'a, str>>,
    /// `token_count`, `message`, …
    pub payload_kind: Option<Cow<'a, str>>,
}

/// Tells what kind of record a line is; `None` when it is none.
#[must_use]
pub fn describe(line: &[u8]) -> Option<Description<'_>> {
    let envelope: Envelope<'_> = object(line).ok()?;
    let payload_kind = envelope.payload_kind();
    Some(Description { timestamp: envelope.timestamp.0, kind: envelope.kind.0, payload_kind })
}

fn token_usage_record<'a>(envelope: &Envelope<'a>) -> Result<Item<'a>, Malformed> {
    let wire: WireTokenUsageRecord<'a> = object(envelope.body().ok_or(Malformed)?.as_bytes())?;
    Ok(wire.into())
}

#[derive(Deserialize)]
struct WireItem<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, default)]
    role: Text<'a>,
}

fn response_item(envelope: &Envelope<'_>) -> Unneeded {
    let Some(item) = envelope.body().and_then(|raw| object::<WireItem<'_>>(raw.as_bytes()).ok())
    else {
        return Unneeded::Other;
    };
    match (item.kind.0.as_deref(), item.role.0.as_deref()) {
        (Some("function_call" | "custom_tool_call" | "local_shell_call"), _) => Unneeded::ToolCall,
        (Some(kind), _) if kind.ends_with(TOOL_OUTPUT) => Unneeded::ToolOutput,
        (Some("message"), Some("assistant")) => Unneeded::AgentMessage,
        _ => Unneeded::Other,
    }
}

#[cfg(test)]
mod tests;
