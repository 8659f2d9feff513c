//! When a home is written down: as soon as that costs far less than what was read would cost again.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::index::cache::decode::recall;
use crate::index::cache::encode::Image;
use crate::index::cache::file::Saved;
use crate::index::cache::place::file_of;
use crate::index::catalog::entry::Slot;
use crate::index::home::HomeStore;
use crate::index::reading::cached::{Known, State as FoldState};
use crate::index::reading::ledger::Stop;
use crate::index::state::State;
use crate::rollout::codex_home::CodexHome;

/// So many bytes take longer to read again than to write down what was read.
const MUCH: u64 = 64 * 1024 * 1024;

/// So does opening so many files.
const MANY: u64 = 1000;

/// What a process that lives on has read in so long is written down however little it is: ten minutes of a busy home cost
/// the next process a few milliseconds.
const LONG: Duration = Duration::from_secs(10 * 60);

/// What was read since the home was written down.
#[derive(Debug, Default)]
pub(crate) struct Unsaved {
    bytes: u64,
    files: u64,
    /// The first of it.
    since: Option<Instant>,
    /// Somebody is writing.
    is_being_saved: bool,
}

impl Unsaved {
    /// Something was read.
    pub(crate) fn add(&mut self, files: u64, bytes: u64) {
        self.files += files;
        self.bytes += bytes;
        self.since.get_or_insert_with(Instant::now);
    }

    /// Whether it is worth to write it down, when that means to write down so many files.
    fn is_worth_it(&self, all_files: usize) -> bool {
        // The more there is to write, the more must have been read.
        let share = self.files >= MANY.max(all_files as u64 / 8);
        let much = self.bytes >= MUCH.max(all_files as u64 * 1024);
        let long = self.since.is_some_and(|since| since.elapsed() > LONG);
        !self.is_being_saved && (share || much || long)
    }
}

impl State {
    /// Takes up what an earlier process knew.
    pub(crate) fn recall_once(&mut self, home: &CodexHome, directory: Option<&Path>) {
        let home = home.path();
        let Some(directory) = directory.filter(|_| !self.was_recalled) else { return };
        self.was_recalled = true;
        let Some((saved, index)) = Saved::open(&file_of(home, directory)) else { return };
        if let Some(listing) = recall(&index, home, &mut self.texts) {
            self.listing = listing;
            self.saved = Some(saved);
        }
    }

    /// From now on the states are in a new file.
    fn moved_to(&mut self, saved: Saved, mut places: Vec<(Slot, Stop, FoldState)>) {
        places.sort_unstable_by_key(|(slot, ..)| *slot);
        let mut places = places.into_iter().peekable();
        for (slot, entry) in self.listing.files.iter_mut() {
            while places.next_if(|(before, ..)| *before < slot).is_some() {}
            let place = places.next_if(|(same, ..)| *same == slot);
            let Known::Folded(kept) = &mut entry.fold else { continue };
            match (&kept.state, place) {
                (FoldState::Live, _) => {}
                (_, Some((_, stop, place))) if stop == kept.stop => kept.state = place,
                // It was read anew meanwhile.
                (FoldState::Packed(_), _) => {}
                // It is in the file that was, and had no room in this one.
                (FoldState::Stored { .. }, _) => entry.fold = Known::Nothing,
            }
        }
        self.saved = Some(saved);
    }
}

impl HomeStore {
    /// Writes down what is known, if that is worth it. That it cannot be written only makes the next start colder.
    pub(crate) fn save_if_worth_it(&self) {
        let mut state = self.lock();
        if state.unsaved.is_worth_it(state.listing.files.count()) {
            state.unsaved = Unsaved { is_being_saved: true, ..Unsaved::default() };
            drop(state);
            self.save();
            self.lock().unsaved.is_being_saved = false;
        }
    }

    /// Writes down what is known; `false` when it cannot be.
    pub fn save(&self) -> bool {
        let Some(directory) = &self.directory else { return false };
        let home = self.home().path();
        let image = {
            let state = self.lock();
            Image::of(home, &state.listing, &state.live, state.saved.as_ref())
        };
        let Some(Image { index, states, places }) = image else { return false };
        let Ok(saved) = Saved::write(&file_of(home, directory), &index, &states) else {
            return false;
        };
        drop((index, states));
        self.lock().moved_to(saved, places);
        true
    }
}
