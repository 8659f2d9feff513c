//! Whole records in a line that is none: behind a byte order mark or the zeros that a crash left, behind half a record,
//! or one behind the other where a line break was lost.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use serde::de::IgnoredAny;

use crate::rollout::record::describe;

/// The beginning of a record as Codex writes it. Inside a text its quotes would be escaped.
const BEGINNING: &[u8] = b"{\"timestamp\":\"";

/// The bytes between two records where a line break was lost. No JSON value holds it outside of a text, and inside its
/// quotes would be escaped.
const SEAM: &[u8] = b"}{\"timestamp\":\"";

/// The number of beginnings without a record that are tried in a line: each may cost the rest of it, and what a crash
/// leaves has one or two.
const MAX_TORN: u32 = 16;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A line without the byte order mark and the zeros before it.
#[must_use]
pub fn without_junk(line: &[u8]) -> &[u8] {
    let mut rest = line;
    loop {
        let zeros = rest.iter().take_while(|byte| **byte == 0).count();
        let text = rest.get(zeros..).unwrap_or_default();
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        if text.len() == rest.len() {
            return text;
        }
        rest = text;
    }
}

/// Tells whether one record ends and another begins in the middle of a line.
#[must_use]
pub fn has_seam(line: &[u8]) -> bool {
    // To prepare the search takes longer than to search.
    static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(SEAM));
    FINDER.find(line).is_some()
}

/// The records of a line: the line itself if it is one, else those that are whole in it, each with its place.
#[must_use]
pub fn records(line: &[u8]) -> Vec<(usize, &[u8])> {
    if describe(line).is_some() { vec![(0, line)] } else { recover(line) }
}

/// The whole records in a line that is none, each with its place.
#[must_use]
pub fn recover(line: &[u8]) -> Vec<(usize, &[u8])> {
    static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(BEGINNING));
    let mut found = Vec::new();
    let mut torn = 0;
    let mut at = line.len() - without_junk(line).len();
    while let Some(rest) = line.get(at..).filter(|rest| !rest.is_empty()) {
        let next = match first_object(rest) {
            Some(record) => {
                found.push((at, record));
                at += record.len();
                0
            }
            None if torn == MAX_TORN => break,
            None => {
                torn += 1;
                1
            }
        };
        let Some(beginning) = line.get(at + next..).and_then(|rest| FINDER.find(rest)) else {
            break;
        };
        at += next + beginning;
    }
    found
}

/// The JSON object that a text begins with.
fn first_object(text: &[u8]) -> Option<&[u8]> {
    if !text.starts_with(b"{") {
        return None;
    }
    let mut values = serde_json::Deserializer::from_slice(text).into_iter::<IgnoredAny>();
    values.next()?.ok()?;
    // What is passed over may hold anything: a record is text to its end.
    let record = text.get(..values.byte_offset())?;
    (std::str::from_utf8(record).is_ok() && describe(record).is_some()).then_some(record)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"{"timestamp":"1","type":"a","payload":{"text":"}{\"timestamp\":\"x\"}"}}"#;
    const TWO: &str = r#"{"timestamp":"2","type":"b","payload":{}}"#;

    fn texts(line: &str) -> Vec<(usize, &str)> {
        let found = records(line.as_bytes()).into_iter();
        found.map(|(at, record)| (at, std::str::from_utf8(record).unwrap())).collect()
    }

    #[test]
    fn a_record_is_found_behind_what_is_none() {
        for junk in ["\u{feff}", "\0\0\0", "\0\u{feff}\0", &ONE[..20], &ONE[..60], "{", "x{\"", "}"]
        {
            let line = format!("{junk}{TWO}");
            assert_eq!(texts(&line), [(junk.len(), TWO)], "{junk:?}");
        }
        assert_eq!(texts("\u{feff}{ \"type\":\"b\"}"), [(3, "{ \"type\":\"b\"}")]);
    }

    #[test]
    fn records_without_a_line_break_between_them_are_found() {
        for between in ["", " ", "\0\0", "{\"timestamp\":\"", "}}"] {
            let line = format!("{ONE}{between}{TWO}{between}{ONE}");
            let second = ONE.len() + between.len();
            let third = second + TWO.len() + between.len();
            assert_eq!(texts(&line), [(0, ONE), (second, TWO), (third, ONE)], "{between:?}");
        }
    }

    #[test]
    fn a_seam_is_no_part_of_a_text() {
        assert!(!has_seam(ONE.as_bytes()));
        assert!(has_seam(format!("{TWO}{ONE}").as_bytes()));
    }

    #[test]
    fn a_line_without_a_whole_record_has_none() {
        for line in
            ["", "\0", "\u{feff}", "[1]", "{\"timestamp\":\"", &ONE[..ONE.len() - 1], "null"]
        {
            assert_eq!(texts(line), [], "{line:?}");
        }
    }

    #[test]
    fn a_record_with_a_broken_letter_in_it_is_none() {
        let line = [&ONE.as_bytes()[..50], b"\xc3\x28", &ONE.as_bytes()[50..]].concat();
        assert_eq!(records(&line), []);
        assert_eq!(records(&[&line, TWO.as_bytes()].concat()), [(line.len(), TWO.as_bytes())]);
    }

    #[test]
    fn a_line_of_nothing_but_beginnings_takes_no_long_time() {
        let line = "{\"timestamp\":\"1\",\"x\":[".repeat(100_000);
        assert_eq!(texts(&line), []);
    }
}
