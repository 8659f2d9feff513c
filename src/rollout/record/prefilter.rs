//! The prefilter: it classifies a line by its first bytes, cheaply, so that few lines are parsed.
//!
//! It knows the one spelling that Codex uses, `{"timestamp":"…",["ordinal":N,]"type":"…","payload":{"type":"…"`,
//! and passes over a line only when it has exactly this beginning and a kind that carries nothing we need. Any other
//! spelling is parsed, so that neither spacing nor the order of fields can hide a record.

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// The longest timestamp, kind or id that is read in place, in bytes: the ids of responses have some 55.
const MAX_TEXT: usize = 64;

/// The distance behind the kind of a message in which its role is looked for, in bytes.
const MAX_ROLE_DISTANCE: usize = 128;

/// The ending of the kinds of a tool's answer: `function_call_output`, `custom_tool_call_output`, …
pub(crate) const TOOL_OUTPUT: &str = "_call_output";

/// The kind of a line, as its first bytes tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// It must be parsed.
    Parse,
    /// It must be parsed, and is a `session_meta`.
    SessionMeta,
    /// It must be parsed, and is a `token_count`.
    TokenCount,
    /// It must be parsed, and is a `token_usage_record`.
    TokenUsageRecord,
    /// A record that is spelled as usual and carries nothing that counts.
    Unneeded(Unneeded),
}

/// A record that is not parsed: its kind still tells what the turn is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unneeded {
    /// The model asked for a tool: its turn goes on.
    ToolCall,
    /// The answer of a tool: nobody is asked about that call any more.
    ToolOutput,
    /// The model's final or intermediate words.
    AgentMessage,
    /// Anything else.
    Other,
}

/// Classifies a line, or the beginning of one.
#[must_use]
pub fn classify(line: &[u8]) -> LineKind {
    kind_of(line).unwrap_or(LineKind::Parse)
}

fn kind_of(line: &[u8]) -> Option<LineKind> {
    let rest = line.strip_prefix(b"{\"timestamp\":\"")?;
    let (_timestamp, rest) = until_quote(rest)?;
    let rest = match rest.strip_prefix(b",\"ordinal\":") {
        Some(rest) => rest.get(rest.iter().position(|byte| !byte.is_ascii_digit())?..)?,
        None => rest,
    };
    let (kind, rest) = until_quote(rest.strip_prefix(b",\"type\":\"")?)?;
    let payload = rest.strip_prefix(b",\"payload\":{")?;
    match kind {
        b"session_meta" => Some(LineKind::SessionMeta),
        b"token_usage_record" => Some(LineKind::TokenUsageRecord),
        b"turn_context" => None,
        b"event_msg" | b"response_item" => {
            let (payload_kind, rest) = until_quote(payload.strip_prefix(b"\"type\":\"")?)?;
            match payload_kind {
                b"token_count" => Some(LineKind::TokenCount),
                b"task_started"
                | b"turn_started"
                | b"task_complete"
                | b"turn_complete"
                | b"turn_aborted"
                | b"error"
                | b"user_message"
                | b"thread_settings_applied" => None,
                b"function_call" | b"custom_tool_call" | b"local_shell_call" => {
                    Some(LineKind::Unneeded(Unneeded::ToolCall))
                }
                kind if kind.ends_with(TOOL_OUTPUT.as_bytes()) => {
                    Some(LineKind::Unneeded(Unneeded::ToolOutput))
                }
                b"agent_message" => Some(LineKind::Unneeded(Unneeded::AgentMessage)),
                b"message" if is_by_the_model(rest) => {
                    Some(LineKind::Unneeded(Unneeded::AgentMessage))
                }
                _ => Some(LineKind::Unneeded(Unneeded::Other)),
            }
        }
        _ => Some(LineKind::Unneeded(Unneeded::Other)),
    }
}

/// The role stands behind the kind, or behind an id. It cannot be part of a text: there its quotes are escaped.
fn is_by_the_model(message: &[u8]) -> bool {
    // To prepare the search takes longer than to search.
    static ASSISTANT: LazyLock<Finder<'static>> =
        LazyLock::new(|| Finder::new(b"\"role\":\"assistant\""));
    let beginning = message.get(..MAX_ROLE_DISTANCE).unwrap_or(message);
    ASSISTANT.find(beginning).is_some()
}

/// Tells that a byte of a JSON text stands for itself: from the space to the tilde, but for quotes and backslashes.
#[inline]
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')
}

/// Splits a text at its first quote; `None` when anything comes first that is not plain, or nothing does.
#[inline]
pub(crate) fn until_quote(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let window = text.get(..MAX_TEXT).unwrap_or(text);
    let end = window.iter().position(|byte| !is_plain(*byte)).unwrap_or(window.len());
    let (before, rest) = text.split_at_checked(end)?;
    Some((before, rest.strip_prefix(b"\"")?))
}

/// Tells that a line that need not be parsed is whole, by its last two bytes: envelope and payload are objects, so that
/// it ends in two braces. One that does not is parsed, to be counted if it is broken.
#[must_use]
pub fn ends_whole(end: [u8; 2]) -> bool {
    end == *b"}}"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(kind: &str, payload: &str) -> String {
        format!(r#"{{"timestamp":"2026-01-02T16:58:23.100Z","type":"{kind}","payload":{payload}}}"#)
    }

    #[test]
    fn passes_over_usual_records_that_carry_nothing() {
        for (kind, payload, unneeded) in [
            ("response_item", r#"{"type":"message"}"#, Unneeded::Other),
            ("response_item", r#"{"type":"function_call"}"#, Unneeded::ToolCall),
            ("event_msg", r#"{"type":"agent_message"}"#, Unneeded::AgentMessage),
            (
                "response_item",
                r#"{"type":"message","id":"msg_1","role":"assistant","content":[]}"#,
                Unneeded::AgentMessage,
            ),
            (
                "response_item",
                r#"{"type":"message","role":"user","content":"\"role\":\"assistant\""}"#,
                Unneeded::Other,
            ),
            ("event_msg", r#"{"type":"exec_command_end"}"#, Unneeded::Other),
            ("compacted", r#"{"message":""}"#, Unneeded::Other),
            ("world_state", r#"{"full":true}"#, Unneeded::Other),
        ] {
            assert_eq!(
                classify(envelope(kind, payload).as_bytes()),
                LineKind::Unneeded(unneeded),
                "{kind} {payload}"
            );
        }
        let paginated = r#"{"timestamp":"2026-01-02T16:58:23.100Z","ordinal":12,"type":"response_item","payload":{"type":"message"}}"#;
        assert_eq!(classify(paginated.as_bytes()), LineKind::Unneeded(Unneeded::Other));
    }

    #[test]
    fn parses_what_counts_and_whatever_is_spelled_otherwise() {
        for line in [
            envelope("turn_context", "{}"),
            envelope("event_msg", r#"{"type":"task_complete"}"#),
            envelope("event_msg", r#"{"info":null,"type":"token_count"}"#),
            envelope("event_msg", r#"{ "type":"agent_message"}"#),
            r#"{"type":"response_item","timestamp":"x","payload":{"type":"message"}}"#.to_owned(),
            r#"{ "timestamp":"x","type":"response_item","payload":{"type":"message"}}"#.to_owned(),
            r#"{"timestamp":"a\"b","type":"response_item","payload":{"type":"message"}}"#
                .to_owned(),
            "[1]".to_owned(),
            String::new(),
        ] {
            assert_eq!(classify(line.as_bytes()), LineKind::Parse, "{line}");
        }
    }

    #[test]
    fn names_the_kinds_that_count_most() {
        for (name, payload, kind) in [
            ("session_meta", "{}", LineKind::SessionMeta),
            ("token_usage_record", "{}", LineKind::TokenUsageRecord),
            ("event_msg", r#"{"type":"token_count"}"#, LineKind::TokenCount),
        ] {
            assert_eq!(classify(envelope(name, payload).as_bytes()), kind);
        }
    }

    #[test]
    fn a_cut_line_is_never_mistaken_for_another_kind() {
        let line = envelope("event_msg", r#"{"type":"token_count","info":null}"#);
        let known = line.find(",\"info\"").unwrap();
        for cut in 0..known {
            assert_eq!(classify(&line.as_bytes()[..cut]), LineKind::Parse, "{cut}");
        }
        for cut in known..line.len() {
            assert_eq!(classify(&line.as_bytes()[..cut]), LineKind::TokenCount, "{cut}");
        }
    }

    #[test]
    fn a_text_ends_at_its_quote_if_all_before_is_plain() {
        for length in 0..=MAX_TEXT {
            let text = "a".repeat(length);
            let ended = format!("{text}\"rest\"");
            let split = Some((text.as_bytes(), b"rest\"".as_slice()));
            assert_eq!(until_quote(ended.as_bytes()), split);
            for other in ["\\", "\0", "\n", "é", ""] {
                assert_eq!(until_quote(format!("{text}{other}").as_bytes()), None, "{other:?}");
            }
        }
        assert_eq!(until_quote(format!("{}\"", "a".repeat(MAX_TEXT + 1)).as_bytes()), None);
    }
}
