//! Facts about threads that their usage is added up by: repository, branch, session and pull request.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::ledger::threads::{Thread, ThreadKind};
use crate::rollout::drive::without_verbatim;
use crate::rollout::repository::{Repositories, remote_name};
use crate::rollout::workspace::Resolver;

/// The number of threads that are gone up from a subagent to the one that a session names.
const MAX_PARENTS: usize = 64;

/// A session of an orchestrator, as its metadata describes it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct SessionLabel {
    /// The session.
    pub id: String,
    /// Its branch.
    pub branch: Option<String>,
    /// Its pull request.
    pub pr: Option<String>,
    /// Its work tree.
    pub workspace: Option<String>,
    /// The threads that are known to be its own.
    pub thread_ids: Vec<String>,
}

/// The facts of a thread that its usage is added up by. Others are named by them too: a subagent's session is that of
/// its parent, and a repository that one rollout names is that of every thread in the work tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadFacts {
    /// The thread.
    pub thread_id: Arc<str>,
    /// Its kind.
    pub kind: ThreadKind,
    parent_thread_id: Option<String>,
    workspace: Option<Arc<str>>,
    remote: Option<Arc<str>>,
    branch: Option<Arc<str>>,
}

impl From<&Thread> for ThreadFacts {
    fn from(thread: &Thread) -> Self {
        let url = thread.git.as_ref().and_then(|git| git.repository_url.as_deref());
        let branch = thread.git.as_ref().and_then(|git| git.branch.as_deref());
        Self {
            thread_id: Arc::from(thread.thread_id.as_str()),
            kind: thread.kind,
            parent_thread_id: thread.parent_thread_id.clone(),
            workspace: thread.workspace.as_deref().map(Arc::from),
            remote: url.and_then(remote_name).map(Arc::from),
            branch: branch.map(Arc::from),
        }
    }
}

/// Workspaces by their one path: a link and its target are one.
#[derive(Default)]
pub(super) struct Workspaces {
    disk: Resolver,
    known: HashMap<Arc<str>, Arc<str>>,
    /// The spelling of a directory on a drive that is shown, by its one path, which is in lower case: the first one.
    shown: HashMap<PathBuf, Arc<str>>,
}

impl Workspaces {
    pub(super) fn real(&mut self, path: &Arc<str>) -> Arc<str> {
        if let Some(real) = self.known.get(path) {
            return Arc::clone(real);
        }
        // What is no path of this machine stays as it is written.
        let real = match Path::new(path.as_ref()) {
            drive if self.disk.is_on_a_drive(drive) => {
                let first = without_verbatim(drive.to_owned());
                let shown = || Arc::from(first.to_string_lossy().as_ref());
                Arc::clone(self.shown.entry(self.disk.resolve(drive)).or_insert_with(shown))
            }
            absolute if absolute.is_absolute() => {
                Arc::from(self.disk.resolve(absolute).to_string_lossy().as_ref())
            }
            _ => Arc::clone(path),
        };
        self.known.insert(Arc::clone(path), Arc::clone(&real));
        real
    }
}

/// The repositories of threads: by what their rollouts say, else by the disk, else by other threads of the workspace.
pub(super) struct ThreadRepositories {
    disk: Repositories,
    /// The remotes that rollouts name for a workspace, or for a repository on the disk that has no remote.
    said: HashMap<Arc<str>, Arc<str>>,
}

impl ThreadRepositories {
    pub(super) fn new(relatives: &[Arc<ThreadFacts>]) -> Self {
        let mut disk = Repositories::default();
        let mut said = HashMap::new();
        for relative in relatives {
            let (Some(remote), Some(workspace)) = (&relative.remote, &relative.workspace) else {
                continue;
            };
            let remote = Arc::clone(remote);
            if let Some(own) = disk.of_directory(workspace)
                && Path::new(own.as_ref()).is_absolute()
            {
                said.insert(own, Arc::clone(&remote));
            }
            said.insert(Arc::clone(workspace), remote);
        }
        Self { disk, said }
    }

    /// The repository of what a thread was billed in a workspace.
    pub(super) fn of(
        &mut self,
        thread: &ThreadFacts,
        workspace: Option<&Arc<str>>,
    ) -> Option<Arc<str>> {
        let began_here = workspace.is_none() || workspace == thread.workspace.as_ref();
        if began_here && thread.remote.is_some() {
            return thread.remote.clone();
        }
        let here = workspace.or(thread.workspace.as_ref());
        let found = here.and_then(|here| self.disk.of_directory(here));
        let named = |name: &Arc<str>| self.said.get(name).cloned();
        match found {
            Some(own) => Some(named(&own).unwrap_or(own)),
            None => here.and_then(named).or_else(|| thread.remote.clone()),
        }
    }
}

/// The sessions of threads: by what names the thread or one that spawned it, else by the work tree.
pub(super) struct ThreadSessions<'s> {
    by_thread: HashMap<&'s str, &'s SessionLabel>,
    by_workspace: HashMap<Arc<str>, &'s SessionLabel>,
    parents: HashMap<&'s str, &'s str>,
    workspaces: Workspaces,
}

impl<'s> ThreadSessions<'s> {
    pub(super) fn new(sessions: &'s [SessionLabel], relatives: &'s [Arc<ThreadFacts>]) -> Self {
        let mut workspaces = Workspaces::default();
        let mut by_thread = HashMap::new();
        let mut by_workspace = HashMap::new();
        for session in sessions {
            for id in &session.thread_ids {
                by_thread.entry(id.as_str()).or_insert(session);
            }
            if let Some(workspace) = &session.workspace {
                let real = workspaces.real(&Arc::from(workspace.as_str()));
                by_workspace.entry(real).or_insert(session);
            }
        }
        let parent =
            |one: &'s Arc<ThreadFacts>| Some((&*one.thread_id, one.parent_thread_id.as_deref()?));
        let parents = relatives.iter().filter_map(parent).collect();
        Self { by_thread, by_workspace, parents, workspaces }
    }

    pub(super) fn of(&mut self, thread: &ThreadFacts) -> Option<&'s SessionLabel> {
        let mut id = &*thread.thread_id;
        for _ in 0..MAX_PARENTS {
            if let Some(session) = self.by_thread.get(id) {
                return Some(session);
            }
            match self.parents.get(id) {
                Some(parent) => id = parent,
                None => break,
            }
        }
        if self.by_workspace.is_empty() {
            return None;
        }
        let workspace = self.workspaces.real(thread.workspace.as_ref()?);
        let above = Path::new(workspace.as_ref()).ancestors().filter_map(Path::to_str);
        above.into_iter().find_map(|path| self.by_workspace.get(path)).copied()
    }

    /// The branch: the session's, which follows the work, else the one on which the thread began.
    pub(super) fn branch(&mut self, thread: &ThreadFacts) -> Option<Arc<str>> {
        let session = self.of(thread).and_then(|session| session.branch.as_deref());
        session.map(Arc::from).or_else(|| thread.branch.clone())
    }
}
