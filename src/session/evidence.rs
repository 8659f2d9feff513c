//! All that tells what sessions are doing and what they cost, in one look for many of them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::fs::disk;
use crate::index::home::HomeStore;
use crate::index::query::family::families;
use crate::index::reading::activity::activity_of;
use crate::ledger::threads::Thread;
use crate::rollout::activity::Activity;
use crate::session::event_files;
use crate::session::events::{Only, Question, SessionEvents};
use crate::session::notes::{SeenState, last_seen_state, question_seen_ms};
use crate::session::open_question::open_question;
use crate::session::own_thread::{SessionThread, Unhooked, hooked_threads, threads_of};
use crate::session::running::{Place, Running, asked, remembered};
use crate::session::summary::{names_in, summary_of};

/// A session of the orchestrator, and what is asked of it.
#[derive(Debug, Clone)]
pub struct SessionQuery {
    /// The orchestrator's id.
    pub session_id: String,
    /// The events of that id that are the session's.
    pub only: Only,
    /// Its directory.
    pub workspace: Option<PathBuf>,
    /// The thread that the orchestrator recorded for it.
    pub recorded_thread: Option<String>,
    /// The place in which its Codex runs. Without one nobody asks whether it does.
    pub place: Option<Place>,
    /// True if only the process is asked for.
    pub process_only: bool,
    /// True if its subject and its cost are asked for, too.
    pub with_info: bool,
}

/// The places to look in.
#[derive(Debug)]
pub struct Homes<'h> {
    /// The orchestrator's home.
    pub ao: &'h Path,
    /// The memory of the Codex home.
    pub codex: &'h HomeStore,
    /// The Codex binary that is configured or was found.
    pub binary: Option<&'h Path>,
}

/// The evidence of a session. Where no Codex runs, or that is not known, nothing else is looked for.
#[derive(Debug, Default)]
pub struct SessionEvidence {
    /// True if its Codex runs; `None` where that was not asked.
    pub running: Option<Running>,
    /// The events that its hooks told.
    pub events: Option<Arc<SessionEvents>>,
    /// Of the questions that they told of, the one that waits for its answer.
    pub question: Option<Question>,
    /// Its thread.
    pub thread: Option<SessionThread>,
    /// The activity of that thread.
    pub activity: Option<Activity>,
    /// The state that the orchestrator saw last.
    pub seen: Option<SeenState>,
    /// The time when a question was last seen on its screen, in milliseconds since 1970.
    pub question_seen_ms: Option<i64>,
    /// Its threads and their subagents, its own thread first.
    pub threads: Vec<Thread>,
    /// The name of its thread, else the first line of its first prompt.
    pub summary: Option<Arc<str>>,
}

/// The evidence of a session, or the reason why something of it could not be read.
pub type EvidenceResult = std::result::Result<SessionEvidence, Arc<Error>>;

/// Gathers the evidence of some sessions, in their order. Without `may_ask_tmux` the answer about a session in tmux may
/// be [`Running::Unasked`].
#[must_use]
pub fn collect(
    queries: &[SessionQuery],
    homes: &Homes<'_>,
    may_ask_tmux: bool,
) -> Vec<EvidenceResult> {
    let mut found: Vec<SessionEvidence> = running_of(queries, homes, may_ask_tmux)
        .into_iter()
        .map(|running| SessionEvidence { running, ..SessionEvidence::default() })
        .collect();
    let both = queries.iter().zip(&mut found);
    for (query, one) in both.filter(|(query, one)| is_wanted(query, one)) {
        // Events that cannot be read tell nothing.
        one.events =
            event_files::read(homes.ao, &query.session_id, &query.only).unwrap_or_default();
    }
    let mut failures = find_hooked(&mut found);
    if let Err(error) = find_threads(queries, &mut found, &failures, homes) {
        let error = Arc::new(error);
        for ((query, one), failure) in queries.iter().zip(&found).zip(&mut failures) {
            if is_wanted(query, one) && one.thread.is_none() {
                failure.get_or_insert_with(|| Arc::clone(&error));
            }
        }
    }
    see_workspaces(queries, &mut found);
    for ((query, one), failure) in queries.iter().zip(&mut found).zip(&mut failures) {
        if is_wanted(query, one) && failure.is_none() {
            *failure = look(query, one, homes).err().map(Arc::new);
        }
    }
    add_info(queries, &mut found, homes, &mut failures);
    let results = found.into_iter().zip(failures);
    results.map(|(found, failure)| failure.map_or(Ok(found), Err)).collect()
}

/// Tells whether more than its process is to be looked at.
fn is_wanted(query: &SessionQuery, one: &SessionEvidence) -> bool {
    !query.process_only && matches!(one.running, None | Some(Running::Codex(_)))
}

fn running_of(
    queries: &[SessionQuery],
    homes: &Homes<'_>,
    may_ask_tmux: bool,
) -> Vec<Option<Running>> {
    let places: Vec<Place> = queries.iter().filter_map(|query| query.place.clone()).collect();
    let tell = if may_ask_tmux { asked } else { remembered };
    let mut told = tell(&places, homes.binary).into_iter();
    queries.iter().map(|query| query.place.as_ref().and_then(|_| told.next())).collect()
}

/// Finds the threads that hooks named, and the reasons why some cannot be read.
fn find_hooked(found: &mut [SessionEvidence]) -> Vec<Option<Arc<Error>>> {
    let events: Vec<Option<&SessionEvents>> =
        found.iter().map(|one| one.events.as_deref()).collect();
    let hooked = hooked_threads(&events);
    let mut failures = Vec::with_capacity(found.len());
    for (one, hooked) in found.iter_mut().zip(hooked) {
        let (thread, failure) = match hooked {
            Ok(thread) => (thread, None),
            Err(error) => (None, Some(Arc::new(error))),
        };
        one.thread = thread;
        failures.push(failure);
    }
    failures
}

fn find_threads(
    queries: &[SessionQuery],
    found: &mut [SessionEvidence],
    failures: &[Option<Arc<Error>>],
    homes: &Homes<'_>,
) -> Result<()> {
    let open: Vec<usize> = queries
        .iter()
        .zip(&*found)
        .zip(failures)
        .enumerate()
        .filter(|(_, ((query, one), failure))| {
            is_wanted(query, one) && one.thread.is_none() && failure.is_none()
        })
        .map(|(at, _)| at)
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    let threads = {
        let unhooked = open.iter().filter_map(|&at| {
            let (query, one) = (queries.get(at)?, found.get(at)?);
            Some(Unhooked {
                events: one.events.as_deref(),
                recorded: query.recorded_thread.as_deref(),
                workspace: query.workspace.as_deref(),
            })
        });
        let unhooked: Vec<Unhooked<'_>> = unhooked.collect();
        threads_of(&unhooked, homes.codex, homes.ao)?
    };
    for (at, thread) in open.into_iter().zip(threads) {
        if let Some(one) = found.get_mut(at) {
            one.thread = thread;
        }
    }
    Ok(())
}

/// Looks at what stands in the workspaces of those that run, which may lie on any mount.
fn see_workspaces(queries: &[SessionQuery], found: &mut [SessionEvidence]) {
    let both = queries.iter().zip(found.iter_mut());
    let running = both.filter(|(query, one)| is_wanted(query, one) && one.running.is_some());
    let (paths, places): (Vec<PathBuf>, Vec<&mut SessionEvidence>) =
        running.filter_map(|(query, one)| Some((query.workspace.clone()?, one))).unzip();
    let seen = disk::ask_all(paths, || last_seen_state);
    for (one, seen) in places.into_iter().zip(seen) {
        one.seen = seen.flatten();
    }
}

/// Looks at everything that stands in files of the session's own.
fn look(query: &SessionQuery, one: &mut SessionEvidence, homes: &Homes<'_>) -> Result<()> {
    let Some(Running::Codex(codex)) = &one.running else { return Ok(()) };
    one.question_seen_ms = question_seen_ms(homes.ao, &query.session_id);
    let questions = one.events.as_ref().map(|events| events.questions.as_slice());
    one.question = open_question(questions.unwrap_or_default(), Some(codex)).cloned();
    if let Some(thread) = &one.thread {
        one.activity = activity_of(&thread.rollout_path)?;
    }
    Ok(())
}

fn add_info(
    queries: &[SessionQuery],
    found: &mut [SessionEvidence],
    homes: &Homes<'_>,
    failures: &mut [Option<Arc<Error>>],
) {
    let ids_of = |one: &SessionEvidence| {
        let own = one.thread.iter().map(|thread| thread.thread_id.clone());
        let named = one.events.iter().flat_map(|events| &events.threads);
        let mut seen = HashSet::new();
        let all = own.chain(named.map(|thread| thread.thread_id.clone()));
        all.filter(|id| seen.insert(id.clone())).collect::<Vec<String>>()
    };
    let asked: Vec<(usize, Vec<String>)> = queries
        .iter()
        .zip(&*found)
        .enumerate()
        .filter(|(_, (query, one))| query.with_info && one.thread.is_some())
        .map(|(at, (_, one))| (at, ids_of(one)))
        .collect();
    if asked.is_empty() {
        return;
    }
    let ids: Vec<String> = asked.iter().flat_map(|(_, ids)| ids).cloned().collect();
    let mut families = match families(homes.codex, &ids) {
        Ok(families) => families.into_iter(),
        Err(error) => {
            let error = Arc::new(error);
            for (at, _) in asked {
                failures
                    .get_mut(at)
                    .into_iter()
                    .for_each(|place| *place = Some(Arc::clone(&error)));
            }
            return;
        }
    };
    let names = names_in(homes.codex.home().path());
    for (at, ids) in asked {
        let mut seen = HashSet::new();
        let own = families.by_ref().take(ids.len()).flatten();
        let threads = own.flat_map(|family| std::iter::once(family.thread).chain(family.subagents));
        // Each once, also where one family is part of another.
        let threads = threads.filter(|thread| seen.insert(thread.thread_id.clone())).collect();
        if let Some(one) = found.get_mut(at) {
            one.threads = threads;
            one.summary = one.thread.as_ref().and_then(|thread| summary_of(thread, &names));
        }
    }
}
