//! The limits of an account, as `token_count.rate_limits` tells of them, and how full the model's context is.
//!
//! Both are read when somebody asks: while a rollout is folded, only the place of their text is looked for.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::codec::codec_fields;

/// The limit that old versions mean, which name none.
pub const ONLY_LIMIT: &str = "codex";

/// Thousandths of a percent in a percent.
const MILLI: f64 = 1_000.0;

/// More than any limit is ever used, in percent.
const MAX_PERCENT: f64 = 1_000_000.0;

const LIMITS: &[u8] = b"\"rate_limits\":{";
const LIMIT_ID: &[u8] = b"{\"limit_id\":\"";
const LAST_USAGE: &[u8] = b"\"last_token_usage\":{";
const CONTEXT_WINDOW: &[u8] = b",\"model_context_window\":";

/// One window of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitWindow {
    /// The part of it that was used, in thousandths of a percent.
    pub used_milli: i64,
    /// Its length.
    pub window_minutes: Option<i64>,
    /// When it begins anew, in milliseconds since 1970.
    pub resets_at_ms: Option<i64>,
}

codec_fields!(LimitWindow { used_milli, window_minutes, resets_at_ms });

/// The rest of what an account has bought beside its plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credits {
    /// True if there are any.
    pub has_credits: bool,
    /// True if they do not end.
    pub unlimited: bool,
    /// The number that is left, as the provider spells it.
    pub balance: Option<String>,
}

codec_fields!(Credits { has_credits, unlimited, balance });

/// A limit at the moment of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitReading {
    /// Which of the account's limits it is.
    pub limit_id: String,
    /// The plan of the account.
    pub plan_type: Option<String>,
    /// The shorter window.
    pub primary: Option<LimitWindow>,
    /// The longer one.
    pub secondary: Option<LimitWindow>,
    /// The rest of what was bought beside the plan.
    pub credits: Option<Credits>,
    /// When it was written, in milliseconds since 1970.
    pub read_ms: i64,
}

codec_fields!(LimitReading { limit_id, plan_type, primary, secondary, credits, read_ms });

/// The use of the model's context window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContextUse {
    /// The tokens of the last response, all that it was sent among them.
    pub tokens: u64,
    /// The number that the model takes.
    pub window: u64,
}

codec_fields!(ContextUse { tokens, window });

/// The text of the limits in a `token_count`, with whatever follows it on the line; `None` where it is spelled
/// otherwise or not there.
#[must_use]
pub fn limits_text(line: &[u8]) -> Option<&[u8]> {
    // To prepare the search takes longer than to search.
    static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(LIMITS));
    line.get(FINDER.find(line)? + LIMITS.len() - 1..)
}

/// The id in the text of limits, where it stands at the beginning as Codex writes it; else nothing.
#[must_use]
pub fn limit_id_text(limits: &[u8]) -> &[u8] {
    let id = limits.strip_prefix(LIMIT_ID).unwrap_or_default();
    id.split(|byte| *byte == b'"').next().unwrap_or_default()
}

/// The text in which a `token_count` says how full the context is, with whatever follows it on the line.
#[must_use]
pub fn context_text(line: &[u8]) -> Option<&[u8]> {
    static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(LAST_USAGE));
    line.get(FINDER.find(line)? + LAST_USAGE.len() - 1..)
}

/// Reads the text of limits that a record of `read_ms` has; `None` where it tells nothing.
#[must_use]
pub fn read_limits(text: &[u8], read_ms: i64) -> Option<LimitReading> {
    limits_of(&first_value(text)?.0, read_ms)
}

/// Reads the limits of a `token_count` that is spelled in an unusual way.
#[must_use]
pub fn read_unusual_limits(line: &[u8], read_ms: i64) -> Option<LimitReading> {
    // Who pays for an API key has none, in any record: nothing else of it is kept while they are looked for.
    let record: Record<'_> = serde_json::from_slice(line).ok()?;
    let limits: Value = serde_json::from_str(record.payload.rate_limits?.get()).ok()?;
    limits_of(&limits, read_ms)
}

#[derive(Deserialize)]
struct Record<'l> {
    #[serde(borrow)]
    payload: Payload<'l>,
}

#[derive(Deserialize)]
struct Payload<'l> {
    #[serde(borrow, default)]
    rate_limits: Option<&'l RawValue>,
}

/// The windows of a `token_count` that was written at `written_ms`, of whatever limit; where that is `None`, those of
/// old versions have no reset.
#[must_use]
pub fn read_windows(line: &[u8], written_ms: Option<i64>) -> Vec<LimitWindow> {
    let Ok(record) = serde_json::from_slice::<Value>(line) else { return Vec::new() };
    let limits = record.get("payload").and_then(|payload| payload.get("rate_limits"));
    let window = |name: &str| window_of(limits?.get(name)?, written_ms);
    ["primary", "secondary"].into_iter().filter_map(window).collect()
}

/// Reads how full the context is.
#[must_use]
pub fn read_context(text: &[u8]) -> Option<ContextUse> {
    let (usage, length) = first_value(text)?;
    let rest = text.get(length..)?.strip_prefix(CONTEXT_WINDOW)?;
    let window = first_value(rest)?.0.as_u64().filter(|window| *window > 0)?;
    Some(ContextUse { tokens: usage.get("total_tokens")?.as_u64()?, window })
}

/// The value at the beginning of a text, and its length in bytes.
fn first_value(text: &[u8]) -> Option<(Value, usize)> {
    let mut values = serde_json::Deserializer::from_slice(text).into_iter::<Value>();
    let value = values.next()?.ok()?;
    Some((value, values.byte_offset()))
}

fn limits_of(limits: &Value, read_ms: i64) -> Option<LimitReading> {
    let text = |name: &str| limits.get(name)?.as_str().filter(|text| !text.is_empty());
    let reading = LimitReading {
        limit_id: text("limit_id").unwrap_or(ONLY_LIMIT).to_owned(),
        plan_type: text("plan_type").map(str::to_owned),
        primary: limits.get("primary").and_then(|window| window_of(window, Some(read_ms))),
        secondary: limits.get("secondary").and_then(|window| window_of(window, Some(read_ms))),
        credits: limits.get("credits").and_then(credits_of),
        read_ms,
    };
    let tells = reading.primary.is_some() || reading.secondary.is_some();
    (tells || reading.credits.is_some()).then_some(reading)
}

fn window_of(window: &Value, written_ms: Option<i64>) -> Option<LimitWindow> {
    let used = window.get("used_percent")?.as_f64()?.clamp(0.0, MAX_PERCENT);
    let in_ms = |name: &str| milliseconds(window.get(name)?.as_f64()?);
    // Up to 0.47 a record says how far away the reset is.
    let after = || written_ms?.checked_add(in_ms("resets_in_seconds")?);
    #[expect(clippy::cast_possible_truncation, reason = "it is clamped")]
    let used_milli = (used * MILLI).round() as i64;
    let window_minutes = window.get("window_minutes").and_then(Value::as_i64);
    Some(LimitWindow {
        used_milli,
        window_minutes: window_minutes.filter(|minutes| *minutes > 0),
        resets_at_ms: in_ms("resets_at").or_else(after),
    })
}

/// Seconds in milliseconds; `None` for a time that nobody means.
fn milliseconds(seconds: f64) -> Option<i64> {
    /// The year 9999, in seconds since 1970.
    const LAST: f64 = 253_402_300_799.0;
    #[expect(clippy::cast_possible_truncation, reason = "within the bounds of the line above")]
    (0.0..=LAST).contains(&seconds).then_some((seconds * 1000.0) as i64)
}

fn credits_of(credits: &Value) -> Option<Credits> {
    let flag = |name: &str| credits.get(name).and_then(Value::as_bool);
    let balance = match credits.get("balance") {
        Some(Value::String(balance)) => Some(balance.clone()),
        Some(Value::Number(balance)) => Some(balance.to_string()),
        _ => None,
    };
    Some(Credits {
        has_credits: flag("has_credits")?,
        unlimited: flag("unlimited").unwrap_or(false),
        balance,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ_MS: i64 = 1_767_373_103_100;

    fn line(limits: &str) -> String {
        format!(
            r#"{{"timestamp":"2026-01-02T16:58:23.100Z","type":"event_msg","payload":{{"type":"token_count","info":null,"rate_limits":{limits}}}}}"#
        )
    }

    fn window(used_milli: i64, minutes: i64, resets_at_ms: i64) -> LimitWindow {
        let (window_minutes, resets_at_ms) = (Some(minutes), Some(resets_at_ms));
        LimitWindow { used_milli, window_minutes, resets_at_ms }
    }

    #[test]
    fn the_limits_of_a_record_are_read_as_any_version_spells_them() {
        let new = line(
            r#"{"limit_id":"codex","limit_name":null,"primary":{"used_percent":61.5,"window_minutes":300,"resets_at":1767380000},"secondary":{"used_percent":4.0,"window_minutes":10080,"resets_at":1767900000},"credits":{"has_credits":true,"unlimited":false,"balance":"5.39"},"plan_type":"plus","rate_limit_reached_type":null}"#,
        );
        let text = limits_text(new.as_bytes()).unwrap();
        assert_eq!(limit_id_text(text), b"codex");
        let reading = LimitReading {
            limit_id: "codex".into(),
            plan_type: Some("plus".into()),
            primary: Some(window(61_500, 300, 1_767_380_000_000)),
            secondary: Some(window(4_000, 10_080, 1_767_900_000_000)),
            credits: Some(Credits {
                has_credits: true,
                unlimited: false,
                balance: Some("5.39".into()),
            }),
            read_ms: READ_MS,
        };
        assert_eq!(read_limits(text, READ_MS), Some(reading.clone()));
        let spaced = new.replace("\"rate_limits\":{", "\"rate_limits\" : {");
        assert_eq!(limits_text(spaced.as_bytes()), None);
        assert_eq!(read_unusual_limits(spaced.as_bytes(), READ_MS), Some(reading));

        let old = line(
            r#"{"primary":{"used_percent":12.0,"window_minutes":300,"resets_in_seconds":60},"secondary":null}"#,
        );
        let text = limits_text(old.as_bytes()).unwrap();
        assert_eq!(limit_id_text(text), b"");
        let reading = LimitReading {
            limit_id: ONLY_LIMIT.into(),
            plan_type: None,
            primary: Some(window(12_000, 300, READ_MS + 60_000)),
            secondary: None,
            credits: None,
            read_ms: READ_MS,
        };
        assert_eq!(read_limits(text, READ_MS), Some(reading));
    }

    #[test]
    fn limits_that_tell_nothing_are_none() {
        for limits in [
            "null",
            "[]",
            "{}",
            r#"{"primary":null,"secondary":null}"#,
            r#"{"primary":{"used_percent":null}}"#,
            r#"{"primary":{"used_percent":"12"}}"#,
            r#"{"primary":{"window_minutes":300}}"#,
            r#"{"plan_type":"pro","credits":null}"#,
        ] {
            let line = line(limits);
            let read = limits_text(line.as_bytes()).and_then(|text| read_limits(text, READ_MS));
            assert_eq!(read, None, "{limits}");
            assert_eq!(read_unusual_limits(line.as_bytes(), READ_MS), None, "{limits}");
        }
    }

    #[test]
    fn numbers_that_no_limit_has_lose_only_themselves() {
        let limits = r#"{"primary":{"used_percent":-3,"window_minutes":0,"resets_at":9223372036854775807},"secondary":{"used_percent":1e300,"window_minutes":1.5,"resets_at":"soon"}}"#;
        let line = line(limits);
        let read = read_limits(limits_text(line.as_bytes()).unwrap(), READ_MS).unwrap();
        let unknown =
            |used_milli| LimitWindow { used_milli, window_minutes: None, resets_at_ms: None };
        assert_eq!(read.primary, Some(unknown(0)));
        assert_eq!(read.secondary, Some(unknown(1_000_000_000)));
    }

    #[test]
    fn the_use_of_the_context_is_the_last_response_of_its_window() {
        let text = |window: &str| {
            format!(
                r#"{{"info":{{"last_token_usage":{{"input_tokens":10,"total_tokens":12}}{window}}},"rate_limits":null}}"#
            )
        };
        let read = |window| read_context(context_text(text(window).as_bytes()).unwrap());
        let known = ContextUse { tokens: 12, window: 258_400 };
        assert_eq!(read(r#","model_context_window":258400"#), Some(known));
        for unknown in [r#","model_context_window":null"#, r#","model_context_window":0"#, ""] {
            assert_eq!(read(unknown), None);
        }
    }
}
