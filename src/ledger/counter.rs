//! The counter of a thread, `token_count.info.total_token_usage`, and what each step of it was billed.
//!
//! Codex repeats the counter whenever anything changes, restarts it at zero in some versions when a thread is resumed,
//! and lets it go on in others; up to 0.146 two processes may write to one rollout, each with a counter of its own. Its
//! `last_token_usage` is no ground to add up: after a compaction it is an estimate of the new context, after an
//! incomplete response it is the response before.

use std::collections::BTreeSet;

use crate::codec::{Codec, Decoder, Encoder, codec_fields, stable_hash};
use crate::rollout::record::TokenUsage;

/// The least number of values that are remembered, the last ones. A second writer goes on from the value that stood in
/// the rollout when it loaded it: so many responses may the first one get before that. They take half a megabyte, and
/// no thread that anybody has seen comes near.
const REMEMBERED_VALUES: usize = 65_536;

/// Follows the counter of one rollout.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Counter {
    total: Option<TokenUsage>,
    values: SeenValues,
    /// The first value is another thread's, and no usage of this one.
    foreign_base: bool,
    /// An `info: null` or an estimate came after the last value: what follows may begin at zero.
    reset: bool,
    /// A value or an `info: null` was repeated: the writers of this rollout repeat the counter as a rule.
    repeats: bool,
}

codec_fields!(Counter { total, values, foreign_base, reset, repeats });

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
        self.reset = true;
        self.repeats = true;
    }

    /// Forgets the values before the last one: no record follows.
    pub fn close(&mut self) {
        self.values = SeenValues::default();
    }

    /// The next value: gives what was billed since the one before. `may_restart` is false where turns have ids and
    /// records have no ordinals: the versions that write such rollouts always go on with a counter.
    ///
    /// - A value without input and output is an estimate of a context's size, and begins the counter anew.
    /// - An unchanged total is a repeat, and so is any that was there before: another writer's.
    /// - A total that equals `last` is the first response of a new process, even when the total rose.
    /// - A total that exceeds an earlier value by `last` is the next response of the process that stood there.
    /// - A total that grew in every count grew by what was billed.
    /// - Any other is a counter that restarted while its first values were lost: all of it is new.
    pub fn step(
        &mut self,
        total: TokenUsage,
        last: Option<TokenUsage>,
        may_restart: bool,
    ) -> TokenUsage {
        if total.is_zero() {
            self.total = Some(total);
            self.foreign_base = false;
            self.reset = true;
            return TokenUsage::ZERO;
        }
        let reset = std::mem::take(&mut self.reset);
        let first_of_a_process = last == Some(total);
        let base = last.and_then(|last| total.minus(last));
        let seen = self.values.contains(total);
        let billed = match self.total {
            _ if std::mem::take(&mut self.foreign_base) => TokenUsage::ZERO,
            None => total,
            // Two responses of the same size, each the first of its process.
            Some(before) if before == total => {
                let restarted = first_of_a_process && reset;
                self.repeats |= !restarted;
                if restarted { total } else { TokenUsage::ZERO }
            }
            Some(_) if first_of_a_process => {
                let restarted = !seen || reset || (may_restart && !self.repeats);
                if !restarted {
                    return TokenUsage::ZERO;
                }
                total
            }
            Some(before) if base == Some(before) => last.unwrap_or_default(),
            // Another writer's: where the last response of all stands does not change.
            Some(_) if seen => return TokenUsage::ZERO,
            Some(before) => match base.filter(|base| self.values.contains(*base)) {
                Some(_) => last.unwrap_or_default(),
                None => total.minus(before).unwrap_or(total),
            },
        };
        self.total = Some(total);
        self.values.insert(total);
        billed.or_none()
    }
}

/// The values that the counter had, as hashes.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct SeenValues {
    recent: BTreeSet<u64>,
    /// Those before the recent ones, as many as are remembered at least.
    older: BTreeSet<u64>,
}

impl SeenValues {
    fn contains(&self, value: TokenUsage) -> bool {
        let hash = stable_hash(&value);
        self.recent.contains(&hash) || self.older.contains(&hash)
    }

    fn insert(&mut self, value: TokenUsage) {
        if self.recent.len() >= REMEMBERED_VALUES {
            self.older = std::mem::take(&mut self.recent);
        }
        self.recent.insert(stable_hash(&value));
    }
}

impl Codec for SeenValues {
    fn encode(&self, encoder: &mut Encoder) {
        for values in [&self.recent, &self.older] {
            values.len().encode(encoder);
            for value in values {
                encoder.fixed(*value);
            }
        }
    }

    fn decode(decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut values = || {
            let values = 0..usize::decode(decoder)?;
            values.map(|_| decoder.fixed()).collect::<Option<_>>()
        };
        Some(Self { recent: values()?, older: values()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(total: u64) -> TokenUsage {
        TokenUsage { input: total - total / 10, output: total / 10, ..TokenUsage::ZERO }
    }

    /// The usage that the steps `(last, total)` were billed.
    fn billed(steps: &[(u64, u64)]) -> Vec<u64> {
        let mut counter = Counter::default();
        steps
            .iter()
            .map(|&(last, total)| counter.step(usage(total), Some(usage(last)), true).total())
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
        let step = |counter: &mut Counter| counter.step(usage(100), Some(usage(100)), true).total();
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
        assert_eq!(counter.step(usage(500), Some(usage(500)), true).total(), 0);
        assert_eq!(counter.step(usage(560), Some(usage(60)), true).total(), 60);
    }

    #[test]
    fn an_estimate_is_billed_nothing_and_what_follows_begins_at_zero() {
        let steps = [(200, 200), (310, 510), (0, 0), (90, 90), (50, 140)];
        assert_eq!(billed(&steps), [200, 310, 0, 90, 50]);
        // The response is as long as the first one was.
        assert_eq!(billed(&[(200, 200), (310, 510), (0, 0), (200, 200)]), [200, 310, 0, 200]);
        assert_eq!(billed(&[(0, 0), (0, 0), (90, 90), (90, 90)]), [0, 0, 90, 0]);
    }

    #[test]
    fn a_counter_that_goes_on_from_where_it_stood_before_an_estimate_is_billed_its_response() {
        assert_eq!(billed(&[(200, 200), (310, 510), (0, 0), (90, 600)]), [200, 310, 0, 90]);
        assert_eq!(billed(&[(200, 200), (310, 510), (0, 0), (310, 510)]), [200, 310, 0, 0]);
    }

    #[test]
    fn each_of_several_writers_is_billed_its_own_steps() {
        let two = [(1000, 1000), (110, 1110), (210, 1210), (120, 1230), (220, 1430)];
        assert_eq!(billed(&two), [1000, 110, 210, 120, 220]);
        let three = [(900, 900), (10, 910), (20, 920), (30, 930), (40, 950), (50, 970), (60, 1030)];
        assert_eq!(billed(&three), [900, 10, 20, 30, 40, 50, 60]);
        // Both began at zero.
        assert_eq!(billed(&[(100, 100), (80, 80), (50, 150), (60, 140)]), [100, 80, 50, 60]);
    }

    #[test]
    fn what_another_writer_repeats_is_billed_nothing() {
        let steps =
            [(900, 900), (900, 900), (10, 910), (900, 900), (20, 920), (10, 910), (40, 950)];
        assert_eq!(billed(&steps), [900, 0, 10, 0, 20, 0, 40]);
        // A compaction leaves an estimate beside the total.
        let compacted = [(900, 900), (10, 910), (20, 920), (500, 910), (70, 980), (80, 1000)];
        assert_eq!(billed(&compacted), [900, 10, 20, 0, 70, 80]);
    }

    #[test]
    fn a_first_response_of_a_size_that_was_there_before_is_new_where_counters_restart() {
        let mut counter = Counter::default();
        let steps = [(100, 100), (50, 150), (100, 100), (50, 150)];
        assert_eq!(billed(&steps), [100, 50, 100, 50]);
        let goes_on =
            steps.map(|(last, total)| counter.step(usage(total), Some(usage(last)), false).total());
        assert_eq!(goes_on, [100, 50, 0, 0]);
    }

    #[test]
    fn a_value_is_remembered_at_least_so_long_and_kept_with_the_state() {
        let mut values = SeenValues::default();
        values.insert(usage(7));
        for total in 0..REMEMBERED_VALUES as u64 - 1 {
            values.insert(usage(1000 + 10 * total));
        }
        assert!(values.contains(usage(7)));
        let kept = crate::codec::decode(&crate::codec::encode(&values));
        assert_eq!(kept, Some(values));
    }
}
