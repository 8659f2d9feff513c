//! The wrappers and the section of AGENTS.md, for Node.

use napi::{Env, Result};
use napi_derive::napi;
use serde::Serialize;

use crate::binding::blocking::off_thread;
use crate::binding::promise::Promise;

/// Where the wrappers go and what they need.
#[napi(object)]
#[derive(Default)]
pub struct InstallWrappersOptions {
    /// The orchestrator's home; the wrappers go into its `bin`. `$AO_HOME`, else `~/.ao`, when it is not given.
    pub ao_home: Option<String>,
    /// The node that the metadata helper writes JSON with, by its absolute path: `process.execPath`. Without it the
    /// helper uses `jq`.
    pub node_path: Option<String>,
    /// Replace also what the orchestrator or a newer version of this package has installed.
    pub force: Option<bool>,
}

/// Which wrappers are meant.
#[napi(object)]
#[derive(Default)]
pub struct WrappersOptions {
    /// The orchestrator's home. `$AO_HOME`, else `~/.ao`, when it is not given.
    pub ao_home: Option<String>,
    /// For `removeWrappers`: remove also what somebody else has installed.
    pub force: Option<bool>,
}

/// One file of the set.
#[napi(object, object_from_js = false, object_to_js = false)]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WrapperFile {
    /// `gh`, `git`, `ao-codex-hook` or `ao-metadata-helper.sh`.
    pub name: String,
    /// `changed` is ours but not as this version installs it; `foreign` is not ours.
    #[napi(ts_type = "'current' | 'changed' | 'foreign' | 'notExecutable' | 'missing'")]
    pub state: String,
}

/// What is in the orchestrator's `bin`.
#[napi(object, object_from_js = false, object_to_js = false, use_nullable = true)]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WrappersStatus {
    /// The directory.
    pub directory: String,
    /// Whose set it is by its marker: this version's (`current`), another version of ours (`older`, `newer`), the
    /// orchestrator's or another program's (`foreign`), an outdated one of the orchestrator (`old`), or none.
    #[napi(ts_type = "'current' | 'older' | 'newer' | 'foreign' | 'old' | 'none'")]
    pub owner: String,
    /// The version that the marker names.
    pub version: Option<String>,
    /// Whether the set is this version's, complete and executable.
    pub ok: bool,
    /// The files of the set.
    pub files: Vec<WrapperFile>,
    /// The node that the helper writes JSON with.
    pub node_path: Option<String>,
}

/// What became of the wrappers.
#[napi(object, object_from_js = false, object_to_js = false, use_nullable = true)]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WrappersChange {
    /// `left`: somebody else's set, or a newer one of ours, is there and was not touched.
    #[napi(ts_type = "'written' | 'current' | 'left' | 'removed' | 'absent'")]
    pub outcome: String,
    /// What is there now.
    pub status: WrappersStatus,
}

/// What became of the section of AGENTS.md.
#[napi(object, object_from_js = false, object_to_js = false)]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AgentsSectionChange {
    /// The file.
    pub path: String,
    /// `left`: the orchestrator's own section is there, or the file is none that may be changed.
    #[napi(
        ts_type = "'created' | 'added' | 'updated' | 'unchanged' | 'left' | 'removed' | 'absent'"
    )]
    pub outcome: String,
}

/// Installs the `gh` and `git` that note branches and pull requests in a session's metadata. Does nothing where they
/// are installed already; any number of processes may call this at once. Rejects, with the old set whole, where a file
/// cannot be written or the machine has no bash.
#[napi(ts_return_type = "Promise<WrappersChange>", catch_unwind)]
pub fn install_wrappers(env: &Env, options: Option<InstallWrappersOptions>) -> Result<Promise<'_>> {
    off_thread(env, || unix::install(options.unwrap_or_default()))
}

/// Installs only the program that Codex runs at the events of a session's life, and answers with its path. Whatever
/// else is in the orchestrator's `bin` stays as it is. Rejects where another program's file is in its place, it cannot
/// be written, or the machine has no bash.
#[napi(ts_return_type = "Promise<string>", catch_unwind)]
pub fn install_hook(env: &Env, options: Option<WrappersOptions>) -> Result<Promise<'_>> {
    off_thread(env, || unix::install_hook(options.unwrap_or_default()))
}

/// Says what is in the orchestrator's `bin`; where there is no such directory every file is missing. Rejects where it cannot
/// be read, and on Windows.
#[napi(ts_return_type = "Promise<WrappersStatus>", catch_unwind)]
pub fn wrappers_status(env: &Env, options: Option<WrappersOptions>) -> Result<Promise<'_>> {
    off_thread(env, || unix::status(options.unwrap_or_default()))
}

/// Removes the wrappers that `installWrappers` has installed. Rejects where a file cannot be removed, and on Windows.
#[napi(ts_return_type = "Promise<WrappersChange>", catch_unwind)]
pub fn remove_wrappers(env: &Env, options: Option<WrappersOptions>) -> Result<Promise<'_>> {
    off_thread(env, || unix::remove(options.unwrap_or_default()))
}

/// Sees to it that the `AGENTS.md` of a workspace tells an agent of the wrappers. Creates the file where there is none
/// and lists it in the repository's `info/exclude` then; leaves every other byte of it alone. Rejects where either cannot
/// be read or written, and on Windows.
#[napi(ts_return_type = "Promise<AgentsSectionChange>", catch_unwind)]
pub fn install_agents_section(env: &Env, workspace_path: String) -> Result<Promise<'_>> {
    off_thread(env, || unix::agents_section(workspace_path, true))
}

/// Takes away what `installAgentsSection` has added. Rejects where the file cannot be read or written, and on Windows.
#[napi(ts_return_type = "Promise<AgentsSectionChange>", catch_unwind)]
pub fn remove_agents_section(env: &Env, workspace_path: String) -> Result<Promise<'_>> {
    off_thread(env, || unix::agents_section(workspace_path, false))
}

#[cfg(unix)]
mod unix {
    use std::path::{Path, PathBuf};

    use napi::Result;

    use super::{
        AgentsSectionChange, InstallWrappersOptions, WrapperFile, WrappersChange, WrappersOptions,
        WrappersStatus,
    };
    use crate::binding::argument::Given;
    use crate::binding::home;
    use crate::error;
    use crate::wrapper::agents_md::{self, Outcome};
    use crate::wrapper::install::{self, Installed, Removed};
    use crate::wrapper::marker::Marker;
    use crate::wrapper::status::{self, FileState};

    pub(super) fn install(
        options: InstallWrappersOptions,
    ) -> Result<impl FnOnce() -> error::Result<WrappersChange> + Send> {
        let options = install::Options {
            ao_home: ao_home(options.ao_home)?,
            node: options.node_path.map(|node| Given::Text(node).path("nodePath")).transpose()?,
            force: options.force.unwrap_or(false),
        };
        Ok(move || {
            let outcome = match install::install(&options)? {
                Installed::Written => "written",
                Installed::Current => "current",
                Installed::Left => "left",
            };
            change(outcome, &options.ao_home)
        })
    }

    pub(super) fn install_hook(
        options: WrappersOptions,
    ) -> Result<impl FnOnce() -> error::Result<String> + Send> {
        let home = ao_home(options.ao_home)?;
        Ok(move || install::install_hook(&home).map(|path| text(&path)))
    }

    pub(super) fn status(
        options: WrappersOptions,
    ) -> Result<impl FnOnce() -> error::Result<WrappersStatus> + Send> {
        let home = ao_home(options.ao_home)?;
        Ok(move || found(&home))
    }

    pub(super) fn remove(
        options: WrappersOptions,
    ) -> Result<impl FnOnce() -> error::Result<WrappersChange> + Send> {
        let home = ao_home(options.ao_home)?;
        let force = options.force.unwrap_or(false);
        Ok(move || {
            let outcome = match install::remove(&home, force)? {
                Removed::Removed => "removed",
                Removed::Absent => "absent",
                Removed::Left => "left",
            };
            change(outcome, &home)
        })
    }

    pub(super) fn agents_section(
        workspace: String,
        wanted: bool,
    ) -> Result<impl FnOnce() -> error::Result<AgentsSectionChange> + Send> {
        let workspace = Given::Text(workspace).path("workspacePath")?;
        Ok(move || {
            let outcome =
                if wanted { agents_md::install(&workspace) } else { agents_md::remove(&workspace) };
            Ok(AgentsSectionChange {
                path: text(&workspace.join(agents_md::FILE_NAME)),
                outcome: match outcome? {
                    Outcome::Created => "created",
                    Outcome::Added => "added",
                    Outcome::Updated => "updated",
                    Outcome::Unchanged => "unchanged",
                    Outcome::Left => "left",
                    Outcome::Removed => "removed",
                    Outcome::Absent => "absent",
                }
                .to_owned(),
            })
        })
    }

    fn change(outcome: &str, home: &Path) -> error::Result<WrappersChange> {
        Ok(WrappersChange { outcome: outcome.to_owned(), status: found(home)? })
    }

    fn found(home: &Path) -> error::Result<WrappersStatus> {
        let status = status::status(home)?;
        let owner = match &status.marker {
            None => "none",
            Some(Marker::Current) => "current",
            Some(Marker::Ours(_)) => "older",
            Some(Marker::Newer(_)) => "newer",
            Some(Marker::Old(_)) => "old",
            Some(Marker::Foreign(_)) => "foreign",
        };
        let whole = status.files.iter().all(|file| file.state == FileState::Current);
        Ok(WrappersStatus {
            directory: text(&status.directory),
            owner: owner.to_owned(),
            ok: owner == "current" && whole && status.is_usable(),
            version: status.marker.map(|marker| marker.to_string()),
            files: status
                .files
                .iter()
                .map(|file| WrapperFile {
                    name: file.name.to_owned(),
                    state: state(file.state).to_owned(),
                })
                .collect(),
            node_path: status.node.map(|(node, _)| text(&node)),
        })
    }

    fn state(state: FileState) -> &'static str {
        match state {
            FileState::Current => "current",
            FileState::Changed => "changed",
            FileState::Foreign => "foreign",
            FileState::NotExecutable => "notExecutable",
            FileState::Missing => "missing",
        }
    }

    fn ao_home(given: Option<String>) -> Result<PathBuf> {
        if let Some(given) = given {
            return Given::Text(given).path("aoHome");
        }
        home::ao_home()
    }

    fn text(path: &Path) -> String {
        path.to_string_lossy().into_owned()
    }
}

#[cfg(not(unix))]
mod unix {
    use napi::{Error, Result, Status};

    use super::{
        AgentsSectionChange, InstallWrappersOptions, WrappersChange, WrappersOptions,
        WrappersStatus,
    };
    use crate::error;

    /// What there never is.
    type Work<T> = fn() -> error::Result<T>;

    pub(super) fn install(_: InstallWrappersOptions) -> Result<Work<WrappersChange>> {
        Err(unsupported())
    }

    pub(super) fn install_hook(_: WrappersOptions) -> Result<Work<String>> {
        Err(unsupported())
    }

    pub(super) fn status(_: WrappersOptions) -> Result<Work<WrappersStatus>> {
        Err(unsupported())
    }

    pub(super) fn remove(_: WrappersOptions) -> Result<Work<WrappersChange>> {
        Err(unsupported())
    }

    pub(super) fn agents_section(_: String, _: bool) -> Result<Work<AgentsSectionChange>> {
        Err(unsupported())
    }

    fn unsupported() -> Error {
        Error::new(
            Status::GenericFailure,
            "the wrappers are shell files: this system cannot run them",
        )
    }
}
