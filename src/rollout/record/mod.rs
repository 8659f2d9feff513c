//! One record: what a line says, as far as it can matter.

pub mod event;
pub mod instructions;
pub mod object;
pub mod plain;
pub mod plan_type;
pub mod prefilter;
pub mod recover;
pub mod service_tier;
pub mod session_meta;
pub mod text;
pub mod usage;
pub mod verbatim;

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::codec::packed_fields;
use crate::rollout::record::prefilter::{Look, Passed, TOOL_OUTPUT, look};
use crate::rollout::record::service_tier::ServiceTier;
use crate::rollout::record::text::Text;
use event::event;
use usage::WireTokenUsageRecord;

/// A line that is no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// A record that may matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record<'a> {
    /// When it was written (ISO 8601), if it says so.
    pub timestamp: Option<Cow<'a, str>>,
    /// Its number in the thread's history, in paginated rollouts.
    pub ordinal: Option<u64>,
    /// What it says.
    pub item: Item<'a>,
}

/// What a record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item<'a> {
    /// `session_meta`: the thread's, or one that was copied from its parent. Read it with [`crate::rollout::record::session_meta`].
    SessionMeta,
    /// `turn_context`: what the turn runs with.
    TurnContext(TurnContext<'a>),
    /// `event_msg`/`thread_settings_applied`: what the next turn runs with, unless it says otherwise.
    Settings(TurnContext<'a>),
    /// `event_msg`/`token_count`.
    TokenCount(TokenCount),
    /// `token_usage_record`.
    TokenUsageRecord(TokenUsageRecord<'a>),
    /// `event_msg`/`task_started`, `task_complete`, `turn_aborted`, `error`, `user_message`.
    Turn(Turn<'a>),
    /// A record that carries nothing that counts.
    Passed(Passed),
}

/// `turn_context`.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct TurnContext<'a> {
    /// The turn, from 0.105 on.
    pub turn_id: Option<Cow<'a, str>>,
    /// The model that the turn asks.
    pub model: Option<Cow<'a, str>>,
    /// Where the turn runs.
    pub cwd: Option<Cow<'a, str>>,
    /// The tier that it asks for, in settings from 0.148 on; `None` where the record does not say.
    pub service_tier: Option<ServiceTier>,
}

/// The counts of a usage. `cached_input` and `cache_write_input` are part of `input`, `reasoning_output` is part of
/// `output`. A `total_tokens` is not among them: it is the sum of input and output, or an estimate of a context's size.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenUsage {
    /// All tokens sent to the model.
    pub input: u64,
    /// Those that the provider had in its cache.
    pub cached_input: u64,
    /// Those that the provider wrote into its cache.
    pub cache_write_input: u64,
    /// All tokens that the model produced.
    pub output: u64,
    /// Those that were spent on reasoning.
    pub reasoning_output: u64,
}

packed_fields!(TokenUsage { input, cached_input, cache_write_input, output, reasoning_output });

/// `event_msg`/`token_count`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenCount {
    /// `info: null`: rate limits only.
    Empty,
    /// The counter of the thread, and the usage that Codex takes for the last response's.
    Counter {
        /// `total_token_usage`.
        total: Option<TokenUsage>,
        /// `last_token_usage`.
        last: Option<TokenUsage>,
    },
    /// The oldest shape: the usage of one response.
    Single(TokenUsage),
}

/// `token_usage_record`: the usage of one response, written as soon as it completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenUsageRecord<'a> {
    /// The thread that was billed; an ancestor's in a copied record.
    pub thread_id: Option<Cow<'a, str>>,
    /// The turn, whose `turn_context` has the model.
    pub turn_id: Option<Cow<'a, str>>,
    /// The provider's id of the response.
    pub response_id: Option<Cow<'a, str>>,
    /// What the response was billed.
    pub usage: TokenUsage,
}

/// The events of a turn's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn<'a> {
    /// What happened.
    pub event: TurnEvent,
    /// The turn, where the record names it.
    pub turn_id: Option<Cow<'a, str>>,
}

/// What happened to a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnEvent {
    /// `task_started`.
    Started,
    /// `user_message`: the beginning of a turn in versions that write no `task_started`.
    Prompted,
    /// `task_complete`.
    Completed,
    /// `task_complete` with `last_agent_message: null`: the turn ended without a last word of the model.
    CompletedSilently,
    /// `task_complete` with an error: the turn ended, and not because the model was done.
    Failed,
    /// `error`: something failed; the turn may go on.
    Erred,
    /// `turn_aborted`: the user interrupted it.
    Aborted,
}

/// Parses a line.
///
/// # Errors
///
/// When it is no JSON object, or a record that counts tokens with something else than whole numbers from 0 to 2^53.
pub fn parse(line: &[u8]) -> Result<Record<'_>, Malformed> {
    parse_looked_at(line, look(line))
}

/// The same of a line that was looked at.
///
/// # Errors
///
/// The same.
pub fn parse_looked_at(line: &[u8], looked: Look) -> Result<Record<'_>, Malformed> {
    let verbatim = match looked {
        Look::TokenCount => verbatim::token_count(line),
        Look::TokenUsageRecord => verbatim::token_usage_record(line),
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
        Some("response_item") => Item::Passed(response_item(&envelope)),
        _ => Item::Passed(Passed::Other),
    };
    let ordinal = envelope.ordinal.and_then(|raw| raw.get().parse().ok());
    Ok(Record { timestamp: envelope.timestamp.0, ordinal, item })
}

/// Reads a JSON object. (Serde would also take an array for one, its elements for the fields in their order.)
fn object<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, Malformed> {
    if !json.trim_ascii_start().starts_with(b"{") {
        return Err(Malformed);
    }
    serde_json::from_slice(json).map_err(|_| Malformed)
}

/// The kinds of a record, for a reader that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description<'a> {
    /// When it was written (ISO 8601), if it says so.
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

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default)]
    timestamp: Text<'a>,
    #[serde(borrow, default)]
    ordinal: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, default)]
    payload: Option<&'a RawValue>,
    /// The oldest shape has this in place of `payload`.
    #[serde(borrow, default)]
    msg: Option<&'a RawValue>,
}

impl<'a> Envelope<'a> {
    fn body(&self) -> Option<&'a str> {
        self.payload.or(self.msg).map(RawValue::get)
    }

    fn payload_kind(&self) -> Option<Cow<'a, str>> {
        object::<WirePayloadKind<'a>>(self.body()?.as_bytes()).ok()?.kind.0
    }
}

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

fn turn_context<'a>(envelope: &Envelope<'a>, line: &'a [u8]) -> Result<Item<'a>, Malformed> {
    // Without a payload the facts lie flat in the envelope.
    facts(envelope.body().map_or(line, str::as_bytes)).map(Item::TurnContext)
}

fn facts(json: &[u8]) -> Result<TurnContext<'_>, Malformed> {
    let WireTurnContext { turn_id, model, cwd, service_tier } = object(json)?;
    Ok(TurnContext { turn_id: turn_id.0, model: model.0, cwd: cwd.0, service_tier })
}

fn token_usage_record<'a>(envelope: &Envelope<'a>) -> Result<Item<'a>, Malformed> {
    let wire: WireTokenUsageRecord<'a> = object(envelope.body().ok_or(Malformed)?.as_bytes())?;
    Ok(wire.into())
}

#[derive(Deserialize)]
struct WirePayloadKind<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
}

#[derive(Deserialize)]
struct WireItem<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, default)]
    role: Text<'a>,
}

fn response_item(envelope: &Envelope<'_>) -> Passed {
    let Some(item) = envelope.body().and_then(|raw| object::<WireItem<'_>>(raw.as_bytes()).ok())
    else {
        return Passed::Other;
    };
    match (item.kind.0.as_deref(), item.role.0.as_deref()) {
        (Some("function_call" | "custom_tool_call" | "local_shell_call"), _) => Passed::ToolCall,
        (Some(kind), _) if kind.ends_with(TOOL_OUTPUT) => Passed::ToolOutput,
        (Some("message"), Some("assistant")) => Passed::AgentMessage,
        _ => Passed::Other,
    }
}

#[cfg(test)]
mod tests;
