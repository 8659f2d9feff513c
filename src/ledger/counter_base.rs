//! The first value of a counter that may go on from another thread's.
//!
//! A fork that points to its parent's history (`history_base`) goes on from the parent's counter, but for some of 0.149
//! to 0.152 that begin at zero when the parent was loaded. Its first value may be its first response's, or a mere
//! repeat of the parent's when that failed. Where responses have records of their own (from 0.154 on) the value does
//! not matter. Where they have none, only the parent's counter at the cut tells.

use crate::codec::codec_fields;
use crate::ledger::buckets::Response;
use crate::rollout::record::{TokenUsage, TurnEvent};

/// The value of the parent's counter when its history was cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParentCounter {
    /// There.
    At(TokenUsage),
    /// It does not matter: by then responses had records of their own.
    UsageRecords,
    /// The parent is not there to tell.
    Unknown,
}

/// The first value of a counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CounterBase {
    /// `total_token_usage`.
    pub total: TokenUsage,
    /// `last_token_usage`.
    pub last: Option<TokenUsage>,
    /// True if the model said anything in the turn before, and the turn did not fail over it: a response that failed
    /// leaves a repeat.
    answered: bool,
    /// True if its turn goes on without another value.
    alone: bool,
    /// The response that it may tell of, without its usage.
    pub response: Response,
}

codec_fields!(CounterBase { total, last, answered, alone, response });

impl CounterBase {
    /// The first value, written after the model `answered` or failed to.
    #[must_use]
    pub fn new(
        total: TokenUsage,
        last: Option<TokenUsage>,
        answered: bool,
        response: Response,
    ) -> Self {
        Self { total, last, answered, alone: true, response }
    }

    /// Another value of the counter.
    pub fn counted_again(&mut self) {
        self.alone = false;
    }

    /// Takes an event of the turn.
    pub fn turn_event(&mut self, event: TurnEvent) {
        if event == TurnEvent::Failed && self.alone {
            self.answered = false;
        }
        self.alone &= event != TurnEvent::Started;
    }

    /// The response that was billed up to this value and has no record of its own.
    #[must_use]
    pub fn after(&self, base: ParentCounter) -> Response {
        let began_at_zero = self.last == Some(self.total);
        let usage = match base {
            ParentCounter::At(base) if base == self.total => TokenUsage::ZERO,
            ParentCounter::At(base) => match self.total.minus(base) {
                Some(grown) if self.last == Some(grown) || !began_at_zero => grown,
                _ => self.total,
            },
            ParentCounter::Unknown if self.answered => self.last.unwrap_or(self.total),
            ParentCounter::UsageRecords | ParentCounter::Unknown => TokenUsage::ZERO,
        };
        Response { usage, single: self.last == Some(usage), ..self.response.clone() }
    }
}

/// The values of a counter by the `ordinal` of their records.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct CounterCheckpoints {
    values: Vec<(u64, TokenUsage)>,
}

codec_fields!(CounterCheckpoints { values });

impl CounterCheckpoints {
    /// Adds a value; one without an ordinal cannot be pointed to, and one that repeats the last tells nothing new.
    pub fn push(&mut self, ordinal: Option<u64>, total: TokenUsage) {
        if let Some(ordinal) = ordinal
            && self.values.last().is_none_or(|(_, last)| *last != total)
        {
            self.values.push((ordinal, total));
        }
    }

    /// The last value before the record `ordinal`.
    #[must_use]
    pub fn before(&self, ordinal: u64) -> Option<TokenUsage> {
        self.values.iter().rev().find(|(at, _)| *at < ordinal).map(|(_, total)| *total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollout::record::service_tier::ServiceTier;

    fn usage(total: u64) -> TokenUsage {
        TokenUsage { input: total, ..TokenUsage::ZERO }
    }

    fn billed(total: u64, last: u64, base: ParentCounter) -> u64 {
        let response = Response {
            id: None,
            model: None,
            workspace: None,
            tier: ServiceTier::Standard,
            at_ms: 0,
            usage: TokenUsage::ZERO,
            single: true,
        };
        let (total, last) = (usage(total), Some(usage(last)));
        let usage_after = |answered| {
            let response = response.clone();
            CounterBase::new(total, last, answered, response).after(base).usage.total()
        };
        let unanswered = usage_after(false);
        assert!(
            unanswered == usage_after(true) || (base == ParentCounter::Unknown && unanswered == 0)
        );
        usage_after(true)
    }

    const PARENT: ParentCounter = ParentCounter::At(TokenUsage { input: 500, ..TokenUsage::ZERO });

    #[test]
    fn a_repeat_of_the_parents_value_is_billed_nothing() {
        assert_eq!(billed(500, 100, PARENT), 0);
        assert_eq!(billed(500, 500, PARENT), 0);
    }

    #[test]
    fn a_counter_that_goes_on_is_billed_what_it_grew_by() {
        assert_eq!(billed(560, 60, PARENT), 60);
    }

    #[test]
    fn a_counter_that_began_at_zero_is_billed_whole_even_above_the_parents() {
        assert_eq!(billed(60, 60, PARENT), 60);
        assert_eq!(billed(700, 700, PARENT), 700);
    }

    #[test]
    fn without_the_parent_the_last_response_is_billed_if_the_model_answered() {
        assert_eq!(billed(560, 60, ParentCounter::Unknown), 60);
        assert_eq!(billed(60, 60, ParentCounter::Unknown), 60);
    }

    #[test]
    fn without_the_parent_a_turn_that_fails_over_its_only_value_was_billed_nothing() {
        let response = Response {
            id: None,
            model: None,
            workspace: None,
            tier: ServiceTier::Standard,
            at_ms: 0,
            usage: TokenUsage::ZERO,
            single: true,
        };
        let counter_base = CounterBase::new(usage(560), Some(usage(60)), true, response);
        let after = |events: &[TurnEvent], counted: bool| {
            let mut counter_base = counter_base.clone();
            if counted {
                counter_base.counted_again();
            }
            for event in events {
                counter_base.turn_event(*event);
            }
            counter_base.after(ParentCounter::Unknown).usage.total()
        };
        assert_eq!(after(&[TurnEvent::Failed], false), 0);
        assert_eq!(after(&[TurnEvent::Failed], true), 60);
        assert_eq!(
            after(&[TurnEvent::Completed, TurnEvent::Started, TurnEvent::Failed], false),
            60
        );
    }

    #[test]
    fn where_responses_have_records_of_their_own_the_value_does_not_matter() {
        assert_eq!(billed(560, 60, ParentCounter::UsageRecords), 0);
    }

    #[test]
    fn the_value_before_a_record_is_the_last_one_below_its_ordinal() {
        let mut counter_checkpoints = CounterCheckpoints::default();
        for (ordinal, total) in [(3, 100), (5, 100), (9, 250)] {
            counter_checkpoints.push(Some(ordinal), usage(total));
        }
        counter_checkpoints.push(None, usage(999));
        assert_eq!(counter_checkpoints.before(3), None);
        assert_eq!(counter_checkpoints.before(9), Some(usage(100)));
        assert_eq!(counter_checkpoints.before(10), Some(usage(250)));
    }
}
