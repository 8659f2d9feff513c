//! Times in records.

use chrono::{DateTime, NaiveDate};

/// A record's timestamp (ISO 8601) in milliseconds since 1970; `None` for a text that is none.
#[must_use]
pub fn parse_timestamp(text: &str) -> Option<i64> {
    let parsed = || DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp_millis());
    usual(text.as_bytes()).or_else(parsed)
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

/// A timestamp as Codex spells it, `2026-01-02T16:58:23.100Z`: there is one in each record that counts, and to ask for all
/// that may stand in one takes four times as long.
fn usual(text: &[u8]) -> Option<i64> {
    let (date, time) = (text.get(..10)?, text.get(10..24)?);
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *date else { return None };
    let [b'T', h1, h2, b':', n1, n2, b':', s1, s2, b'.', f1, f2, f3, b'Z'] = *time else {
        return None;
    };
    let date = NaiveDate::from_ymd_opt(
        i32::try_from(number([y1, y2, y3, y4])?).ok()?,
        number([m1, m2])?,
        number([d1, d2])?,
    )?;
    let (hour, minute, second) = (number([h1, h2])?, number([n1, n2])?, number([s1, s2])?);
    let at = date.and_hms_milli_opt(hour, minute, second, number([f1, f2, f3])?)?;
    (text.len() == 24).then(|| at.and_utc().timestamp_millis())
}

fn number<const DIGITS: usize>(digits: [u8; DIGITS]) -> Option<u32> {
    digits.into_iter().try_fold(0, |number, digit| {
        digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_spelled_as_usual_is_the_time_that_it_is_elsewhere(
            spelled in "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]\\.[0-9]{3}Z",
            at in any::<prop::sample::Index>(),
            other in prop::option::weighted(0.3, "[0-9:TZ. +-]"),
        ) {
            let mut text = spelled;
            if let Some(other) = other {
                let at = at.index(text.len());
                text.replace_range(at..=at, &other);
            }
            let parsed = DateTime::parse_from_rfc3339(&text).ok().map(|time| time.timestamp_millis());
            prop_assert_eq!(parse_timestamp(&text), parsed, "{}", text);
            prop_assert!(usual(text.as_bytes()).is_none_or(|ms| Some(ms) == parsed), "{}", text);
        }
    }

    #[test]
    fn a_timestamp_in_any_offset_is_one_instant() {
        assert_eq!(parse_timestamp("2026-01-02T16:58:23.100Z"), Some(1_767_373_103_100));
        assert_eq!(parse_timestamp("2026-01-02T17:58:23.100+01:00"), Some(1_767_373_103_100));
    }

    #[test]
    fn a_timestamp_as_codex_spells_it_needs_no_other_reader() {
        assert_eq!(usual(b"2026-01-02T16:58:23.100Z"), Some(1_767_373_103_100));
        assert_eq!(usual(b"2026-01-02T16:58:23.100Z "), None);
    }

    #[test]
    fn a_text_that_is_no_time_is_none() {
        for text in ["", "yesterday", "2026-01-02", "2026-13-02T16:58:23Z", "1767373103"] {
            assert_eq!(parse_timestamp(text), None, "{text}");
        }
    }
}
