//! The two records that count tokens, as every version of Codex that writes them spells them: read from left to right,
//! without building what nobody asks for.
//!
//! A line that is spelled otherwise in any place, by one space or one field, is `None` and left to serde; so is
//! whatever that might refuse. What both can read they read alike.

use std::borrow::Cow;

use serde::de::IgnoredAny;

use crate::rollout::record::item::{Item, Record, TokenCount, TokenUsage, TokenUsageRecord};
use crate::rollout::record::prefilter::until_quote;

/// Longer numbers are left to serde, which is told how large a count may be.
const MAX_DIGITS: usize = 15;

/// `event_msg`/`token_count` with the counter and the last response.
pub(crate) fn token_count(line: &[u8]) -> Option<Record<'_>> {
    let mut rest = Rest(line);
    let (timestamp, ordinal) = rest.envelope()?;
    rest.literal(r#""event_msg","payload":{"type":"token_count","info":{"total_token_usage":"#)?;
    let total = rest.usage()?;
    rest.literal(r#","last_token_usage":"#)?;
    let last = rest.usage()?;
    if rest.literal(r#","model_context_window":"#).is_some() && rest.literal("null").is_none() {
        rest.count()?;
    }
    rest.literal("}")?;
    if rest.literal(r#","rate_limits":"#).is_some() {
        rest.any_value_before("}}")?;
    }
    rest.end("}}")?;
    let item = Item::TokenCount(TokenCount::Counter { total: Some(total), last: Some(last) });
    Some(Record { timestamp: Some(timestamp), ordinal, item })
}

/// `token_usage_record` with the sums that follow what it is about.
pub(crate) fn token_usage_record(line: &[u8]) -> Option<Record<'_>> {
    let mut rest = Rest(line);
    let (timestamp, ordinal) = rest.envelope()?;
    rest.literal(r#""token_usage_record","payload":{"thread_id":"#)?;
    let thread_id = rest.text()?;
    rest.literal(r#","turn_id":"#)?;
    let turn_id = rest.text()?;
    rest.literal(r#","session_id":"#)?;
    rest.string()?;
    rest.literal(r#","root_turn_id":"#)?;
    rest.string()?;
    rest.literal(r#","response_id":"#)?;
    let response_id = rest.text()?;
    rest.literal(r#","usage":"#)?;
    let usage = rest.usage()?;
    rest.literal(r#","turn_token_usage":"#)?;
    rest.usage()?;
    rest.literal(r#","thread_token_usage":"#)?;
    rest.usage()?;
    rest.end("}}")?;
    let item = Item::TokenUsageRecord(TokenUsageRecord {
        thread_id: Some(thread_id),
        turn_id: Some(turn_id),
        response_id: Some(response_id),
        usage,
    });
    Some(Record { timestamp: Some(timestamp), ordinal, item })
}

/// The rest of a line. Each step takes what it expects, or is `None`.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    /// `{"timestamp":"…",["ordinal":N,]"type":`
    fn envelope(&mut self) -> Option<(Cow<'a, str>, Option<u64>)> {
        self.literal(r#"{"timestamp":"#)?;
        let timestamp = self.text()?;
        let ordinal = match self.literal(r#","ordinal":"#) {
            Some(()) => Some(self.count()?),
            None => None,
        };
        self.literal(r#","type":"#)?;
        Some((timestamp, ordinal))
    }

    fn usage(&mut self) -> Option<TokenUsage> {
        self.literal(r#"{"input_tokens":"#)?;
        let input = self.count()?;
        self.literal(r#","cached_input_tokens":"#)?;
        let cached_input = self.count()?;
        let cache_write_input = match self.literal(r#","cache_write_input_tokens":"#) {
            Some(()) => self.count()?,
            None => 0,
        };
        self.literal(r#","output_tokens":"#)?;
        let output = self.count()?;
        self.literal(r#","reasoning_output_tokens":"#)?;
        let reasoning_output = self.count()?;
        self.literal(r#","total_tokens":"#)?;
        self.count()?;
        self.literal("}")?;
        Some(
            TokenUsage { input, cached_input, cache_write_input, output, reasoning_output }
                .or_none(),
        )
    }

    #[inline]
    fn literal(&mut self, literal: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(literal.as_bytes())?;
        Some(())
    }

    #[inline]
    fn text(&mut self) -> Option<Cow<'a, str>> {
        std::str::from_utf8(self.string()?).ok().map(Cow::Borrowed)
    }

    /// A string of plain bytes, of the length that ids and timestamps have.
    #[inline]
    fn string(&mut self) -> Option<&'a [u8]> {
        self.literal("\"")?;
        let (text, rest) = until_quote(self.0)?;
        self.0 = rest;
        Some(text)
    }

    #[inline]
    fn count(&mut self) -> Option<u64> {
        let digits = self.0.iter().take(MAX_DIGITS + 1).take_while(|byte| byte.is_ascii_digit());
        let (count, length) = digits.fold((0, 0), |(count, length), digit| {
            (count * 10 + u64::from(digit - b'0'), length + 1)
        });
        // JSON knows no number that begins with a zero and goes on.
        let spelled = match self.0 {
            [b'0', ..] => length == 1,
            _ => (1..=MAX_DIGITS).contains(&length),
        };
        self.0 = self.0.get(length..)?;
        spelled.then_some(count)
    }

    /// One JSON value of any kind, behind which there is nothing but `end`.
    fn any_value_before(&mut self, end: &str) -> Option<()> {
        let value = self.0.strip_suffix(end.as_bytes())?;
        serde_json::from_slice::<IgnoredAny>(value).ok()?;
        self.0 = self.0.get(value.len()..)?;
        Some(())
    }

    fn end(&mut self, end: &str) -> Option<()> {
        (self.0 == end.as_bytes()).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse_any;
    use super::*;
    use proptest::prelude::*;

    const COUNT: &str = r#"{"timestamp":"2026-01-02T16:58:23.100Z","ordinal":12,"type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":100,"cached_input_tokens":40,"cache_write_input_tokens":5,"output_tokens":20,"reasoning_output_tokens":10,"total_tokens":120},"last_token_usage":{"input_tokens":10,"cached_input_tokens":4,"output_tokens":2,"reasoning_output_tokens":0,"total_tokens":12},"model_context_window":258400},"rate_limits":{"primary":null,"credits":[1,{"x":"}}"}]}}}"#;
    const RECORD: &str = r#"{"timestamp":"2026-01-02T16:58:23.100Z","type":"token_usage_record","payload":{"thread_id":"a-1","turn_id":"t-1","session_id":"a-1","root_turn_id":"t-1","response_id":"resp_1","usage":{"input_tokens":10,"cached_input_tokens":4,"cache_write_input_tokens":0,"output_tokens":2,"reasoning_output_tokens":0,"total_tokens":12},"turn_token_usage":{"input_tokens":10,"cached_input_tokens":4,"cache_write_input_tokens":0,"output_tokens":2,"reasoning_output_tokens":0,"total_tokens":12},"thread_token_usage":{"input_tokens":999999999999999,"cached_input_tokens":4,"cache_write_input_tokens":0,"output_tokens":2,"reasoning_output_tokens":0,"total_tokens":12}}}"#;

    fn verbatim(line: &[u8]) -> Option<Record<'_>> {
        token_count(line).or_else(|| token_usage_record(line))
    }

    #[test]
    fn what_is_spelled_as_usual_is_read_as_serde_reads_it() {
        let without_limits = COUNT.split_once(r#","rate_limits""#).unwrap().0.to_owned() + "}}";
        let without_window = COUNT.replace(r#","model_context_window":258400"#, "");
        let unknown_window = COUNT.replace("258400", "null");
        for line in [COUNT, RECORD, &without_limits, &without_window, &unknown_window] {
            let read = verbatim(line.as_bytes());
            assert!(read.is_some(), "{line}");
            assert_eq!(read, parse_any(line.as_bytes()).ok(), "{line}");
        }
    }

    #[test]
    fn any_other_spelling_is_left_to_serde() {
        for (usual, other) in [
            (r#""input_tokens":100"#, r#""input_tokens": 100"#),
            (r#""input_tokens":100"#, r#""input_tokens":0100"#),
            (r#""input_tokens":100"#, r#""input_tokens":-100"#),
            (r#""input_tokens":100"#, r#""input_tokens":1e2"#),
            (r#""input_tokens":100"#, r#""input_tokens":"100""#),
            (r#""input_tokens":100"#, r#""input_tokens":1000000000000000"#),
            (r#""input_tokens":100,"#, ""),
            (r#""total_tokens":120"#, r#""total_tokens":120,"more":1"#),
            (r#""ordinal":12"#, r#""ordinal":null"#),
            ("16:58", r"16\u003a58"),
            ("16:58", "16é58"),
            ("}}}", "}}"),
            ("}}}", "}}}}"),
            ("}}}", "}},\"type\":\"x\"}"),
            (r#""primary":null"#, r#""primary":nil"#),
        ] {
            let line = COUNT.replacen(usual, other, 1);
            assert_ne!(line, COUNT);
            assert_eq!(verbatim(line.as_bytes()), None, "{line}");
        }
    }

    proptest! {
        #[test]
        fn whatever_becomes_of_a_line_it_is_read_as_serde_reads_it(
            line in prop_oneof![Just(COUNT), Just(RECORD)],
            at in any::<prop::sample::Index>(),
            byte in any::<u8>(),
            cut in any::<bool>(),
        ) {
            let mut line = line.as_bytes().to_vec();
            let at = at.index(line.len());
            if cut { line.truncate(at) } else { line[at] = byte }
            let read = verbatim(&line);
            // A letter that is broken in what nobody asks for loses no count here.
            let is_text = std::str::from_utf8(&line).is_ok();
            prop_assert!(read.is_none() || !is_text || read == parse_any(&line).ok(), "{:?}", line);
        }
    }
}
