//! The instructions in a `session_meta`: twenty of its twenty-two kilobytes, and nothing that we need.
//!
//! The instructions are one JSON string, so that its end is the next quote that is not escaped, and finding that costs
//! a tenth of parsing what lies before it.

use std::sync::LazyLock;

use memchr::memchr_iter;
use memchr::memmem::Finder;

/// The instructions begin within the first kilobyte. Ones that begin later are parsed like everything else.
const SEARCHED: usize = 4096;

/// The field before the text. Inside a JSON string its quotes would be escaped, so that it is always a field. To
/// prepare the search takes longer than to search.
static FIELDS: LazyLock<[Finder<'static>; 2]> = LazyLock::new(|| {
    [Finder::new("\"base_instructions\":{\"text\":\""), Finder::new("\"instructions\":\"")]
});

/// A record without the text of its instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Around<'a> {
    /// Everything before the text, its opening quote included.
    pub before: &'a [u8],
    /// Everything behind the text, its closing quote included; `None` where the bytes end in the text.
    pub after: Option<&'a [u8]>,
}

/// Cuts the instructions out of a record, or of the beginning of one; `None` when they are not where they usually are.
#[must_use]
pub fn around_instructions(record: &[u8]) -> Option<Around<'_>> {
    let searched = record.get(..SEARCHED).unwrap_or(record);
    let text =
        FIELDS.iter().find_map(|field| Some(field.find(searched)? + field.needle().len()))?;
    let (before, rest) = record.split_at_checked(text)?;
    let end = memchr_iter(b'"', rest).find(|&quote| !is_escaped(rest, quote));
    Some(Around { before, after: end.and_then(|end| rest.get(end..)) })
}

/// Tells whether an odd number of backslashes stands before `at`.
fn is_escaped(text: &[u8], at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(record: &str) -> Option<(&str, Option<&str>)> {
        let text = |bytes| std::str::from_utf8(bytes).unwrap();
        let around = around_instructions(record.as_bytes())?;
        Some((text(around.before), around.after.map(text)))
    }

    #[test]
    fn the_text_is_cut_out_of_either_field() {
        assert_eq!(
            cut(r#"{"id":"a","base_instructions":{"text":"be brief"},"x":1}"#),
            Some((r#"{"id":"a","base_instructions":{"text":""#, Some(r#""},"x":1}"#)))
        );
        assert_eq!(
            cut(r#"{"id":"a","instructions":"be brief"}"#),
            Some((r#"{"id":"a","instructions":""#, Some(r#""}"#)))
        );
    }

    #[test]
    fn an_escaped_quote_does_not_end_the_text_and_an_escaped_backslash_does_not_escape_it() {
        let field = r#"{"instructions":""#;
        assert_eq!(cut(r#"{"instructions":"a \" b \\"}"#), Some((field, Some(r#""}"#))));
        assert_eq!(cut(r#"{"instructions":"\\\\\"\\"}"#), Some((field, Some(r#""}"#))));
        assert_eq!(cut(r#"{"instructions":""}"#), Some((field, Some(r#""}"#))));
    }

    #[test]
    fn a_text_that_is_cut_has_no_end() {
        assert_eq!(cut(r#"{"instructions":"a \" b"#), Some((r#"{"instructions":""#, None)));
    }

    #[test]
    fn a_field_that_is_only_spoken_of_is_none() {
        assert_eq!(cut(r#"{"cwd":"/a \"instructions\":\"b"}"#), None);
        assert_eq!(cut(r#"{"instructions":null}"#), None);
        assert_eq!(cut(r#"{"base_instructions":{"text" : "b"}}"#), None);
    }
}
