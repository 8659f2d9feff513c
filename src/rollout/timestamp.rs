//! Times in records.

/// A record's timestamp (ISO 8601) in milliseconds since 1970; `None` for a text that is none.
#[must_use]
pub fn parse_timestamp(text: &str) -> Option<i64> {
    chrono::DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp_millis())
}

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
