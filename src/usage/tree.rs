//! From rollouts to threads: which belong together, who is whose child, and what each was billed.

use std::collections::HashMap;

use crate::rollout::discover::{RolloutFile, Skipped};
use crate::rollout::file_name::RolloutName;
use crate::rollout::meta::SessionMeta;
use crate::rollout::timestamp::parse_timestamp;
use crate::rollout::turn_state::{TurnState, TurnTracker};
use crate::usage::fold::Fold;
use crate::usage::slices::Slices;

/// How a thread came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThreadKind {
    /// By itself.
    Root,
    /// As a copy of another's history.
    Fork,
    /// Spawned by another thread's turn.
    Subagent,
}

impl ThreadKind {
    /// The name that programs see.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Fork => "fork",
            Self::Subagent => "subagent",
        }
    }

    /// The kind that a `session_meta` tells. A copied history without a word of it (0.80) shows only in the records.
    #[must_use]
    pub fn of_meta(meta: &SessionMeta) -> Self {
        if meta.is_subagent() {
            Self::Subagent
        } else if meta.forked_from_id.is_some() || meta.parent().is_some() {
            Self::Fork
        } else {
            Self::Root
        }
    }
}

/// A rollout with what its records add up to.
#[derive(Debug, Clone)]
pub struct FoldedRollout {
    /// The file, as it was when it was read.
    pub file: RolloutFile,
    /// Its records. Boxed: a list of rollouts is sorted and handed on, and a fold is large.
    pub fold: Box<Fold>,
}

/// A thread, and what it was billed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// The thread.
    pub thread_id: String,
    /// The rollout that was written last; a reverted thread has several.
    pub file: RolloutFile,
    /// Where it began, as Codex wrote it.
    pub workspace: Option<String>,
    /// How it came to be.
    pub kind: ThreadKind,
    /// The thread that it was spawned by or copied from.
    pub parent_thread_id: Option<String>,
    /// When it began, in milliseconds since 1970.
    pub created_ms: Option<i64>,
    /// The version of Codex that began it.
    pub cli_version: Option<String>,
    /// The model of its last turn.
    pub model: Option<String>,
    /// What it was billed, without anything inherited.
    pub slices: Slices,
    /// Lines of its rollouts that were no records.
    pub skipped_records: u64,
    /// What its last turn is doing.
    pub turn: TurnState,
    /// That turn.
    pub turn_id: Option<String>,
    /// When its last record was written, in milliseconds since 1970.
    pub last_record_ms: Option<i64>,
}

/// The threads of some rollouts.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Threads {
    /// Each once, in the order of the rollouts.
    pub threads: Vec<Thread>,
    /// Rollouts that hold nothing, or the same as another.
    pub skipped: Vec<Skipped>,
}

/// Puts rollouts together to threads. The order of `rollouts` decides nothing but the order of the result.
#[must_use]
pub fn threads(rollouts: &[FoldedRollout]) -> Threads {
    let mut result = Threads::default();
    let mut order: Vec<&str> = Vec::new();
    let mut by_id: HashMap<&str, Vec<&FoldedRollout>> = HashMap::with_capacity(rollouts.len());
    for rollout in rollouts {
        if !rollout.fold.saw_anything() {
            result.skipped.push(skipped(rollout, "no complete record"));
            continue;
        }
        let id = id_of(rollout);
        let segments = by_id.entry(id).or_default();
        if segments.is_empty() {
            order.push(id);
        }
        segments.push(rollout);
    }
    let without_copies: HashMap<&str, Vec<&FoldedRollout>> = by_id
        .into_iter()
        .map(|(id, segments)| (id, one_beginning(segments, &mut result.skipped)))
        .collect();
    for id in order {
        let segments = without_copies.get(id).map(Vec::as_slice).unwrap_or_default();
        result.threads.extend(thread(id, segments, &without_copies));
    }
    result.skipped.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    result
}

fn id_of(rollout: &FoldedRollout) -> &str {
    rollout.fold.thread_id().unwrap_or(&rollout.file.stem)
}

fn skipped(rollout: &FoldedRollout, reason: &str) -> Skipped {
    Skipped { path: rollout.file.path.clone(), reason: reason.to_owned() }
}

/// A thread has one rollout that holds its beginning, and one more for each revert. Of several beginnings all but the
/// one that was written last are copies that somebody made.
fn one_beginning<'r>(
    mut segments: Vec<&'r FoldedRollout>,
    skipped_files: &mut Vec<Skipped>,
) -> Vec<&'r FoldedRollout> {
    segments.sort_by(|a, b| newest_first(&a.file, &b.file));
    let mut beginning_seen = false;
    segments.retain(|segment| {
        let is_beginning = !continues_itself(segment);
        let keep = !(is_beginning && beginning_seen);
        beginning_seen |= is_beginning;
        if !keep {
            skipped_files
                .push(skipped(segment, "another copy of a thread that is counted already"));
        }
        keep
    });
    segments
}

fn newest_first(a: &RolloutFile, b: &RolloutFile) -> std::cmp::Ordering {
    b.modified_ms
        .cmp(&a.modified_ms)
        .then_with(|| b.size.cmp(&a.size))
        .then_with(|| b.path.cmp(&a.path))
}

/// The rollout of a revert is named as a segment; its `session_meta` alone does not tell when the thread is a fork.
fn continues_itself(rollout: &FoldedRollout) -> bool {
    RolloutName::is_segment(&rollout.file.stem)
        || rollout.fold.meta().is_some_and(SessionMeta::is_revert)
}

fn thread(
    id: &str,
    segments: &[&FoldedRollout],
    all: &HashMap<&str, Vec<&FoldedRollout>>,
) -> Option<Thread> {
    let newest = *segments.first()?;
    let beginning = segments.iter().find(|one| !continues_itself(one)).copied().unwrap_or(newest);
    let meta = beginning.fold.meta();
    let copied_from = beginning.fold.copied_from();
    let parent = meta.and_then(SessionMeta::parent).or(copied_from).map(str::to_owned);
    let kind = match meta.map_or(ThreadKind::Root, ThreadKind::of_meta) {
        ThreadKind::Root if copied_from.is_some() => ThreadKind::Fork,
        kind => kind,
    };
    let others = |id: &str| all.get(id)?.last().map(|beginning| &*beginning.fold);
    let mut slices = Slices::default();
    for segment in segments {
        slices.merge(segment.fold.settle(&others));
    }
    Some(Thread {
        thread_id: id.to_owned(),
        file: newest.file.clone(),
        workspace: meta.and_then(|meta| meta.cwd.clone()),
        kind,
        parent_thread_id: parent,
        created_ms: meta.and_then(|meta| meta.timestamp.as_deref()).and_then(parse_timestamp),
        cli_version: meta.and_then(|meta| meta.cli_version.clone()),
        model: newest.fold.last_model().or(beginning.fold.last_model()).map(str::to_owned),
        slices,
        skipped_records: segments.iter().map(|one| one.fold.skipped_records()).sum(),
        turn: newest.fold.turn().map_or(TurnState::None, TurnTracker::state),
        turn_id: newest.fold.turn().and_then(|turn| turn.turn_id()).map(str::to_owned),
        last_record_ms: segments.iter().filter_map(|one| one.fold.last_record_ms()).max(),
    })
}

/// The threads that `root` spawned, and those that they spawned, in the order of `parents`, a list of
/// `(thread, parent)`. A loop among parents ends where it began.
#[must_use]
pub fn descendants<'t>(root: &str, parents: &[(&'t str, Option<&str>)]) -> Vec<&'t str> {
    let mut family: Vec<&'t str> = Vec::new();
    loop {
        let before = family.len();
        for &(thread, parent) in parents {
            let related = parent.is_some_and(|parent| parent == root || family.contains(&parent));
            if related && thread != root && !family.contains(&thread) {
                family.push(thread);
            }
        }
        if family.len() == before {
            return family;
        }
    }
}

#[cfg(test)]
mod tests;
