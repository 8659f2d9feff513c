//! A part of the bill: by time, and by workspace.

use std::path::PathBuf;

use crate::ledger::buckets::{BucketKey, QUARTER_MS};
use crate::ledger::summary::SummaryPrefix;
use crate::ledger::threads::Thread;
use crate::rollout::turn::TurnState;
use crate::rollout::workspace::WorkspaceMatcher;

/// The part of the bill that is asked for.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Only threads that began in this workspace or below it, whole.
    pub began_in: Option<PathBuf>,
    /// Only what was billed to turns that ran in this workspace or below it.
    pub ran_in: Option<PathBuf>,
    /// Only responses from this time on, in milliseconds since 1970, to a quarter of an hour.
    pub since_ms: Option<i64>,
    /// Only responses before this time, in milliseconds since 1970, to a quarter of an hour.
    pub until_ms: Option<i64>,
    /// Also threads whose last turn has not ended and whose last record is not older, in milliseconds since 1970,
    /// though nothing is left of them.
    pub running_since_ms: Option<i64>,
}

impl Selection {
    /// Tells from the beginning of a summary whether anything of its thread may be left, where no other rollout matters
    /// to it.
    #[must_use]
    pub fn may_keep(&self, prefix: &SummaryPrefix) -> bool {
        let since = self.since_ms.map(|ms| ms.div_euclid(QUARTER_MS));
        since.is_none_or(|since| prefix.last_quarter.is_some_and(|last| last >= since))
            || self.is_running(prefix.turn, prefix.last_record_ms)
    }

    /// Tells whether a thread is asked for because it runs.
    fn is_running(&self, turn: TurnState, last_record_ms: Option<i64>) -> bool {
        let is_recent = |since| last_record_ms.is_some_and(|last| last >= since);
        turn == TurnState::Running && self.running_since_ms.is_some_and(is_recent)
    }
}

/// Takes the part of the bill that a selection shows. A thread of which nothing is left is left out, unless it began in
/// the workspace that is asked for and no time is.
#[must_use]
pub fn select(threads: Vec<Thread>, selection: &Selection) -> Vec<Thread> {
    let mut began = selection.began_in.as_deref().map(WorkspaceMatcher::with_below);
    let mut ran = selection.ran_in.as_deref().map(WorkspaceMatcher::with_below);
    let since = selection.since_ms.map(|ms| ms.div_euclid(QUARTER_MS));
    let until = selection.until_ms.map(|ms| ms.div_euclid(QUARTER_MS));
    let timed = since.is_some() || until.is_some();
    let mut selected = threads;
    selected.retain_mut(|thread| {
        let began_there = |matcher: &mut WorkspaceMatcher| {
            thread.workspace.as_deref().is_some_and(|workspace| matcher.matches(workspace))
        };
        if began.as_mut().is_some_and(|matcher| !began_there(matcher)) {
            return false;
        }
        let at_home = ran.as_mut().is_none_or(began_there);
        thread.buckets.retain(|key: &BucketKey| {
            since.is_none_or(|since| key.quarter >= since)
                && until.is_none_or(|until| key.quarter < until)
                && ran.as_mut().is_none_or(|matcher| {
                    key.workspace.as_deref().is_some_and(|workspace| matcher.matches(workspace))
                })
        });
        let is_running = selection.is_running(thread.turn, thread.last_record_ms);
        !thread.buckets.is_empty() || (at_home && (!timed || is_running))
    });
    selected
}
