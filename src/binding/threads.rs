//! Threads by their heads.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use napi::{Env, Result};
use napi_derive::napi;
use serde::Serialize;

use crate::binding::answer::{SkippedFile, ThreadHead, count, kind_text, path_text};
use crate::binding::argument::{Given, GivenList, Options};
use crate::binding::blocking::{answered, off_thread};
use crate::binding::home::{HomeOptions, codex_home};
use crate::binding::pieces::{Cutter, Pieces};
use crate::binding::pool::QUESTIONS;
use crate::binding::promise::{Answer, Promise};
use crate::error::{self, Error};
use crate::index::homes::store_of;
use crate::index::query::resume::find;
use crate::index::query::threads::threads as list_heads;
use crate::index::reading::heads::ThreadHead as Head;
use crate::rollout::codex_home::CodexHome;
use crate::rollout::head::read_head;
use crate::rollout::record::session_meta::{self, Source};
use crate::rollout::workspace::WorkspaceMatcher;

/// Which threads to list.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct ListOptions {
    /// The home; `$CODEX_HOME`, else `~/.codex`, when it is not given.
    #[napi(ts_type = "string | null")]
    pub codex_home: Option<Given>,
    /// Only threads that began in this directory, however it is spelled.
    #[napi(ts_type = "string | null")]
    pub workspace_path: Option<Given>,
}

/// The threads of a Codex home.
#[napi(object, object_from_js = false, object_to_js = false)]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ThreadList {
    /// The home that was read.
    pub codex_home: String,
    /// The rollouts, newest first. A reverted thread has one entry for each of its rollouts.
    pub threads: Vec<ThreadHead>,
    /// What could not be read, or is no rollout.
    pub skipped: Vec<SkippedFile>,
}

/// What the first record of a rollout says.
#[napi(object, object_from_js = false, object_to_js = false, use_nullable = true)]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionMeta {
    /// The thread.
    pub id: Option<String>,
    /// Where the thread began, as Codex wrote it.
    pub cwd: Option<String>,
    /// When the thread began (ISO 8601).
    pub timestamp: Option<String>,
    /// The version of Codex that began it.
    pub cli_version: Option<String>,
    /// The program that began it.
    pub originator: Option<String>,
    /// `exec`, `vscode`, …; `null` for a subagent.
    pub source: Option<String>,
    /// `user`, `subagent`, `guardian_review`, … in newer versions.
    pub thread_source: Option<String>,
    /// The thread of which it is a copy.
    pub forked_from_id: Option<String>,
    /// The thread that it was copied from or spawned by.
    pub parent_thread_id: Option<String>,
}

/// Lists the threads of a Codex home, archived ones too, from the heads of their rollouts.
///
/// Reads 4 KB of each rollout. Rejects when the home cannot be read.
#[napi(
    ts_args_type = "options?: ListOptions | undefined | null",
    ts_return_type = "Promise<ThreadList>",
    catch_unwind
)]
pub fn list_threads(env: &Env, options: Options<ListOptions>) -> Result<Promise<'_>> {
    let prepare = || {
        let (home, workspace) = asked(options)?;
        Ok(move || list(&home, workspace.as_deref()))
    };
    answered(env, prepare, |list| Ok(Answer::Pieces(list)))
}

fn asked(options: Options<ListOptions>) -> Result<(CodexHome, Option<PathBuf>)> {
    let options = options.get()?;
    let home = codex_home(options.codex_home)?;
    Ok((home, options.workspace_path.unwrap_or_default().optional_path("workspacePath")?))
}

fn list(home: &CodexHome, workspace: Option<&Path>) -> error::Result<Pieces> {
    let read = list_heads(&store_of(home))?;
    let mut matcher = workspace.map(WorkspaceMatcher::new);
    let mut threads = read.heads;
    if let Some(matcher) = &mut matcher {
        threads.retain(|head| head.facts.cwd.as_deref().is_some_and(|cwd| matcher.matches(cwd)));
    }
    let rest = ThreadList {
        codex_home: home.path().to_string_lossy().into_owned(),
        threads: Vec::new(),
        skipped: read.skipped.into_iter().map(SkippedFile::from).collect(),
    };
    let mut cutter = Cutter::default();
    cutter.extend(threads.iter().map(thread_head));
    cutter
        .finish(&rest, Box::new(|| Ok(())), &QUESTIONS)
        .map_err(|failed| Error::io("hand over the threads of", home.path(), failed))
}

/// Finds the thread that a session in a workspace resumes: the most recently written root or fork that began there,
/// never a subagent. `null` when there is none.
///
/// Paths are the same when they lead to the same directory. A home that is not there yet has no thread; rejects when
/// it is there and cannot be read.
#[napi(
    ts_args_type = "workspacePath: string, options?: HomeOptions | undefined | null",
    ts_return_type = "Promise<ThreadHead | null>",
    catch_unwind
)]
pub fn find_rollout(
    env: &Env,
    workspace_path: Given,
    options: Options<HomeOptions>,
) -> Result<Promise<'_>> {
    off_thread(env, || {
        let workspace = workspace_path.path("workspacePath")?;
        let home = codex_home(options.get()?.codex_home)?;
        Ok(move || {
            let found = find(&store_of(&home), &[workspace])?.pop().flatten();
            Ok(found.as_ref().map(thread_head))
        })
    })
}

/// Finds the threads of many workspaces, in their order, with one look at the home; `null` for a workspace without one.
///
/// Rejects when the home is there and cannot be read.
#[napi(
    ts_args_type = "workspacePaths: Array<string>, options?: HomeOptions | undefined | null",
    ts_return_type = "Promise<Array<ThreadHead | null>>",
    catch_unwind
)]
pub fn find_rollouts(
    env: &Env,
    workspace_paths: GivenList,
    options: Options<HomeOptions>,
) -> Result<Promise<'_>> {
    off_thread(env, || {
        let workspace_paths = workspace_paths.texts("workspacePaths", "a path")?;
        let home = codex_home(options.get()?.codex_home)?;
        Ok(move || {
            let found = find(&store_of(&home), &workspace_paths)?;
            Ok(found.iter().map(|head| head.as_ref().map(thread_head)).collect::<Vec<_>>())
        })
    })
}

/// A number that is another one when anything about the rollouts of a home may have changed since this process asked
/// before: what was read then is out of date. Asking costs little, and nothing is read.
///
/// Rejects when the home cannot be read.
#[napi(
    ts_args_type = "options?: HomeOptions | undefined | null",
    ts_return_type = "Promise<number>",
    catch_unwind
)]
pub fn home_revision(env: &Env, options: Options<HomeOptions>) -> Result<Promise<'_>> {
    off_thread(env, || {
        let home = codex_home(options.get()?.codex_home)?;
        Ok(move || Ok(count(store_of(&home).revision()?)))
    })
}

/// Reads the first record of a rollout, as far as it tells who the thread is; `null` when it is no `session_meta`.
///
/// Rejects when the file cannot be read.
#[napi(
    ts_args_type = "rolloutPath: string",
    ts_return_type = "Promise<SessionMeta | null>",
    catch_unwind
)]
pub fn read_session_meta(env: &Env, rollout_path: Given) -> Result<Promise<'_>> {
    off_thread(env, || {
        let path = rollout_path.path("rolloutPath")?;
        Ok(move || {
            let compressed = path.extension().is_some_and(|extension| extension == "zst");
            Ok(read_head(&path, compressed)?.map(session_meta))
        })
    })
}

fn session_meta(head: session_meta::SessionMeta) -> SessionMeta {
    SessionMeta {
        parent_thread_id: head.parent().map(str::to_owned),
        source: head.source.as_ref().and_then(Source::name).map(str::to_owned),
        id: head.id,
        cwd: head.cwd,
        timestamp: head.timestamp,
        cli_version: head.cli_version,
        originator: head.originator,
        thread_source: head.thread_source,
        forked_from_id: head.forked_from_id,
    }
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
        updated_at_ms: file.modified_ms,
        size_bytes: count(file.size),
        cli_version: facts.cli_version.as_ref().map(text),
    }
}
