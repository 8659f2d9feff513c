//! The bill of a thread, when nothing follows: where it began as another's copy, that one's records decide.

use crate::ledger::buckets::{Standing, UsageBuckets};
use crate::ledger::counter_base::ParentCounter;
use crate::ledger::fold::Fold;

/// The number of forks of forks that are followed to find where a counter began.
const MAX_GENERATIONS: u32 = 64;

impl Fold {
    /// The threads that [`Self::settle`] asks for: another one of these changes what was billed, and nothing else.
    pub fn depends_on(&self) -> impl Iterator<Item = &str> {
        let copied_from = self.copied_from().filter(|_| !self.ambiguous.is_empty());
        let counter_parent = self.counter_parent().filter(|_| self.counter_base.is_some());
        copied_from.into_iter().chain(counter_parent)
    }

    /// The thread whose counter this one's goes on from, if only that one's records tell where it stood. A child asks
    /// its parent's parent when the parent has no count of its own.
    #[must_use]
    pub fn counter_parent(&self) -> Option<&str> {
        let meta = self.meta.as_ref().filter(|meta| !meta.records_usage)?;
        meta.history_base.as_ref()?.thread_id.as_deref()
    }

    /// The usage that was billed, when nothing follows. `others` finds the fold of another thread; it is asked only for
    /// the parents of old forks.
    #[must_use]
    pub fn settle<'f>(&'f self, others: &impl Fn(&str) -> Option<&'f Self>) -> UsageBuckets {
        let mut buckets = self.buckets.clone();
        if !self.ambiguous.is_empty() {
            let parent = self.copied_from().and_then(others);
            let copied = self.copied_history.copied(parent.map(|parent| &parent.copied_history));
            for (at, response) in &self.ambiguous {
                match parent {
                    _ if *at < copied && parent.is_none() => {}
                    _ if *at < copied => buckets.add_as(Standing::Inherited, response.clone()),
                    Some(_) => buckets.add(response.clone()),
                    None => buckets.add_as(Standing::Guessed, response.clone()),
                }
            }
        }
        if let Some(counter_base) = &self.counter_base {
            let base = self.base_of_counter(others, MAX_GENERATIONS);
            let response = counter_base.after(base);
            let standing = match base {
                ParentCounter::Unknown => Standing::Guessed,
                _ if response.usage.is_zero() => Standing::Inherited,
                _ => Standing::Billed,
            };
            buckets.add_as(standing, response);
        }
        for response in self.turns.waiting() {
            buckets.add(response);
        }
        buckets
    }

    /// The parent's counter where its history was cut.
    fn base_of_counter<'f>(
        &'f self,
        others: &impl Fn(&str) -> Option<&'f Self>,
        generations: u32,
    ) -> ParentCounter {
        let Some(meta) = &self.meta else { return ParentCounter::Unknown };
        if meta.records_usage {
            return ParentCounter::UsageRecords;
        }
        let base = meta.history_base.as_ref();
        let parent = base.and_then(|base| base.thread_id.as_deref()).and_then(others);
        let cut = base.and_then(|base| base.end_ordinal_exclusive);
        match (parent, cut) {
            (Some(parent), Some(cut)) => match parent.counter_checkpoints.before(cut) {
                Some(total) => ParentCounter::At(total),
                // A parent that was cut before its own first count stands where its own parent stood.
                None if parent.recorded.is_empty() && generations > 0 => {
                    parent.base_of_counter(others, generations - 1)
                }
                None => ParentCounter::UsageRecords,
            },
            _ => ParentCounter::Unknown,
        }
    }
}
