//! The reason why a turn failed, and the time when the limit that stopped it is reset.
//!
//! From 0.150 on `task_complete` has an `error`; `error` is an event of its own where it is written at all. Before that
//! the only sign of a usage limit is the `token_count` that came with the refusal: one of its windows is full.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::rollout::record::envelope::Envelope;
use crate::rollout::record::object::object;
use crate::rollout::record::rate_limits::{LimitWindow, read_windows};
use crate::rollout::record::text::Text;

/// The longest message that is kept, in characters: a provider may send a page.
const MAX_MESSAGE: usize = 500;

/// The longest name of a kind of error, in bytes; what is longer is none.
const MAX_KIND: usize = 64;

/// Codex's name for a refusal at a usage limit.
const USAGE_LIMIT: &str = "usage_limit_exceeded";

/// A window that is used up, in thousandths of a percent.
const FULL_MILLI: i64 = 100_000;

/// The reason why a turn failed, as far as its records say.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Failure {
    /// In words for a person.
    pub message: Option<String>,
    /// Codex's own name for it: `usage_limit_exceeded`, `internal_server_error`, …
    pub kind: Option<String>,
}

/// The limit windows of a `token_count`, as far as they tell when a refusal is over.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Windows(Vec<LimitWindow>);

#[derive(Deserialize)]
struct WireEvent<'a> {
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
    #[serde(borrow, default)]
    message: Text<'a>,
    #[serde(borrow, default)]
    codex_error_info: Option<&'a RawValue>,
}

/// Reads the reason in an `error`, or in a `task_complete` with an error; `None` for any other line.
#[must_use]
pub fn failure(line: &[u8]) -> Option<Failure> {
    let envelope: Envelope<'_> = object(line).ok()?;
    let event: WireEvent<'_> = object(envelope.body()?.as_bytes()).ok()?;
    let event = match event.error {
        Some(error) => match object::<WireEvent<'_>>(error.get().as_bytes()) {
            Ok(error) => error,
            // A text alone.
            Err(_) => WireEvent {
                error: None,
                message: serde_json::from_str(error.get()).unwrap_or_default(),
                codex_error_info: None,
            },
        },
        None => event,
    };
    let message = event.message.0.map(|text| text.chars().take(MAX_MESSAGE).collect());
    Some(Failure { message, kind: event.codex_error_info.and_then(kind_in) })
}

/// A name, or an object whose first key is the name: `{"http_connection_failed":{"http_status_code":503}}`.
fn kind_in(info: &RawValue) -> Option<String> {
    let text = info.get().trim_start_matches([' ', '{', '"']);
    let end = text.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))?;
    let name = text.get(..end)?;
    (!name.is_empty() && name.len() <= MAX_KIND && info.get().contains('"'))
        .then(|| name.to_owned())
}

/// The windows of a `token_count` that was written then; `None` where it has none that say when they are reset.
#[must_use]
pub fn windows(line: &[u8], written_ms: Option<i64>) -> Option<Windows> {
    let mut windows = read_windows(line, written_ms);
    windows.retain(|window| window.resets_at_ms.is_some());
    (!windows.is_empty()).then_some(Windows(windows))
}

impl Windows {
    /// The time when the refusal that ended a turn is over, in milliseconds since 1970: every full window has been
    /// reset then. `None` where nothing says that it was a limit.
    #[must_use]
    pub fn reset_after(&self, failure: Option<&Failure>) -> Option<i64> {
        let full = self.0.iter().filter(|window| window.used_milli >= FULL_MILLI);
        let last = full.max_by_key(|window| window.resets_at_ms);
        match failure.and_then(|failure| failure.kind.as_deref()) {
            Some(USAGE_LIMIT) => {
                last.or_else(|| self.0.iter().max_by_key(|window| window.used_milli))
            }
            Some(_) => None,
            None => last,
        }?
        .resets_at_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(payload: &str) -> Option<(Option<String>, Option<String>)> {
        let line = format!(r#"{{"type":"event_msg","payload":{payload}}}"#);
        failure(line.as_bytes()).map(|Failure { message, kind }| (message, kind))
    }

    #[test]
    fn the_words_and_the_name_of_an_error_are_read_from_every_shape_of_it() {
        let some = |text: &str| Some(text.to_owned());
        for (payload, message, kind) in [
            (
                r#"{"type":"task_complete","error":{"message":"No more.","codex_error_info":"usage_limit_exceeded"}}"#,
                some("No more."),
                some("usage_limit_exceeded"),
            ),
            (
                r#"{"type":"error","message":"Gone.","codex_error_info":{"http_connection_failed":{"http_status_code":503}}}"#,
                some("Gone."),
                some("http_connection_failed"),
            ),
            (r#"{"type":"error","message":"Old."}"#, some("Old."), None),
            (r#"{"type":"task_complete","error":"Text."}"#, some("Text."), None),
            (r#"{"type":"task_complete","error":{}}"#, None, None),
            (r#"{"type":"task_complete","error":[1]}"#, None, None),
            (r#"{"type":"error","message":7,"codex_error_info":3}"#, None, None),
            (r#"{"type":"error","codex_error_info":"rm -rf /"}"#, None, some("rm")),
        ] {
            assert_eq!(failed(payload), Some((message, kind)), "{payload}");
        }
        assert_eq!(failure(b"[]"), None);
        assert_eq!(failure(b"{\"type\":\"event_msg\"}"), None);
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let long = "é".repeat(MAX_MESSAGE + 7);
        let (message, _) = failed(&format!(r#"{{"type":"error","message":"{long}"}}"#)).unwrap();
        assert_eq!(message.map(|text| text.chars().count()), Some(MAX_MESSAGE));
    }

    #[test]
    fn a_refusal_is_over_when_every_full_window_has_been_reset() {
        let read = |limits: &str| {
            let line = format!(
                r#"{{"type":"event_msg","payload":{{"type":"token_count","info":null,"rate_limits":{limits}}}}}"#
            );
            windows(line.as_bytes(), Some(1_000))
        };
        let limit = Failure { message: None, kind: Some(USAGE_LIMIT.to_owned()) };
        let other = Failure { message: None, kind: Some("internal_server_error".to_owned()) };
        let both = r#"{"primary":{"used_percent":100.0,"window_minutes":300,"resets_at":50},"secondary":{"used_percent":43.5,"resets_at":90}}"#;
        let full = r#"{"primary":{"used_percent":100,"resets_at":50},"secondary":{"used_percent":101.5,"resets_at":90}}"#;
        let old = r#"{"primary":{"used_percent":100.0,"resets_in_seconds":50}}"#;
        let near = r#"{"primary":{"used_percent":98.0,"resets_at":50},"secondary":null}"#;
        for (limits, by_name, silently) in [
            (both, Some(50_000), Some(50_000)),
            (full, Some(90_000), Some(90_000)),
            (old, Some(51_000), Some(51_000)),
            (near, Some(50_000), None),
        ] {
            let windows = read(limits).unwrap();
            assert_eq!(windows.reset_after(Some(&limit)), by_name, "{limits}");
            assert_eq!(windows.reset_after(None), silently, "{limits}");
            assert_eq!(windows.reset_after(Some(&other)), None, "{limits}");
        }
        for nothing in [
            "null",
            "[]",
            r#"{"primary":null}"#,
            r#"{"primary":{"used_percent":100}}"#,
            r#"{"primary":{"used_percent":100,"resets_at":-5}}"#,
            r#"{"primary":{"used_percent":100,"resets_at":1e300}}"#,
        ] {
            assert_eq!(read(nothing), None, "{nothing}");
        }
    }
}
