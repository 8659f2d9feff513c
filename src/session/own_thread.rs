//! The thread of a session: the one that its own hooks named last, else the one that the orchestrator recorded, else
//! the newest one of its directory that is no other session's.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::fs::disk;
use crate::fs::open::open_rollout;
use crate::index::home::HomeStore;
use crate::index::query::resume::{find, find_threads};
use crate::index::query::threads::threads;
use crate::index::reading::heads::ThreadHead;
use crate::ledger::threads::ThreadKind;
use crate::rollout::record::session_meta::Origin;
use crate::rollout::workspace::WorkspaceMatcher;
use crate::session::event_files::read_all;
use crate::session::events::{SessionEvents, ThreadEvents};

/// Codex writes when a thread began in whole milliseconds, and may begin one before it has read its flags.
const LAUNCH_TOLERANCE_MS: i64 = 1_000;

/// A thread of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionThread {
    /// Its id.
    pub thread_id: String,
    /// Its rollout.
    pub rollout_path: PathBuf,
}

impl From<ThreadHead> for SessionThread {
    fn from(head: ThreadHead) -> Self {
        let thread_id = head.facts.thread_id.to_string();
        Self { thread_id, rollout_path: head.file.path }
    }
}

/// The latest thread of each session whose rollout is there, of those that its hooks named. Each may lie on any mount:
/// one that does not answer is an error of its own session.
pub(crate) fn hooked_threads(
    sessions: &[Option<&SessionEvents>],
) -> Vec<Result<Option<SessionThread>>> {
    let mut found: Vec<Result<Option<SessionThread>>> = Vec::new();
    found.resize_with(sessions.len(), || Ok(None));
    for nth in 0.. {
        let named = sessions.iter().enumerate().filter_map(|(at, events)| {
            let is_open = matches!(found.get(at), Some(Ok(None)));
            Some((at, events.filter(|_| is_open)?.threads.get(nth)?))
        });
        let named: Vec<(usize, &ThreadEvents)> = named.collect();
        if named.is_empty() {
            break;
        }
        let asked = named.iter().filter_map(|(at, thread)| {
            Some((*at, thread.thread_id.clone(), PathBuf::from(thread.rollout_path.as_deref()?)))
        });
        let asked: Vec<(usize, String, PathBuf)> = asked.collect();
        let paths = asked.iter().map(|(.., path)| path.clone()).collect();
        let answers = disk::ask_all(paths, || existing);
        for ((at, thread_id, path), answer) in asked.into_iter().zip(answers) {
            let Some(place) = found.get_mut(at) else { continue };
            *place = match answer {
                Some(rollout) => {
                    Ok(rollout.map(|rollout_path| SessionThread { thread_id, rollout_path }))
                }
                None => Err(Error::io("read rollout", &path, disk::silence())),
            };
        }
    }
    found
}

/// Codex compresses rollouts that nobody has written for long.
fn existing(rollout: &Path) -> Option<PathBuf> {
    if is_there(rollout) {
        return Some(rollout.to_owned());
    }
    let mut compressed = rollout.as_os_str().to_owned();
    compressed.push(".zst");
    Some(PathBuf::from(compressed)).filter(|path| is_there(path))
}

/// Opened, since a network's file system answers from memory for a while where it is only asked.
fn is_there(rollout: &Path) -> bool {
    open_rollout(rollout).is_ok() || rollout.exists()
}

/// A session whose hooks have named no thread that is there.
#[derive(Debug)]
pub(crate) struct Unhooked<'q> {
    /// The rest that they told.
    pub events: Option<&'q SessionEvents>,
    /// The thread that the orchestrator recorded.
    pub recorded: Option<&'q str>,
    /// The session's directory.
    pub workspace: Option<&'q Path>,
}

/// The threads of some sessions, in their order, with one look at the home.
///
/// # Errors
///
/// When the home, or the directory of all events, is there and cannot be read.
pub(crate) fn threads_of(
    sessions: &[Unhooked<'_>],
    store: &HomeStore,
    ao_home: &Path,
) -> Result<Vec<Option<SessionThread>>> {
    let recorded: Vec<&str> = sessions.iter().filter_map(|session| session.recorded).collect();
    let mut recorded = find_threads(store, &recorded)?.into_iter();
    let own = |session: &Unhooked<'_>| {
        let head = session.recorded.and_then(|_| recorded.next().flatten());
        head.filter(|head| !head.file.archived).map(SessionThread::from)
    };
    let mut found: Vec<Option<SessionThread>> = sessions.iter().map(own).collect();
    let open: Vec<(usize, &Path)> = sessions
        .iter()
        .enumerate()
        .filter(|(at, _)| found.get(*at).is_some_and(Option::is_none))
        .filter_map(|(at, session)| Some((at, session.workspace?)))
        .collect();
    if open.is_empty() {
        return Ok(found);
    }
    let workspaces: Vec<&Path> = open.iter().map(|(_, workspace)| *workspace).collect();
    let newest = find(store, &workspaces)?;
    let mut named = None;
    for ((at, workspace), head) in open.into_iter().zip(newest) {
        let (Some(head), Some(session)) = (head, sessions.get(at)) else { continue };
        let named = match &named {
            Some(named) => named,
            None => named.insert(all_named(ao_home)?),
        };
        let may_be_own = |head: &ThreadHead| may_be_own(head, session.events, named);
        let own = if may_be_own(&head) {
            Some(head)
        } else {
            let mut matcher = WorkspaceMatcher::new(workspace);
            threads(store)?.heads.into_iter().find(|head| {
                head.facts.kind != ThreadKind::Subagent
                    && head.facts.origin != Origin::Internal
                    && !head.file.archived
                    && may_be_own(head)
                    && head.facts.cwd.as_deref().is_some_and(|cwd| matcher.matches(cwd))
            })
        };
        if let Some(place) = found.get_mut(at) {
            *place = own.map(SessionThread::from);
        }
    }
    Ok(found)
}

/// Tells whether the thread that was found by its directory may be the session's, as far as the hooks of this and of
/// all other sessions tell.
fn may_be_own(head: &ThreadHead, events: Option<&SessionEvents>, named: &HashSet<String>) -> bool {
    let launched_ms = events.and_then(|events| events.launched_ms);
    let is_earlier = launched_ms
        .zip(head.facts.created_ms)
        .is_some_and(|(launched, created)| created < launched - LAUNCH_TOLERANCE_MS);
    let is_named = |events: &SessionEvents| {
        events.threads.iter().any(|thread| *thread.thread_id == *head.facts.thread_id)
    };
    !is_earlier && (events.is_some_and(is_named) || !named.contains(&*head.facts.thread_id))
}

/// The threads that the hooks of any session named.
fn all_named(ao_home: &Path) -> Result<HashSet<String>> {
    let all = read_all(ao_home)?;
    let threads = all.iter().flat_map(|named| &named.events.threads);
    Ok(threads.map(|thread| thread.thread_id.clone()).collect())
}
