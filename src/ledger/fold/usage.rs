//! The records of usage in the fold: steps of the counter, and responses that a writer recorded one by one.

use std::hash::Hash;
use std::sync::Arc;

use crate::ledger::buckets::Response;
use crate::ledger::counter_base::CounterBase;
use crate::ledger::fold::{Fold, Part};
use crate::rollout::name::uuid_v7_ms;
use crate::rollout::record::{TokenCount, TokenUsage, TokenUsageRecord};
use crate::rollout::turn::TurnTracker;

impl Fold {
    pub(super) fn token_count(
        &mut self,
        count: &TokenCount,
        written: Option<i64>,
        ordinal: Option<u64>,
    ) {
        let (used, single) = match count {
            TokenCount::Empty => {
                self.counter.empty();
                return;
            }
            TokenCount::Single(usage) => (*usage, true),
            TokenCount::Counter { total: None, last } => ((*last).unwrap_or_default(), true),
            TokenCount::Counter { total: Some(total), last } => {
                match &mut self.counter_base {
                    _ if self.counter.total().is_none() => self.opens(*total, *last),
                    Some(counter_base) => counter_base.counted_again(),
                    None => {}
                }
                let may_restart = ordinal.is_some() || !self.turns_have_ids;
                let used = self.counter.step(*total, *last, may_restart);
                if self.recorded.is_empty() {
                    self.counter_checkpoints.push(ordinal, *total);
                }
                (used, *last == Some(used))
            }
        };
        let at = self.copied_history.len();
        self.note_for_copies(count, written);
        let place = match count {
            TokenCount::Counter { total: Some(total), .. } => *total,
            _ => used,
        };
        let id = self.id_of(place);
        match self.part {
            Part::Own => {
                let unrecorded = self.recorded.take_from(used, single);
                let single = single && unrecorded == used;
                let response = self.turns.current(unrecorded, self.last_ms, single);
                self.buckets.add(Response { id, ..response });
            }
            Part::Copied if self.turns_have_ids || used.is_zero() => {}
            Part::Copied => {
                let response = self.turns.current(used, self.last_ms, single);
                self.ambiguous.push((at, Response { id, ..response }));
            }
        }
    }

    /// The first value of the counter, in a rollout that points to its parent's history.
    fn opens(&mut self, total: TokenUsage, last: Option<TokenUsage>) {
        let Some(meta) = &self.meta else { return };
        if meta.history_base.is_some() && !meta.is_revert() && self.recorded.is_empty() {
            let id = self.id_of(total);
            let response = self.turns.current(TokenUsage::ZERO, self.last_ms, true);
            let response = Response { id, ..response };
            self.counter_base = Some(CounterBase::new(total, last, self.answered, response));
        }
    }

    pub(super) fn token_usage_record(&mut self, record: &TokenUsageRecord<'_>) {
        self.reaches_turn(record.turn_id.as_deref());
        let another_threads = match (&record.thread_id, &self.thread_id) {
            (Some(billed), Some(own)) => billed.as_ref() != own,
            _ => self.part == Part::Copied,
        };
        if another_threads {
            return;
        }
        if !self.recorded.add(record.response_id.as_deref(), record.usage) {
            return;
        }
        let id = match &record.response_id {
            Some(id) => self.buckets.lists_responses().then(|| Arc::from(id.as_ref())),
            None => self.id_of(record.usage),
        };
        let turn_id = record.turn_id.as_deref();
        if let Some(response) = self.turns.of_turn(turn_id, id, record.usage, self.last_ms) {
            self.buckets.add(response);
        }
    }

    /// A record names its turn. One that is older than the thread is copied; one that is not ends what was copied.
    pub(super) fn reaches_turn(&mut self, turn_id: Option<&str>) {
        if self.turns_have_ids && self.part == Part::Own {
            return;
        }
        let (Some(began), Some(born)) = (turn_id.and_then(uuid_v7_ms), self.born_ms) else {
            return;
        };
        let first = !std::mem::replace(&mut self.turns_have_ids, true);
        if began < born && first {
            self.part = Part::Copied;
        } else if began >= born && self.part == Part::Copied {
            self.part = Part::Own;
            self.tracker = TurnTracker::default();
        }
    }

    /// The id of a response whose own is not known, where responses are listed: made of the thread, the time of the
    /// record and its `place` in the counter, so that it is the same in every copy of the rollout and for every build.
    fn id_of(&self, place: TokenUsage) -> Option<Arc<str>> {
        if !self.buckets.lists_responses() {
            return None;
        }
        let thread_id = self.thread_id.as_deref().unwrap_or_default();
        let (at, input, output) = (self.last_ms.unwrap_or_default(), place.input, place.output);
        Some(format!("{thread_id}/{at}-{input}-{output}").into())
    }

    pub(super) fn note_for_copies(&mut self, says: &impl Hash, written: Option<i64>) {
        if !self.turns_have_ids {
            self.copied_history.push(says, written);
        }
    }
}
