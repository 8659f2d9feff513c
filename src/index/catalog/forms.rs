//! The form of each rollout that counts, where several lie in a home.

use std::collections::{HashMap, HashSet};

use crate::index::catalog::entry::{Entry, Slot};
use crate::index::catalog::slots::Files;

/// The version of the files whose forms were told apart.
#[derive(Debug, Default)]
pub(crate) struct Forms {
    /// See [`Files::version`].
    chosen: Option<u64>,
    /// Some rollout has several.
    has_several: bool,
}

impl Forms {
    /// Keeps one form of each rollout: an active one before an archived one, a plain one before a compressed one, and
    /// of two alike the one that was written last.
    pub(crate) fn choose(&mut self, files: &mut Files) {
        if self.chosen == Some(files.version) && !self.has_several {
            return;
        }
        let rank = |entry: &Entry| {
            (entry.archived, entry.is_compressed(), std::cmp::Reverse(entry.stamp.modified.ms()))
        };
        let mut best: HashMap<&str, (Slot, &Entry)> = HashMap::with_capacity(files.count());
        let mut shadowed: HashSet<Slot> = HashSet::new();
        for (slot, entry) in files.iter() {
            let form = best.entry(entry.stem()).or_insert((slot, entry));
            if form.0 == slot {
                continue;
            }
            if rank(entry) < rank(form.1) {
                shadowed.insert(form.0);
                *form = (slot, entry);
            } else {
                shadowed.insert(slot);
            }
        }
        drop(best);
        self.has_several = !shadowed.is_empty();
        let mut changed = false;
        for (slot, entry) in files.iter_mut() {
            let is_shadowed = shadowed.contains(&slot);
            changed |= entry.is_shadowed != is_shadowed;
            entry.is_shadowed = is_shadowed;
        }
        files.version += u64::from(changed);
        self.chosen = Some(files.version);
    }
}
