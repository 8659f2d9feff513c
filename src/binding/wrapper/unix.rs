//! The wrappers' functions, and their answers.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{
    ActivityLogChange, AgentsSectionChange, HostWrappers, Removing, WorkspaceRemoval, WrapperFile,
    WrappersChange, WrappersRemoval, WrappersStatus,
};
use crate::error::Result;
use crate::wrapper::activity_log::{self, Outcome as Noted};
use crate::wrapper::agents_md::{self, Outcome};
use crate::wrapper::install::{self, Installed, Removed};
use crate::wrapper::marker::Marker;
use crate::wrapper::removal::{Removal, Task};
use crate::wrapper::status::{self as set, FileState};

pub(super) fn install(
    ao_home: &Path,
    node: Option<PathBuf>,
    force: bool,
) -> Result<WrappersChange> {
    let options = install::Options { ao_home: ao_home.to_path_buf(), node, force };
    let outcome = match install::install(&options)? {
        Installed::Written => "written",
        Installed::Current => "current",
        Installed::Left => "left",
    };
    Ok(WrappersChange { outcome: outcome.to_owned(), status: status(ao_home)? })
}

pub(super) fn install_hook(ao_home: &Path) -> Result<String> {
    install::install_hook(ao_home).map(|path| text(&path))
}

pub(super) fn directory(ao_home: &Path) -> PathBuf {
    // One that cannot be read is nobody's set that we could make out.
    set::directory(ao_home).unwrap_or_else(|_| set::shared_directory(ao_home))
}

pub(super) fn remove(ao_home: &Path, force: bool, is_dry: bool) -> Result<WrappersRemoval> {
    let removal = install::remove(ao_home, force, is_dry)?;
    let outcome = match removal.outcome {
        Removed::Removed => "removed",
        Removed::Absent => "absent",
        Removed::Left => "left",
    };
    Ok(WrappersRemoval {
        outcome: outcome.to_owned(),
        files: removal.paths.iter().map(|path| text(path)).collect(),
        left: removal.left.iter().map(|path| text(path)).collect(),
        status: status(ao_home)?,
    })
}

pub(super) fn install_agents_section(workspace: &Path) -> Result<AgentsSectionChange> {
    let outcome = match agents_md::install(workspace)? {
        Outcome::Created => "created",
        Outcome::Added => "added",
        Outcome::Updated => "updated",
        Outcome::Unchanged => "unchanged",
        Outcome::Left => "left",
    };
    Ok(AgentsSectionChange {
        path: text(&workspace.join(agents_md::FILE_NAME)),
        outcome: outcome.to_owned(),
    })
}

pub(super) fn remove_agents_section(
    workspace: &Path,
    removing: Removing,
) -> Result<WorkspaceRemoval> {
    let removal = agents_md::remove(workspace, &task(removing))?;
    Ok(removed(workspace, agents_md::FILE_NAME, &removal))
}

fn task(Removing { is_dry, besides }: Removing) -> Task {
    Task { is_dry, besides }
}

fn removed(workspace: &Path, name: &str, removal: &Removal) -> WorkspaceRemoval {
    let outcome = if removal.is_removed { "removed" } else { "absent" };
    WorkspaceRemoval {
        path: text(&workspace.join(name)),
        outcome: outcome.to_owned(),
        exclude_path: removal.exclude.as_deref().map(text),
    }
}

pub(super) fn begin_activity_log(workspace: &Path) -> Result<ActivityLogChange> {
    Ok(log_change(workspace, word_for(activity_log::begin(workspace, SystemTime::now())?)))
}

pub(super) fn note_activity(
    workspace: &Path,
    state: &str,
    trigger: Option<&str>,
) -> Result<ActivityLogChange> {
    let noted = activity_log::note(workspace, state, trigger, SystemTime::now())?;
    Ok(log_change(workspace, word_for(noted)))
}

pub(super) fn remove_activity_log(
    workspace: &Path,
    removing: Removing,
) -> Result<WorkspaceRemoval> {
    let removal = activity_log::remove(workspace, &task(removing))?;
    Ok(removed(workspace, activity_log::PATH, &removal))
}

fn word_for(noted: Noted) -> &'static str {
    match noted {
        Noted::Noted => "noted",
        Noted::Left => "left",
    }
}

fn log_change(workspace: &Path, outcome: &str) -> ActivityLogChange {
    let path = text(&workspace.join(activity_log::PATH));
    ActivityLogChange { path, outcome: outcome.to_owned() }
}

pub(super) fn status(ao_home: &Path) -> Result<WrappersStatus> {
    let status = set::status(ao_home)?;
    let owner = match &status.marker {
        None => "none",
        Some(Marker::Current) => "current",
        Some(Marker::Ours(_)) => "older",
        Some(Marker::Newer(_)) => "newer",
        Some(Marker::Old(_)) => "old",
        Some(Marker::Foreign(_)) => "foreign",
    };
    let host = status.host.as_ref().map(|marker| HostWrappers {
        directory: text(&set::shared_directory(ao_home)),
        version: marker.to_string(),
    });
    let whole = status.files.iter().all(|file| file.state == FileState::Current);
    let files = status.files.iter().map(|file| WrapperFile {
        name: file.name.to_owned(),
        state: state(file.state).to_owned(),
    });
    Ok(WrappersStatus {
        directory: text(&status.directory),
        owner: owner.to_owned(),
        ok: owner == "current" && whole && status.is_usable(),
        files: files.collect(),
        host,
        node_path: status.node.as_ref().map(|(node, _)| text(node)),
        version: status.marker.map(|marker| marker.to_string()),
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

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
