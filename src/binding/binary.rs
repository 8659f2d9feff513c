//! The programs on this machine, and the abilities of the installed Codex.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use ::napi::Result;
use napi_derive::napi;

use crate::binding::argument::{self, Fields, Given};
use crate::binding::erased as napi;
use crate::binding::runtime::blocking;
use crate::codex_cli::cached_probe;
use crate::codex_cli::facts::Facts;
use crate::codex_cli::hooks::{HOOKS_TIME_LIMIT, Hook, ask_hooks};
use crate::codex_cli::probe::PROBE_TIME_LIMIT;
use crate::codex_cli::search::Search;

/// The places in which a program is looked for; the process's environment says the rest.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct BinarySearch {
    /// A Codex that the user named, as a path or a command name. Passed over when it cannot be run.
    pub binary: Option<Given<String>>,
    /// The directory whose `bin` holds our wrappers; `$AO_HOME`, else `~/.ao`, when absent.
    pub ao_home: Option<Given<String>>,
}

impl Fields for BinarySearch {}

/// The facts that a Codex binary told of itself when it was asked.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct BinaryFacts {
    /// `0.169.0`; `null` where it would not say.
    pub version: Option<String>,
    /// The values that `--ask-for-approval` takes.
    pub approval_policies: Vec<String>,
    /// True if `codex resume` exists.
    pub resume: bool,
    /// True if `--no-daemon` exists.
    pub no_daemon: bool,
    /// The models that have a successor, which Codex offers at a start until it was answered, with that successor.
    pub model_successors: HashMap<String, String>,
}

/// A hook as Codex lists it.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct CodexHook {
    /// Its key: where it comes from, its event, and its place there.
    pub key: String,
    /// Its command.
    pub command: Option<String>,
    /// `trusted`, `untrusted`, `modified`, …; `null` in versions that know no trust.
    pub trust_status: Option<String>,
    /// The hash that trust in it as it is now names; `null` in versions that know no trust.
    pub current_hash: Option<String>,
}

/// The hooks that a Codex listed.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct CodexHooks {
    /// The hooks that it would run; `null` where it has no such list.
    pub hooks: Option<Vec<CodexHook>>,
}

/// The path of the Codex of this machine: the named one, then `$AO_CODEX_BINARY`, then PATH, then the places that
/// installers use. `null` where there is none. Only executable regular files count, and never one of our wrappers.
#[napi]
pub async fn resolve_binary(search: Option<Given<BinarySearch>>) -> Result<Option<String>> {
    let search = search_of(search)?;
    blocking(move || Ok(search.codex().map(path_text))).await
}

/// Finds the binary at once. Synchronous because the orchestrator's `detect` and `getLaunchCommand` are: a few `stat`s.
#[napi(catch_unwind)]
pub fn resolve_binary_sync(search: Option<Given<BinarySearch>>) -> Result<Option<String>> {
    Ok(search_of(search)?.codex().map(path_text))
}

/// The first `name` on PATH that can be run and is not one of our wrappers; `null` where there is none. Synchronous
/// because the orchestrator's `getEnvironment` is: a few `stat`s.
#[napi(catch_unwind)]
pub fn find_program_sync(
    name: Given<String>,
    search: Option<Given<BinarySearch>>,
) -> Result<Option<String>> {
    let name = name.text("name", "the name of a program")?;
    Ok(search_of(search)?.on_path(&name).map(path_text))
}

/// The facts of this very file that were cached on disk; `null` where it was not asked yet, or was replaced since.
/// Synchronous because the orchestrator's `getLaunchCommand` is: one `stat` and one read of less than 1 KB.
#[napi(catch_unwind)]
pub fn cached_binary_sync(path: Given<String>) -> Result<Option<BinaryFacts>> {
    let path = path.path("path")?;
    Ok(cached_probe::cached_facts(&path).map(BinaryFacts::from))
}

/// Tells what this binary can do: remembered, else asked with `--version` and `--help` and remembered on disk until the
/// file is replaced. `null` where its help is not that of a Codex. Rejects when it cannot be started or does not
/// answer within `timeLimitMs` (3,000).
#[napi]
pub async fn probe_binary(
    path: Given<String>,
    time_limit_ms: Option<Given<f64>>,
) -> Result<Option<BinaryFacts>> {
    let path = path.path("path")?;
    let limit = time_limit(time_limit_ms, PROBE_TIME_LIMIT)?;
    blocking(move || Ok(cached_probe::facts(&path, limit)?.map(BinaryFacts::from))).await
}

/// Asks the binary at once. Synchronous because the orchestrator's `getLaunchCommand` is, for a binary that was never
/// asked: it blocks for the time of three short programs, and no longer than `timeLimitMs`.
#[napi(catch_unwind)]
pub fn probe_binary_sync(path: Given<String>, time_limit_ms: u32) -> Result<Option<BinaryFacts>> {
    let path = path.path("path")?;
    let limit = Duration::from_millis(time_limit_ms.into());
    // One that cannot be started, or does not answer in time, is asked again where somebody may wait.
    Ok(cached_probe::facts(&path, limit).ok().flatten().map(BinaryFacts::from))
}

/// The hooks that `flags` give this very file, as they were cached on disk; `null` where it was not asked so.
/// Synchronous because the orchestrator's `getLaunchCommand` is: one `stat` and one read of less than 10 KB.
#[napi(catch_unwind)]
pub fn cached_hooks_sync(
    path: Given<String>,
    flags: Given<Vec<String>>,
) -> Result<Option<CodexHooks>> {
    let path = path.path("path")?;
    let flags = flags.texts("flags", "a flag")?;
    Ok(cached_probe::cached_hooks(&path, &flags).map(CodexHooks::from))
}

/// The hooks that this binary would run when it is started with `flags`: remembered, else asked of its own server in a
/// home of its own, and remembered on disk until the file is replaced. No model is run. Rejects when it cannot be
/// started or does not answer within `timeLimitMs` (15,000).
#[napi]
pub async fn probe_hooks(
    path: Given<String>,
    flags: Given<Vec<String>>,
    time_limit_ms: Option<Given<f64>>,
) -> Result<CodexHooks> {
    let path = path.path("path")?;
    let flags = flags.texts("flags", "a flag")?;
    let limit = time_limit(time_limit_ms, HOOKS_TIME_LIMIT)?;
    blocking(move || Ok(CodexHooks::from(cached_probe::hooks(&path, &flags, limit)?))).await
}

/// The hooks that this binary would run when it is started with `flags` in `directory`, asked as `probeHooks` does and
/// not remembered: what a repository brings may change at any time. Synchronous because the orchestrator's
/// `getLaunchCommand` is; it blocks no longer than `timeLimitMs`, and answers `null` where nothing was found out.
#[napi(catch_unwind)]
pub fn directory_hooks_sync(
    path: Given<String>,
    flags: Given<Vec<String>>,
    directory: Given<String>,
    time_limit_ms: u32,
) -> Result<Option<Vec<CodexHook>>> {
    let path = path.path("path")?;
    let flags = flags.texts("flags", "a flag")?;
    let directory = directory.path("directory")?;
    let limit = Duration::from_millis(time_limit_ms.into());
    // One that cannot be asked lists nothing, and the launch goes as it would without the question.
    Ok(ask_hooks(&path, &flags, Some(&directory), limit)
        .ok()
        .flatten()
        .and_then(|hooks| CodexHooks::from(Some(hooks)).hooks))
}

fn time_limit(given: Option<Given<f64>>, default: Duration) -> Result<Duration> {
    let given = argument::optional_count(given, "timeLimitMs")?;
    Ok(given.map_or(default, |ms| Duration::from_millis(u64::try_from(ms).unwrap_or(u64::MAX))))
}

fn search_of(given: Option<Given<BinarySearch>>) -> Result<Search> {
    let BinarySearch { binary, ao_home } = argument::options(given)?;
    let mut search = Search::from_env();
    search.binary = binary.map(|binary| binary.string("binary")).transpose()?.map(PathBuf::from);
    Ok(match argument::optional_path(ao_home, "aoHome")? {
        Some(ao_home) => search.with_ao_home(&ao_home),
        None => search,
    })
}

fn path_text(path: PathBuf) -> String {
    path.into_os_string().into_string().unwrap_or_else(|text| text.to_string_lossy().into_owned())
}

impl From<Facts> for BinaryFacts {
    fn from(facts: Facts) -> Self {
        let Facts { version, approval_policies, resume, no_daemon, model_successors } = facts;
        let model_successors = model_successors.into_iter().collect();
        Self { version, approval_policies, resume, no_daemon, model_successors }
    }
}

impl From<Option<Vec<Hook>>> for CodexHooks {
    fn from(hooks: Option<Vec<Hook>>) -> Self {
        let hook = |Hook { key, command, trust_status, current_hash }| CodexHook {
            key,
            command,
            trust_status,
            current_hash,
        };
        Self { hooks: hooks.map(|hooks| hooks.into_iter().map(hook).collect()) }
    }
}
