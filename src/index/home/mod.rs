//! The memory of one home, behind its only lock. The lock is never held while a rollout is read.

mod fold;
pub(crate) mod heads;
mod save;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::fs::disk;
use crate::index::catalog::by_workspace::Workspaces;
use crate::index::catalog::entry::Slot;
use crate::index::lru::locked;
use crate::index::state::State;
use crate::ledger::fold::Fold;
use crate::rollout::codex_home::CodexHome;
use crate::rollout::file::RolloutFile;

/// The most refreshes of a home for rollouts that move while they are read.
pub(crate) const MAX_REFRESHES: usize = 8;

/// A disk that has answered is not asked again for so long: who asks for fifty sessions asks fifty times.
const TRUSTED: Duration = Duration::from_secs(1);

/// Takes the fold of a rollout that was read from its beginning, each response listed by itself. Several threads call
/// it at once.
pub type TakeListed<'t> = dyn Fn(&RolloutFile, &Fold) + Sync + 't;

/// The reason why some rollouts could not be read, for one caller.
pub type Failures = HashMap<Slot, Error>;

/// The memory of one home, shared by all callers of a process.
#[derive(Debug)]
pub struct HomeStore {
    home: CodexHome,
    state: Mutex<State>,
    /// The moment when its disk last answered.
    disk_answered: Mutex<Option<Instant>>,
    /// Somebody has read a rollout.
    read: Condvar,
    /// Held by the caller that reads heads: the others wait, and find them read.
    pub(crate) heads: Mutex<()>,
    /// The directories in which threads began. Who wants both locks takes this one first: the disk is asked under it.
    pub(crate) workspaces: Mutex<Workspaces>,
    /// Its path remembered between processes.
    pub(crate) directory: Option<PathBuf>,
}

impl HomeStore {
    /// The memory of a home. `directory` is where it is remembered between processes.
    #[must_use]
    pub fn new(home: CodexHome, directory: Option<PathBuf>) -> Self {
        Self {
            home,
            state: Mutex::default(),
            disk_answered: Mutex::default(),
            read: Condvar::new(),
            heads: Mutex::default(),
            workspaces: Mutex::default(),
            directory,
        }
    }

    /// The home.
    #[must_use]
    pub fn home(&self) -> &CodexHome {
        &self.home
    }

    /// The state, as it is.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        match self.state.lock() {
            Ok(state) => state,
            Err(poisoned) => {
                // Somebody panicked over it: nothing in it can be trusted.
                let mut state = poisoned.into_inner();
                *state = State::default();
                self.state.clear_poison();
                state
            }
        }
    }

    /// The state after a refresh that is not older than `asked`.
    ///
    /// # Errors
    ///
    /// When the home cannot be read, or its disk does not answer: the lock is not even asked for then.
    pub(crate) fn refresh(&self, asked: Instant) -> Result<MutexGuard<'_, State>> {
        self.check_disk()?;
        let mut state = self.lock();
        state.refresh(&self.home, self.directory.as_deref(), asked)?;
        Ok(state)
    }

    /// Asks a thread that can be given up whether the home's disk answers, unless it just did.
    fn check_disk(&self) -> Result<()> {
        let is_trusted = |answered: Instant| answered.elapsed() < TRUSTED;
        if locked(&self.disk_answered).is_some_and(is_trusted) {
            return Ok(());
        }
        let home = self.home.path();
        disk::check(home).map_err(|error| Error::io("read Codex home", home, error))?;
        *locked(&self.disk_answered) = Some(Instant::now());
        Ok(())
    }

    /// A number that is another one when a rollout is not what it was, or came or went, since somebody asked.
    ///
    /// # Errors
    ///
    /// When the home cannot be read.
    pub fn revision(&self) -> Result<u64> {
        Ok(self.refresh(Instant::now())?.catalog.tree.files.revision)
    }
}

#[cfg(test)]
mod tests;
