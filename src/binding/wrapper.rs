//! The wrappers and the section of AGENTS.md, for Node.

use napi::Result;
use napi_derive::napi;

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
#[napi(object)]
pub struct WrapperFile {
    /// `gh`, `git`, `ao-codex-hook` or `ao-metadata-helper.sh`.
    pub name: String,
    /// `changed` is ours but not as this version installs it; `foreign` is not ours.
    #[napi(ts_type = "'current' | 'changed' | 'foreign' | 'notExecutable' | 'missing'")]
    pub state: String,
}

/// What is in the orchestrator's `bin`.
#[napi(object, use_nullable = true)]
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
#[napi(object, use_nullable = true)]
pub struct WrappersChange {
    /// `left`: somebody else's set, or a newer one of ours, is there and was not touched.
    #[napi(ts_type = "'written' | 'current' | 'left' | 'removed' | 'absent'")]
    pub outcome: String,
    /// What is there now.
    pub status: WrappersStatus,
}

/// What became of the section of AGENTS.md.
#[napi(object)]
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
#[napi]
pub async fn install_wrappers(options: Option<InstallWrappersOptions>) -> Result<WrappersChange> {
    unix::install(options.unwrap_or_default()).await
}

/// Installs only the program that Codex runs at the events of a session's life, and answers with its path. Whatever
/// else is in the orchestrator's `bin` stays as it is. Rejects where another program's file is in its place, it cannot
/// be written, or the machine has no bash.
#[napi]
pub async fn install_hook(options: Option<WrappersOptions>) -> Result<String> {
    unix::install_hook(options.unwrap_or_default()).await
}

/// Says what is in the orchestrator's `bin`.
#[napi]
pub async fn wrappers_status(options: Option<WrappersOptions>) -> Result<WrappersStatus> {
    unix::status(options.unwrap_or_default()).await
}

/// Removes the wrappers that `installWrappers` has installed.
#[napi]
pub async fn remove_wrappers(options: Option<WrappersOptions>) -> Result<WrappersChange> {
    unix::remove(options.unwrap_or_default()).await
}

/// Sees to it that the `AGENTS.md` of a workspace tells an agent of the wrappers. Creates the file where there is none
/// and lists it in the repository's `info/exclude` then; leaves every other byte of it alone.
#[napi]
pub async fn install_agents_section(workspace_path: String) -> Result<AgentsSectionChange> {
    unix::agents_section(workspace_path, true).await
}

/// Takes away what `installAgentsSection` has added.
#[napi]
pub async fn remove_agents_section(workspace_path: String) -> Result<AgentsSectionChange> {
    unix::agents_section(workspace_path, false).await
}

#[cfg(unix)]
mod unix {
    use std::env;
    use std::path::{Path, PathBuf};

    use napi::{Error, Result, Status};

    use super::{
        AgentsSectionChange, InstallWrappersOptions, WrapperFile, WrappersChange, WrappersOptions,
        WrappersStatus,
    };
    use crate::binding::argument::Given;
    use crate::binding::blocking::off_thread;
    use crate::error;
    use crate::wrapper::agents_md::{self, Outcome};
    use crate::wrapper::install::{self, Installed, Removed};
    use crate::wrapper::marker::Marker;
    use crate::wrapper::status::{self, FileState};

    pub(super) async fn install(options: InstallWrappersOptions) -> Result<WrappersChange> {
        let options = install::Options {
            ao_home: ao_home(options.ao_home)?,
            node: options.node_path.map(|node| Given::Text(node).path("nodePath")).transpose()?,
            force: options.force.unwrap_or(false),
        };
        off_thread(move || {
            let outcome = match install::install(&options)? {
                Installed::Written => "written",
                Installed::Current => "current",
                Installed::Left => "left",
            };
            change(outcome, &options.ao_home)
        })
        .await
    }

    pub(super) async fn install_hook(options: WrappersOptions) -> Result<String> {
        let home = ao_home(options.ao_home)?;
        off_thread(move || install::install_hook(&home).map(|path| text(&path))).await
    }

    pub(super) async fn status(options: WrappersOptions) -> Result<WrappersStatus> {
        let home = ao_home(options.ao_home)?;
        off_thread(move || found(&home)).await
    }

    pub(super) async fn remove(options: WrappersOptions) -> Result<WrappersChange> {
        let home = ao_home(options.ao_home)?;
        let force = options.force.unwrap_or(false);
        off_thread(move || {
            let outcome = match install::remove(&home, force)? {
                Removed::Removed => "removed",
                Removed::Absent => "absent",
                Removed::Left => "left",
            };
            change(outcome, &home)
        })
        .await
    }

    pub(super) async fn agents_section(
        workspace: String,
        wanted: bool,
    ) -> Result<AgentsSectionChange> {
        let workspace = Given::Text(workspace).path("workspacePath")?;
        off_thread(move || {
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
        .await
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
        let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        set("AO_HOME").or_else(|| set("HOME").map(|home| home.join(".ao"))).ok_or_else(|| {
            let reason = "cannot find the orchestrator's home: neither AO_HOME nor HOME is set";
            Error::new(Status::GenericFailure, reason)
        })
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

    pub(super) async fn install(_: InstallWrappersOptions) -> Result<WrappersChange> {
        Err(unsupported())
    }

    pub(super) async fn install_hook(_: WrappersOptions) -> Result<String> {
        Err(unsupported())
    }

    pub(super) async fn status(_: WrappersOptions) -> Result<WrappersStatus> {
        Err(unsupported())
    }

    pub(super) async fn remove(_: WrappersOptions) -> Result<WrappersChange> {
        Err(unsupported())
    }

    pub(super) async fn agents_section(_: String, _: bool) -> Result<AgentsSectionChange> {
        Err(unsupported())
    }

    fn unsupported() -> Error {
        Error::new(
            Status::GenericFailure,
            "the wrappers are shell files: this system cannot run them",
        )
    }
}
