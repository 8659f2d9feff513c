//! Times in records.

use chrono::DateTime;

/// A record's timestamp (ISO 8601) in milliseconds since 1970; `None` for a text that is none.
#[must_use]
pub fn parse_timestamp(text: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp_millis())
}

/// The time of a record that begins with its timestamp, as every record of Codex does, in milliseconds since 1970.
#[must_use]
pub fn leading_timestamp(line: &[u8]) -> Option<i64> {
    let value = line.strip_prefix(b"{\"timestamp\":\"")?;
    let value = value.get(..memchr::memchr(b'"', value.get(..MAX_LENGTH).unwrap_or(value))?)?;
    parse_timestamp(str::from_utf8(value).ok()?)
}

/// No timestamp is longer, in bytes.
const MAX_LENGTH: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_in_any_offset_is_one_instant() {
        assert_eq!(parse_timestamp("2026-01-02T16:58:23.100Z"), Some(1_767_373_103_100));
        assert_eq!(parse_timestamp("2026-01-02T17:58:23.100+01:00"), Some(1_767_373_103_100));
    }

    #[test]
    fn a_text_that_is_no_time_is_none() {
        for text in ["", "yesterday", "2026-01-02", "2026-13-02T16:58:23Z", "1767373103"] {
            assert_eq!(parse_timestamp(text), None, "{text}");
        }
    }
}
