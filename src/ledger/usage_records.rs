//! Responses that have a record of their own (`token_usage_record`), and their echo in the counter.

use std::collections::BTreeSet;

use crate::codec::{Codec, Decoder, Encoder, stable_hash};
use crate::rollout::record::TokenUsage;

/// The responses of a thread that were recorded.
#[derive(Debug, Default, Clone)]
pub struct UsageRecords {
    any: bool,
    /// Hashes of their ids.
    responses: BTreeSet<u64>,
    /// Those that the counter has not shown yet.
    unconfirmed: Vec<TokenUsage>,
}

impl Codec for UsageRecords {
    fn encode(&self, encoder: &mut Encoder) {
        self.any.encode(encoder);
        self.unconfirmed.encode(encoder);
        self.responses.len().encode(encoder);
        for response in &self.responses {
            encoder.fixed(*response);
        }
    }

    fn decode(decoder: &mut Decoder<'_>) -> Option<Self> {
        let any = bool::decode(decoder)?;
        let unconfirmed = Vec::decode(decoder)?;
        let responses = 0..usize::decode(decoder)?;
        let responses = responses.map(|_| decoder.fixed()).collect::<Option<_>>()?;
        Some(Self { any, responses, unconfirmed })
    }
}

impl UsageRecords {
    /// Tells whether no response was recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.any
    }

    /// Forgets the ids: no record follows.
    pub fn close(&mut self) {
        self.responses = BTreeSet::new();
        self.unconfirmed = Vec::new();
    }

    /// Adds a response; `false` when it was recorded before.
    pub fn add(&mut self, response_id: Option<&str>, usage: TokenUsage) -> bool {
        let new = response_id.is_none_or(|id| self.responses.insert(stable_hash(id)));
        self.any = true;
        if new {
            self.unconfirmed.push(usage);
        }
        new
    }

    /// Takes from a step of the counter what was recorded before.
    ///
    /// The step echoes the last records, one or several. Records before them whose step never came (the process was
    /// killed while their tool ran) stay counted. A step that is a response of its own (`single`) and none of those is
    /// counted whole: it was written by a version that records no responses.
    pub fn take_from(&mut self, step: TokenUsage, single: bool) -> TokenUsage {
        if step.is_zero() || self.unconfirmed.is_empty() {
            return step;
        }
        let mut sum = TokenUsage::ZERO;
        for usage in std::mem::take(&mut self.unconfirmed).into_iter().rev() {
            sum = sum.plus(usage);
            if sum == step {
                return TokenUsage::ZERO;
            }
        }
        if single { step } else { step.minus(sum).unwrap_or(TokenUsage::ZERO) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(total: u64) -> TokenUsage {
        TokenUsage { input: total, ..TokenUsage::ZERO }
    }

    fn left_of(step: u64, single: bool, recorded: &[u64]) -> u64 {
        let mut all = UsageRecords::default();
        for (at, total) in recorded.iter().enumerate() {
            assert!(all.add(Some(&at.to_string()), usage(*total)));
        }
        all.take_from(usage(step), single).total()
    }

    #[test]
    fn an_echo_of_the_last_records_is_nothing_new() {
        assert_eq!(left_of(40, true, &[40]), 0);
        assert_eq!(left_of(40, true, &[100, 40]), 0);
        assert_eq!(left_of(140, false, &[7, 100, 40]), 0);
    }

    #[test]
    fn a_step_of_another_response_is_new() {
        assert_eq!(left_of(25, true, &[]), 25);
        assert_eq!(left_of(25, true, &[40]), 25);
        assert_eq!(left_of(65, false, &[40]), 25);
    }

    #[test]
    fn a_response_is_recorded_once() {
        let mut recorded = UsageRecords::default();
        assert!(recorded.add(Some("r1"), usage(1)));
        assert!(!recorded.add(Some("r1"), usage(1)));
        assert!(recorded.add(None, usage(1)));
    }
}
