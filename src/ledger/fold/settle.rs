//! What a thread was billed, when nothing follows: where it began as another's copy, that one's records decide.

use crate::ledger::buckets::Slices;
use crate::ledger::counter_base::Base;
use crate::ledger::fold::Fold;

/// How many forks of forks are followed to find where a counter began.
const MAX_GENERATIONS: u32 = 64;

impl Fold {
    /// The threads that [`Self::settle`] asks for: another one of these changes what was billed, and nothing else.
    pub fn asks(&self) -> impl Iterator<Item = &str> {
        let copied_from = self.copied_from().filter(|_| !self.undecided.is_empty());
        let goes_on_from = self.goes_on_from().filter(|_| self.opening.is_some());
        copied_from.into_iter().chain(goes_on_from)
    }

    /// The thread whose counter this one's goes on from, if only that one's records tell where it stood. A child asks
    /// its parent's parent when the parent has no count of its own.
    #[must_use]
    pub fn goes_on_from(&self) -> Option<&str> {
        let meta = self.meta.as_ref().filter(|meta| !meta.records_usage)?;
        meta.history_base.as_ref()?.thread_id.as_deref()
    }

    /// What was billed, when nothing follows. `others` finds the fold of another thread; it is asked only for the
    /// parents of old forks.
    #[must_use]
    pub fn settle<'f>(&'f self, others: &impl Fn(&str) -> Option<&'f Self>) -> Slices {
        let mut slices = self.slices.clone();
        if !self.undecided.is_empty() {
            let parent = self.copied_from().and_then(others);
            let copied = self.trail.copied(parent.map(|parent| &parent.trail));
            let own = self.undecided.iter().filter(|(at, _)| *at >= copied);
            for (_, response) in own {
                slices.add(response.clone());
            }
        }
        if let Some(opening) = &self.opening {
            slices.add(opening.after(self.base_of_counter(others, MAX_GENERATIONS)));
        }
        for response in self.turns.waiting() {
            slices.add(response);
        }
        slices
    }

    /// The parent's counter where its history was cut.
    fn base_of_counter<'f>(
        &'f self,
        others: &impl Fn(&str) -> Option<&'f Self>,
        generations: u32,
    ) -> Base {
        let Some(meta) = &self.meta else { return Base::Unknown };
        if meta.records_usage {
            return Base::Recorded;
        }
        let base = meta.history_base.as_ref();
        let parent = base.and_then(|base| base.thread_id.as_deref()).and_then(others);
        let cut = base.and_then(|base| base.end_ordinal_exclusive);
        match (parent, cut) {
            (Some(parent), Some(cut)) => match parent.milestones.before(cut) {
                Some(total) => Base::At(total),
                // A parent that was cut before its own first count stands where its own parent stood.
                None if parent.recorded.is_empty() && generations > 0 => {
                    parent.base_of_counter(others, generations - 1)
                }
                None => Base::Recorded,
            },
            _ => Base::Unknown,
        }
    }
}
