//! One record: a cheap look that decides whether a line can matter, and the parsing of those that do.
//!
//! The look knows the one spelling that Codex uses, `{"timestamp":"…",["ordinal":N,]"type":"…","payload":{"type":"…"`,
//! and passes over a line only when it has exactly this beginning and a kind that carries nothing we need. Any other
//! spelling is parsed, so that neither spacing nor the order of fields can hide a record.

use std::borrow::Cow;
use std::fmt;

use memchr::memchr;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The longest text of a timestamp or a kind that the look accepts, in bytes.
const MAX_LOOK_TEXT: usize = 48;

/// 2^53: the largest count that every JSON reader holds exactly. More tokens than this were never billed to anyone.
const MAX_COUNT: u64 = 1 << 53;

/// What the first bytes of a line say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// It must be parsed.
    Parse,
    /// A record that is spelled as usual and carries nothing that counts.
    Pass(Passed),
}

/// The kinds of record that are passed over but say what a turn is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passed {
    /// The model asked for a tool: its turn goes on.
    ToolCall,
    /// The model's final or intermediate words.
    AgentMessage,
    /// Anything else.
    Other,
}

/// Looks at a line, or at the beginning of one.
#[must_use]
pub fn look(line: &[u8]) -> Look {
    look_at_kinds(line).map_or(Look::Parse, Look::Pass)
}

fn look_at_kinds(line: &[u8]) -> Option<Passed> {
    let rest = line.strip_prefix(b"{\"timestamp\":\"")?;
    let (_timestamp, rest) = until_quote(rest)?;
    let rest = match rest.strip_prefix(b",\"ordinal\":") {
        Some(rest) => rest.get(rest.iter().position(|byte| !byte.is_ascii_digit())?..)?,
        None => rest,
    };
    let (kind, rest) = until_quote(rest.strip_prefix(b",\"type\":\"")?)?;
    let payload = rest.strip_prefix(b",\"payload\":{")?;
    match kind {
        b"session_meta" | b"turn_context" | b"token_usage_record" => None,
        b"event_msg" | b"response_item" => {
            let (payload_kind, _) = until_quote(payload.strip_prefix(b"\"type\":\"")?)?;
            match payload_kind {
                b"token_count" | b"task_started" | b"turn_started" | b"task_complete"
                | b"turn_complete" | b"turn_aborted" | b"error" | b"user_message" => None,
                b"function_call" | b"custom_tool_call" | b"local_shell_call" => {
                    Some(Passed::ToolCall)
                }
                b"agent_message" => Some(Passed::AgentMessage),
                _ => Some(Passed::Other),
            }
        }
        _ => Some(Passed::Other),
    }
}

fn until_quote(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let window = text.get(..MAX_LOOK_TEXT).unwrap_or(text);
    let end = memchr(b'"', window)?;
    let (before, rest) = text.split_at_checked(end)?;
    (!before.contains(&b'\\')).then_some((before, rest.get(1..)?))
}

/// Whether a line that [`look`] passes over is whole, by its last two bytes: envelope and payload are objects, so that
/// it ends in two braces. One that does not is parsed, to be counted if it is broken.
#[must_use]
pub fn ends_whole(end: [u8; 2]) -> bool {
    end == *b"}}"
}

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
    /// `session_meta`: the thread's, or one that was copied from its parent. Read it with [`crate::rollout::meta`].
    SessionMeta,
    /// `turn_context`: what the turn runs with.
    TurnContext(TurnContext<'a>),
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
}

/// The counts of a usage, as written. `cached_input` and `cache_write_input` are part of `input`, `reasoning_output` is
/// part of `output`.
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
    /// The provider's own sum of input and output.
    pub total: u64,
}

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
    let envelope: Envelope<'_> = serde_json::from_slice(line).map_err(|_| Malformed)?;
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
    let envelope: Envelope<'_> = serde_json::from_slice(line).ok()?;
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
        serde_json::from_str::<WirePayloadKind<'a>>(self.body()?).ok()?.kind.0
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
}

fn turn_context<'a>(envelope: &Envelope<'a>, line: &'a [u8]) -> Result<Item<'a>, Malformed> {
    // Without a payload the facts lie flat in the envelope.
    let raw = match envelope.body() {
        Some(raw) => raw,
        None => std::str::from_utf8(line).map_err(|_| Malformed)?,
    };
    let wire: WireTurnContext<'a> = serde_json::from_str(raw).map_err(|_| Malformed)?;
    let WireTurnContext { turn_id, model, cwd } = wire;
    Ok(Item::TurnContext(TurnContext { turn_id: turn_id.0, model: model.0, cwd: cwd.0 }))
}

#[derive(Deserialize)]
struct WireTokenUsageRecord<'a> {
    #[serde(borrow, default)]
    thread_id: Text<'a>,
    #[serde(borrow, default)]
    turn_id: Text<'a>,
    #[serde(borrow, default)]
    response_id: Text<'a>,
    usage: Option<WireUsage>,
}

fn token_usage_record<'a>(envelope: &Envelope<'a>) -> Result<Item<'a>, Malformed> {
    let wire: WireTokenUsageRecord<'a> =
        serde_json::from_str(envelope.body().ok_or(Malformed)?).map_err(|_| Malformed)?;
    let Some(usage) = wire.usage else { return Ok(Item::Passed(Passed::Other)) };
    Ok(Item::TokenUsageRecord(TokenUsageRecord {
        thread_id: wire.thread_id.0,
        turn_id: wire.turn_id.0,
        response_id: wire.response_id.0,
        usage: usage.into(),
    }))
}

#[derive(Deserialize)]
struct WirePayloadKind<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
}

fn response_item(envelope: &Envelope<'_>) -> Passed {
    match envelope.payload_kind().as_deref() {
        Some("function_call" | "custom_tool_call" | "local_shell_call") => Passed::ToolCall,
        _ => Passed::Other,
    }
}

#[derive(Deserialize)]
struct WireEvent<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, default)]
    turn_id: Text<'a>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

fn event<'a>(envelope: &Envelope<'a>) -> Result<Item<'a>, Malformed> {
    let Some(raw) = envelope.body() else { return Ok(Item::Passed(Passed::Other)) };
    let wire: WireEvent<'a> = serde_json::from_str(raw).map_err(|_| Malformed)?;
    let event = match wire.kind.0.as_deref() {
        Some("token_count") => return token_count(raw).map(Item::TokenCount),
        Some("agent_message") => return Ok(Item::Passed(Passed::AgentMessage)),
        Some("task_started" | "turn_started") => TurnEvent::Started,
        Some("user_message") => TurnEvent::Prompted,
        Some("task_complete" | "turn_complete") if wire.error.is_none() => TurnEvent::Completed,
        Some("task_complete" | "turn_complete") => TurnEvent::Failed,
        Some("turn_aborted") => TurnEvent::Aborted,
        Some("error") => TurnEvent::Erred,
        _ => return Ok(Item::Passed(Passed::Other)),
    };
    Ok(Item::Turn(Turn { event, turn_id: wire.turn_id.0 }))
}

#[derive(Deserialize)]
struct WireInfo {
    #[serde(default)]
    total_token_usage: Option<WireUsage>,
    #[serde(default)]
    last_token_usage: Option<WireUsage>,
}

#[derive(Deserialize)]
struct WireTokenCount<'a> {
    #[serde(borrow, default)]
    info: Option<&'a RawValue>,
}

fn token_count(raw: &str) -> Result<TokenCount, Malformed> {
    let wire: WireTokenCount<'_> = serde_json::from_str(raw).map_err(|_| Malformed)?;
    match wire.info.map(RawValue::get) {
        Some(info) => {
            let wire: WireInfo = serde_json::from_str(info).map_err(|_| Malformed)?;
            let total = wire.total_token_usage.map(TokenUsage::from);
            let last = wire.last_token_usage.map(TokenUsage::from);
            Ok(match (total, last) {
                (None, None) => TokenCount::Empty,
                (total, last) => TokenCount::Counter { total, last },
            })
        }
        None => {
            let wire: WireUsage = serde_json::from_str(raw).map_err(|_| Malformed)?;
            Ok(if wire.is_absent() { TokenCount::Empty } else { TokenCount::Single(wire.into()) })
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireUsage {
    input_tokens: Option<Count>,
    #[serde(alias = "cached_tokens")]
    cached_input_tokens: Option<Count>,
    cache_write_input_tokens: Option<Count>,
    output_tokens: Option<Count>,
    #[serde(alias = "reasoning_tokens")]
    reasoning_output_tokens: Option<Count>,
    total_tokens: Option<Count>,
}

impl WireUsage {
    fn is_absent(&self) -> bool {
        self.input_tokens.is_none() && self.output_tokens.is_none() && self.total_tokens.is_none()
    }
}

impl From<WireUsage> for TokenUsage {
    fn from(wire: WireUsage) -> Self {
        let count = |count: Option<Count>| count.map_or(0, |count| count.0);
        let (input, output) = (count(wire.input_tokens), count(wire.output_tokens));
        Self {
            input,
            cached_input: count(wire.cached_input_tokens),
            cache_write_input: count(wire.cache_write_input_tokens),
            output,
            reasoning_output: count(wire.reasoning_output_tokens),
            total: wire.total_tokens.map_or(input + output, |total| total.0),
        }
    }
}

/// A number of tokens: a whole number from 0 to 2^53, nothing else.
struct Count(u64);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let count = u64::deserialize(deserializer)?;
        if count > MAX_COUNT {
            return Err(D::Error::custom("more tokens than any thread can have"));
        }
        Ok(Self(count))
    }
}

/// A text where there is one; a value of any other type counts as absent, so that one odd field loses no record.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Text<'a>(pub Option<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Some(Cow::Borrowed(text))))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Some(Cow::Owned(text.to_owned()))))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
                Ok(Text(None))
            }

            fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
                Ok(Text(None))
            }

            fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
                Ok(Text(None))
            }

            fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
                Ok(Text(None))
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Text(None))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Text(None))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Text(None))
            }
        }

        deserializer.deserialize_any(TextVisitor)
    }
}

#[cfg(test)]
mod tests;
