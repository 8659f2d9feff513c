//! The first value of a counter that may go on from another thread's.
//!
//! A fork that points to its parent's history (`history_base`) without writing usage records (0.149 to 0.152) begins
//! its counter at zero when the parent was loaded, and at the parent's value when it was not. Its first value may also
//! be a mere repeat of the parent's, when its first response failed. Only the parent's counter at the cut tells.

use crate::rollout::record::TokenUsage;
use crate::usage::slices::Response;

/// The first value of a counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// `total_token_usage`.
    pub total: TokenUsage,
    /// `last_token_usage`.
    pub last: Option<TokenUsage>,
    /// The response that it may tell of, without its usage.
    pub response: Response,
}

impl Opening {
    /// What was billed up to this value, for a counter of which the parent's stood at `base` when it was forked; `None`
    /// when that is not known.
    #[must_use]
    pub fn after(&self, base: Option<TokenUsage>) -> Response {
        let began_at_zero = self.last == Some(self.total);
        let usage = match base {
            Some(base) if base == self.total => TokenUsage::ZERO,
            Some(base) => match self.total.minus(base) {
                Some(grown) if self.last == Some(grown) || !began_at_zero => grown,
                _ => self.total,
            },
            None => self.last.unwrap_or(self.total),
        };
        Response { usage, single: self.last == Some(usage), ..self.response.clone() }
    }
}

/// The values of a counter by the `ordinal` of their records.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Milestones {
    values: Vec<(u64, TokenUsage)>,
}

impl Milestones {
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

    fn usage(total: u64) -> TokenUsage {
        TokenUsage { input: total, total, ..TokenUsage::ZERO }
    }

    fn billed(total: u64, last: u64, base: Option<u64>) -> u64 {
        let response = Response {
            model: None,
            workspace: None,
            at_ms: 0,
            usage: TokenUsage::ZERO,
            single: true,
        };
        let opening = Opening { total: usage(total), last: Some(usage(last)), response };
        opening.after(base.map(usage)).usage.total
    }

    #[test]
    fn a_repeat_of_the_parents_value_is_billed_nothing() {
        assert_eq!(billed(500, 100, Some(500)), 0);
        assert_eq!(billed(500, 500, Some(500)), 0);
    }

    #[test]
    fn a_counter_that_goes_on_is_billed_what_it_grew_by() {
        assert_eq!(billed(560, 60, Some(500)), 60);
    }

    #[test]
    fn a_counter_that_began_at_zero_is_billed_whole_even_above_the_parents() {
        assert_eq!(billed(60, 60, Some(500)), 60);
        assert_eq!(billed(700, 700, Some(500)), 700);
    }

    #[test]
    fn without_the_parent_the_last_response_is_billed() {
        assert_eq!(billed(560, 60, None), 60);
        assert_eq!(billed(60, 60, None), 60);
    }

    #[test]
    fn the_value_before_a_record_is_the_last_one_below_its_ordinal() {
        let mut milestones = Milestones::default();
        for (ordinal, total) in [(3, 100), (5, 100), (9, 250)] {
            milestones.push(Some(ordinal), usage(total));
        }
        milestones.push(None, usage(999));
        assert_eq!(milestones.before(3), None);
        assert_eq!(milestones.before(9), Some(usage(100)));
        assert_eq!(milestones.before(10), Some(usage(250)));
    }
}
