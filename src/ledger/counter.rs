//! The counter of a thread, `token_count.info.total_token_usage`, and what each step of it was billed.
//!
//! Codex repeats the counter whenever anything changes, restarts it at zero in some versions when a thread is resumed,
//! and lets it go on in others. Its `last_token_usage` is no ground to add up: after a compaction it is an estimate of
//! the new context, after an incomplete response it is the response before.

use crate::codec::packed_fields;
use crate::rollout::record::TokenUsage;

/// Follows the counter of one rollout.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Counter {
    total: Option<TokenUsage>,
    /// The first value is another thread's, and no usage of this one.
    foreign_base: bool,
    /// An `info: null` came after the last value: in the versions that restart the counter it marks a new process.
    new_process: bool,
}

packed_fields!(Counter { total, foreign_base, new_process });

impl Counter {
    /// A counter that may begin at the value of another thread, which is not known: that of a rollout which points to
    /// its parent's history. Its first value is no step.
    #[must_use]
    pub fn with_foreign_base() -> Self {
        Self { foreign_base: true, ..Self::default() }
    }

    /// The last value.
    #[must_use]
    pub fn total(&self) -> Option<TokenUsage> {
        self.total
    }

    /// A `token_count` without counts.
    pub fn empty(&mut self) {
        self.new_process = true;
    }

    /// The next value: gives what was billed since the one before.
    ///
    /// - An unchanged total is a repeat.
    /// - A total that equals `last` is the first response of a new process, even when the total rose.
    /// - A total that grew in every count grew by what was billed.
    /// - Any other is a counter that restarted while its first values were lost: all of it is new.
    pub fn step(&mut self, total: TokenUsage, last: Option<TokenUsage>) -> TokenUsage {
        let new_process = std::mem::take(&mut self.new_process);
        let before = self.total.replace(total);
        if std::mem::take(&mut self.foreign_base) {
            return TokenUsage::ZERO;
        }
        let first_of_a_process = last == Some(total);
        match before {
            None => total,
            // Two responses of the same size, each the first of its process.
            Some(before) if before == total && first_of_a_process && new_process => total,
            Some(before) if before == total => TokenUsage::ZERO,
            Some(_) if first_of_a_process => total,
            Some(before) => total.minus(before).unwrap_or(total),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(total: u64) -> TokenUsage {
        TokenUsage { input: total - total / 10, output: total / 10, total, ..TokenUsage::ZERO }
    }

    /// What the steps `(last, total)` were billed.
    fn billed(steps: &[(u64, u64)]) -> Vec<u64> {
        let mut counter = Counter::default();
        steps
            .iter()
            .map(|&(last, total)| counter.step(usage(total), Some(usage(last))).total)
            .collect()
    }

    #[test]
    fn each_step_is_billed_what_the_total_grew_by() {
        assert_eq!(billed(&[(100, 100), (50, 150), (70, 220)]), [100, 50, 70]);
    }

    #[test]
    fn a_repeat_is_billed_nothing() {
        assert_eq!(billed(&[(100, 100), (100, 100), (50, 150), (50, 150)]), [100, 0, 50, 0]);
    }

    #[test]
    fn a_restart_is_billed_whole_even_when_the_total_rose() {
        assert_eq!(billed(&[(100, 100), (50, 150), (60, 60)]), [100, 50, 60]);
        assert_eq!(billed(&[(100, 4536), (9324, 9324)]), [4536, 9324]);
    }

    #[test]
    fn a_restart_at_the_same_value_is_told_from_a_repeat_by_the_empty_record_before_it() {
        let mut counter = Counter::default();
        let step = |counter: &mut Counter| counter.step(usage(100), Some(usage(100))).total;
        assert_eq!([step(&mut counter), step(&mut counter)], [100, 0]);
        counter.empty();
        assert_eq!(step(&mut counter), 100);
    }

    #[test]
    fn an_estimate_after_a_compaction_is_billed_nothing() {
        assert_eq!(billed(&[(9000, 27261), (6083, 27261), (1000, 28261)]), [27261, 0, 1000]);
    }

    #[test]
    fn a_stale_last_of_an_incomplete_response_does_not_matter() {
        assert_eq!(billed(&[(9521, 9521), (9521, 20826)]), [9521, 11305]);
    }

    #[test]
    fn a_restart_whose_first_value_was_lost_is_billed_whole() {
        assert_eq!(billed(&[(100, 1000), (20, 70)]), [1000, 70]);
    }

    #[test]
    fn the_first_value_of_a_foreign_counter_is_billed_nothing() {
        let mut counter = Counter::with_foreign_base();
        assert_eq!(counter.step(usage(500), Some(usage(500))).total, 0);
        assert_eq!(counter.step(usage(560), Some(usage(60))).total, 60);
    }
}
