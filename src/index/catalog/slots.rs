//! The files of a home, each in a slot of its own.

use crate::index::catalog::entry::{Entry, Slot};

/// The files, by their slots.
#[derive(Debug, Default)]
pub struct Files {
    entries: Vec<Option<Entry>>,
    free: Vec<Slot>,
    born: u64,
    /// Counts whenever a file comes or goes, or a head is not what it was.
    pub version: u64,
    /// Counts whenever a file is not what it was.
    pub revision: u64,
    /// Counts whenever anything may be known of a file that was not known before, or no more.
    pub changes: u64,
}

impl Files {
    /// The file of a slot.
    #[must_use]
    pub fn get(&self, slot: Slot) -> Option<&Entry> {
        self.entries.get(slot as usize)?.as_ref()
    }

    /// The file of a slot.
    pub fn get_mut(&mut self, slot: Slot) -> Option<&mut Entry> {
        self.entries.get_mut(slot as usize)?.as_mut()
    }

    /// Every file.
    pub fn iter(&self) -> impl Iterator<Item = (Slot, &Entry)> {
        (0..).zip(&self.entries).filter_map(|(slot, entry)| Some((slot, entry.as_ref()?)))
    }

    /// Every file.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (Slot, &mut Entry)> {
        (0..).zip(&mut self.entries).filter_map(|(slot, entry)| Some((slot, entry.as_mut()?)))
    }

    /// The number of them.
    #[must_use]
    pub fn count(&self) -> usize {
        self.entries.len() - self.free.len()
    }

    /// Makes room for so many files more.
    pub fn reserve(&mut self, count: usize) {
        self.entries.reserve_exact(count);
    }

    /// Takes a file up.
    pub fn insert(&mut self, entry: Entry) -> Slot {
        self.version += 1;
        self.revision += 1;
        self.born += 1;
        let entry = Some(Entry { born: self.born, ..entry });
        if let Some(slot) = self.free.pop()
            && let Some(place) = self.entries.get_mut(slot as usize)
        {
            *place = entry;
            return slot;
        }
        self.entries.push(entry);
        Slot::try_from(self.entries.len() - 1).unwrap_or(Slot::MAX)
    }

    /// Forgets a file.
    pub fn remove(&mut self, slot: Slot) -> Option<Entry> {
        let entry = self.entries.get_mut(slot as usize)?.take()?;
        self.version += 1;
        self.revision += 1;
        self.free.push(slot);
        Some(entry)
    }
}
