//! From rollouts to threads: which belong together, who is whose child, and what each was billed.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use crate::ledger::buckets::UsageBuckets;
use crate::ledger::fold::Fold;
use crate::ledger::summary::Summary;
use crate::rollout::file::{RolloutFile, Skipped, newest_first};
use crate::rollout::name::RolloutName;
use crate::rollout::record::rate_limits::ContextUse;
use crate::rollout::record::session_meta::Git;
use crate::rollout::turn::TurnState;

pub use crate::ledger::thread_kind::ThreadKind;

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
    /// The directory in which it began, as Codex wrote it.
    pub workspace: Option<String>,
    /// The repository in which it began.
    pub git: Option<Git>,
    /// Its kind.
    pub kind: ThreadKind,
    /// The thread that it was spawned by or copied from.
    pub parent_thread_id: Option<String>,
    /// The time when it began, in milliseconds since 1970.
    pub created_ms: Option<i64>,
    /// The version of Codex that began it.
    pub cli_version: Option<String>,
    /// The model of its last turn.
    pub model: Option<String>,
    /// The plan of the account that was billed.
    pub plan_type: Option<String>,
    /// The use of its model's context window.
    pub context: Option<ContextUse>,
    /// The [`LimitReadings`](crate::ledger::limit_readings::LimitReadings) of its records, encoded.
    pub limits: Box<[u8]>,
    /// The usage that it was billed, without anything inherited.
    pub buckets: UsageBuckets,
    /// Lines of its rollouts that were no records.
    pub skipped_records: u64,
    /// The state of its last turn.
    pub turn: TurnState,
    /// The id of that turn.
    pub turn_id: Option<String>,
    /// The time when its last record was written, in milliseconds since 1970.
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

/// A rollout in a nutshell, and the file that it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summarized {
    /// The file, as it was when it was read.
    pub file: RolloutFile,
    /// Its sums.
    pub summary: Summary,
}

/// Puts rollouts together to threads. The order of `rollouts` decides nothing but the order of the result.
#[must_use]
pub fn threads(rollouts: &[FoldedRollout]) -> Threads {
    let summarize = |FoldedRollout { file, fold }: &FoldedRollout| Summarized {
        file: RolloutFile { last_record_ms: fold.last_record_ms(), ..file.clone() },
        summary: Summary::new(fold),
    };
    let fold_at = |at: usize| rollouts.get(at).map(|rollout| &*rollout.fold);
    assemble(rollouts.iter().map(summarize).collect(), |at, others| {
        fold_at(at).map(|fold| fold.settle(&|id| fold_at(others(id)?))).unwrap_or_default()
    })
}

/// Assembles threads from summarized rollouts. `settle` says what the rollout at a place was billed where others matter
/// to it; it is given what finds the place of another thread's beginning.
#[must_use]
pub fn assemble(
    rollouts: Vec<Summarized>,
    mut settle: impl FnMut(usize, &dyn Fn(&str) -> Option<usize>) -> UsageBuckets,
) -> Threads {
    let mut result = Threads::default();
    let mut order: Vec<&str> = Vec::new();
    let mut by_id: HashMap<&str, Vec<usize>> = HashMap::with_capacity(rollouts.len());
    for (at, rollout) in rollouts.iter().enumerate() {
        if rollout.summary.is_empty {
            result.skipped.push(skipped(rollout, "no complete record"));
            continue;
        }
        let id = id_of(rollout);
        let segments = by_id.entry(id).or_default();
        if segments.is_empty() {
            order.push(id);
        }
        segments.push(at);
    }
    for segments in by_id.values_mut() {
        one_beginning(segments, &rollouts, &mut result.skipped);
    }
    let others = |id: &str| by_id.get(id)?.last().copied();
    let settled: HashMap<usize, UsageBuckets> = by_id
        .values()
        .flatten()
        .filter(|&&at| rollouts.get(at).is_some_and(|one| one.summary.inherits))
        .map(|&at| (at, settle(at, &others)))
        .collect();
    let groups: Vec<Vec<usize>> = order.iter().filter_map(|id| by_id.remove(id)).collect();

    let mut rollouts: Vec<Option<Summarized>> = rollouts.into_iter().map(Some).collect();
    for (at, buckets) in settled {
        if let Some(Some(rollout)) = rollouts.get_mut(at) {
            rollout.summary.buckets = buckets;
        }
    }
    result.threads = groups
        .into_iter()
        .filter_map(|group| {
            thread(group.into_iter().filter_map(|at| rollouts.get_mut(at)?.take()).collect())
        })
        .collect();
    result.skipped.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    result
}

/// The thread of a rollout that is not empty, and that no other belongs to or matters to.
#[must_use]
pub fn alone(rollout: Summarized) -> Option<Thread> {
    thread(vec![rollout])
}

fn id_of(rollout: &Summarized) -> &str {
    rollout.summary.thread_id.as_deref().unwrap_or(&rollout.file.stem)
}

fn skipped(rollout: &Summarized, reason: &str) -> Skipped {
    Skipped { path: rollout.file.path.clone(), reason: reason.to_owned() }
}

/// A thread has one rollout that holds its beginning, and one more for each revert. Of several beginnings one counts,
/// the newest that is called by the thread's id: the others are copies that somebody made. What is left is newest
/// first.
fn one_beginning(
    segments: &mut Vec<usize>,
    rollouts: &[Summarized],
    skipped_files: &mut Vec<Skipped>,
) {
    if segments.len() == 1 {
        return;
    }
    let mut found: Vec<(usize, &Summarized)> =
        segments.iter().filter_map(|&at| Some((at, rollouts.get(at)?))).collect();
    found.sort_by(|(_, a), (_, b)| newest_first(&a.file, &b.file));
    // A file that only claims to be the thread's never stands for one that is called so.
    let is_named = |one: &Summarized| one.file.thread_id() == id_of(one);
    let beginnings = || found.iter().filter(|(_, segment)| !continues_itself(segment));
    let first = beginnings().find(|(_, segment)| is_named(segment)).or_else(|| beginnings().next());
    let beginning = first.map(|(at, _)| *at);
    found.retain(|(at, segment)| {
        let keep = continues_itself(segment) || Some(*at) == beginning;
        if !keep {
            skipped_files
                .push(skipped(segment, "another copy of a thread that is counted already"));
        }
        keep
    });
    *segments = found.into_iter().map(|(at, _)| at).collect();
}

/// The rollout of a revert is named as a segment; its `session_meta` alone does not tell when the thread is a fork.
fn continues_itself(rollout: &Summarized) -> bool {
    RolloutName::is_segment(&rollout.file.stem) || rollout.summary.is_revert
}

/// The thread of some rollouts, newest first.
fn thread(segments: Vec<Summarized>) -> Option<Thread> {
    let beginning = match segments.as_slice() {
        [_] => 0,
        all => all.iter().position(|one| !continues_itself(one)).unwrap_or(0),
    };
    let skipped_records = segments.iter().map(|one| one.summary.skipped_records).sum();
    let last_record_ms = segments.iter().filter_map(|one| one.summary.last_record_ms).max();
    let mut segments: Vec<Option<Summarized>> = segments.into_iter().map(Some).collect();
    let mut buckets = UsageBuckets::default();
    for segment in segments.iter_mut().flatten() {
        buckets.merge(std::mem::take(&mut segment.summary.buckets));
    }
    // A segment that was begun by a revert may tell of none yet.
    let mut limits =
        segments.iter_mut().flatten().map(|one| std::mem::take(&mut one.summary.limits));
    let limits = limits.find(|limits| !limits.is_empty()).unwrap_or_default();
    let Summarized { file, summary: newest } = segments.first_mut()?.take()?;
    let (began, newest) = match segments.get_mut(beginning).and_then(Option::take) {
        Some(older) => (older.summary, Some(newest)),
        None => (newest, None),
    };
    let Summary { kind, parent, copied_from, .. } = began;
    let kind = match kind {
        ThreadKind::Root if copied_from.is_some() => ThreadKind::Fork,
        kind => kind,
    };
    let (turn, turn_id, newest_model, newest_plan, context) = match newest {
        Some(Summary { turn, turn_id, last_model, plan_type, context, .. }) => {
            (turn, turn_id, last_model, plan_type, context)
        }
        None => (began.turn, began.turn_id, None, None, began.context),
    };
    Some(Thread {
        thread_id: began.thread_id.unwrap_or_else(|| file.stem.clone()),
        file,
        workspace: began.workspace,
        git: began.git,
        kind,
        parent_thread_id: parent.or(copied_from),
        created_ms: began.created_ms,
        cli_version: began.cli_version,
        model: newest_model.or(began.last_model),
        plan_type: newest_plan.or(began.plan_type),
        context,
        limits,
        buckets,
        skipped_records,
        turn,
        turn_id,
        last_record_ms,
    })
}

/// Some threads, those that they spawned, and those that these spawned. A loop among parents ends where it began.
#[must_use]
pub fn with_descendants<Id, Spawned>(
    roots: impl IntoIterator<Item = Id>,
    spawned_by: impl Fn(&Id) -> Spawned,
) -> HashSet<Id>
where
    Id: Clone + Eq + Hash,
    Spawned: IntoIterator<Item = Id>,
{
    let mut open: Vec<Id> = roots.into_iter().collect();
    let mut family = HashSet::new();
    while let Some(thread) = open.pop() {
        if family.insert(thread.clone()) {
            open.extend(spawned_by(&thread));
        }
    }
    family
}

#[cfg(test)]
mod tests;
