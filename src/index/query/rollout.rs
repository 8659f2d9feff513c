//! One rollout by its path, whatever home it lies in. What its home remembers of it is used; a rollout that lies
//! elsewhere is remembered by itself while the process lives.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};

use crate::error::{Error, Result};
use crate::index::home::HomeStore;
use crate::index::homes::store_of;
use crate::index::lru::{Lru, locked};
use crate::index::query::join::summarized;
use crate::index::reading::cached::Cached;
use crate::index::reading::ledger::{Checkpoint, refold};
use crate::index::reading::progress::Watch;
use crate::ledger::buckets::UsageBuckets;
use crate::ledger::fold::Fold;
use crate::ledger::summary::Summary;
use crate::ledger::threads::{Summarized, Thread, assemble};
use crate::rollout::codex_home::CodexHome;
use crate::rollout::file::RolloutFile;
use crate::rollout::name::RolloutName;

/// The number of rollouts that outside of homes are remembered.
const MAX_OUTSIDE: usize = 16;

/// The depth of a rollout below `sessions`: `YYYY/MM/DD/file`.
const MAX_DEPTH: usize = 4;

/// A fold and where it stopped, behind a lock of its own: whoever asks for the same waits.
type Remembered = Arc<Mutex<Option<(Checkpoint, Box<Fold>)>>>;

/// The rollouts that lie in no home that is known.
static OUTSIDE: LazyLock<Mutex<Lru<PathBuf, Remembered>>> =
    LazyLock::new(|| Mutex::new(Lru::new(MAX_OUTSIDE)));

/// The thread of one rollout, as far as this file tells: without the thread's other rollouts, and without its parent to
/// compare with. `None` when the file holds no record.
///
/// # Errors
///
/// When it cannot be read, or its name is no rollout's.
pub fn read_one(path: &Path) -> Result<Option<Thread>> {
    let name = path.file_name().and_then(|name| name.to_str()).and_then(RolloutName::parse);
    let Some(name) = name else {
        let reason = "its name does not end in .jsonl or .jsonl.zst";
        return Err(Error::invalid("read rollout", path, reason));
    };
    let known = home_of(path).and_then(|home| one(&store_of(&home), path));
    let summarized = match known {
        Some(known) => known?,
        None => outside(path, &name)?,
    };
    Ok(alone(summarized))
}

/// A thread of this rollout alone.
fn alone(mut rollout: Summarized) -> Option<Thread> {
    rollout.summary.inherits = false;
    // Nobody is asked for others' records.
    assemble(vec![rollout], |_, _| UsageBuckets::default()).threads.pop()
}

/// The home in which a rollout lies, if it lies where rollouts do.
fn home_of(path: &Path) -> Option<CodexHome> {
    let named = |directory: &&Path| {
        directory.ends_with("sessions") || directory.ends_with("archived_sessions")
    };
    let top = path.ancestors().skip(1).take(MAX_DEPTH).find(named)?;
    Some(CodexHome::new(top.parent()?))
}

fn outside(path: &Path, name: &RolloutName<'_>) -> Result<Summarized> {
    let remembered = locked(&OUTSIDE).get_or_insert_with(path.to_owned(), Arc::default);
    let mut remembered = locked(&remembered);
    let file = RolloutFile {
        path: path.to_owned(),
        stem: name.stem.to_owned(),
        archived: path.parent().is_some_and(|dir| dir.ends_with("archived_sessions")),
        compressed: name.compressed,
        size: 0,
        modified_ms: 0,
        last_record_ms: None,
    };
    let folded = refold(&file, remembered.take(), &mut Vec::new(), &Watch::default())?;
    let stamp = folded.checkpoint.stamp;
    let summary = Summary::new(folded.last());
    *remembered = Some((folded.checkpoint, folded.fold));
    let last_record_ms = summary.last_record_ms;
    let file =
        RolloutFile { size: stamp.size, modified_ms: stamp.modified.ms(), last_record_ms, ..file };
    Ok(Summarized { file, summary })
}

/// A rollout of this home; `None` where the home does not know it, so that it is to be read by itself.
fn one(store: &HomeStore, path: &Path) -> Option<Result<Summarized>> {
    let slot = {
        let mut state = store.lock();
        state.take_up_cache(store.home(), store.directory.as_deref());
        state.catalog.tree.stat_known(path)?
    };
    let failures = match store.fold(&[slot], &Watch::default()) {
        Ok(failures) => failures,
        Err(error) => return Some(Err(error)),
    };
    if let Some(error) = failures.into_values().next() {
        return Some(Err(error));
    }
    store.save_if_worth_it();
    let state = store.lock();
    let entry = state.catalog.entry(slot)?;
    let Cached::Folded(cached) = &entry.fold else { return None };
    summarized(&state, entry, cached).map(Ok)
}
