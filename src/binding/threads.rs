//! Threads by their heads.

use std::mem;
use std::path::Path;
use std::sync::Arc;

use ::napi::Result;
use napi_derive::napi;

use crate::binding::answer::{SkippedFile, ThreadHead, count, kind_text, path_text};
use crate::binding::argument::{self, Fields, Given};
use crate::binding::erased as napi;
use crate::binding::home::{HomeOptions, codex_home, home_of};
use crate::binding::runtime::blocking;
use crate::binding::turns::{InTurns, Long};
use crate::error;
use crate::index::homes::store_of;
use crate::index::query::resume::find;
use crate::index::query::threads::threads as list_heads;
use crate::index::reading::heads::ThreadHead as Head;
use crate::rollout::codex_home::CodexHome;
use crate::rollout::workspace::WorkspaceMatcher;

/// The threads to list.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct ListOptions {
    /// The home; `$CODEX_HOME`, else `~/.codex`, when it is not given.
    pub codex_home: Option<Given<String>>,
    /// Only threads that began in this directory, however it is spelled.
    pub workspace_path: Option<Given<String>>,
}

impl Fields for ListOptions {}

/// The threads of a Codex home.
#[napi(object, object_from_js = false)]
pub struct ThreadList {
    /// The home that was read.
    pub codex_home: String,
    /// The rollouts, newest first. A reverted thread has one entry for each of its rollouts.
    pub threads: Vec<ThreadHead>,
    /// The files that could not be read, or are no rollouts.
    pub skipped: Vec<SkippedFile>,
}

impl Long for ThreadList {
    type Element = ThreadHead;
    const NAME: &'static str = "threads";

    fn take_list(&mut self) -> Vec<ThreadHead> {
        mem::take(&mut self.threads)
    }
}

/// Lists the threads of a Codex home, archived ones too, from the heads of their rollouts.
///
/// Reads 4 KB of each rollout. Rejects when the home cannot be read.
#[napi]
pub async fn list_threads(options: Option<Given<ListOptions>>) -> Result<InTurns<ThreadList>> {
    let options = argument::options(options)?;
    let home = codex_home(options.codex_home)?;
    let workspace = argument::optional_path(options.workspace_path, "workspacePath")?;
    blocking(move || list(&home, workspace.as_deref()).map(InTurns::from)).await
}

fn list(home: &CodexHome, workspace: Option<&Path>) -> error::Result<ThreadList> {
    let read = list_heads(&store_of(home))?;
    let mut threads = read.heads;
    if let Some(mut matcher) = workspace.map(WorkspaceMatcher::new) {
        threads.retain(|head| head.facts.cwd.as_deref().is_some_and(|cwd| matcher.matches(cwd)));
    }
    Ok(ThreadList {
        codex_home: home.path().to_string_lossy().into_owned(),
        threads: threads.iter().map(thread_head).collect(),
        skipped: read.skipped.into_iter().map(SkippedFile::from).collect(),
    })
}

/// Finds the thread that a session in a workspace resumes: the one with the newest record of those that began there,
/// never a subagent. `null` when there is none.
///
/// Paths are the same when they lead to the same directory. A home that is not there yet has no thread; rejects when
/// it is there and cannot be read.
#[napi]
pub async fn find_rollout(
    workspace_path: Given<String>,
    options: Option<Given<HomeOptions>>,
) -> Result<Option<ThreadHead>> {
    let workspace = workspace_path.path("workspacePath")?;
    let home = home_of(options)?;
    blocking(move || {
        let found = find(&store_of(&home), &[workspace])?.pop().flatten();
        Ok(found.as_ref().map(thread_head))
    })
    .await
}

/// A number that is another one when anything about the rollouts of a home may have changed since this process asked
/// before: what was read then is out of date. Asking costs little, and nothing is read.
///
/// Rejects when the home cannot be read.
#[napi]
pub async fn home_revision(options: Option<Given<HomeOptions>>) -> Result<i64> {
    let home = home_of(options)?;
    blocking(move || Ok(count(store_of(&home).revision()?))).await
}

fn thread_head(head: &Head) -> ThreadHead {
    let Head { facts, file } = head;
    let text = |text: &Arc<str>| text.as_ref().to_owned();
    ThreadHead {
        thread_id: text(&facts.thread_id),
        rollout_path: path_text(file),
        workspace_path: facts.cwd.as_ref().map(text),
        kind: kind_text(facts.kind),
        parent_thread_id: facts.parent.as_ref().map(text),
        archived: file.archived,
        compressed: file.compressed,
        created_at_ms: facts.created_ms,
        updated_at_ms: file.updated_ms(),
        size_bytes: count(file.size),
        cli_version: facts.cli_version.as_ref().map(text),
    }
}
