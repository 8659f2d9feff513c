//! The wrappers' functions, and their answers.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{
    ActivityLogChange, AgentsSectionChange, HostWrappers, RemovableWrappers, WrapperFile,
    WrappersChange, WrappersStatus,
};
use crate::error::Result;
use crate::wrapper::activity_log::{self, Outcome as Noted};
use crate::wrapper::agents_md::{self, Outcome};
use crate::wrapper::install::{self, Installed, Removed};
use crate::wrapper::marker::Marker;
use crate::wrapper::status::{self as set, FileState};

pub(super) fn install(
    ao_home: PathBuf,
    node: Option<PathBuf>,
    force: bool,
) -> Result<WrappersChange> {
    let options = install::Options { ao_home, node, force };
    let outcome = match install::install(&options)? {
        Installed::Written => "written",
        Installed::Current => "current",
        Installed::Left => "left",
    };
    change(outcome, &options.ao_home)
}

pub(super) fn install_hook(ao_home: &Path) -> Result<String> {
    install::install_hook(ao_home).map(|path| text(&path))
}

pub(super) fn removable(ao_home: &Path, force: bool) -> Result<RemovableWrappers> {
    let removal = install::remove(ao_home, force, true)?;
    let files = removal.paths.iter().map(|path| text(path)).collect();
    Ok(RemovableWrappers { files, left: removal.outcome == Removed::Left })
}

pub(super) fn directory(ao_home: &Path) -> PathBuf {
    // One that cannot be read is nobody's set that we could make out.
    set::directory(ao_home).unwrap_or_else(|_| set::shared_directory(ao_home))
}

pub(super) fn remove(ao_home: &Path, force: bool) -> Result<WrappersChange> {
    let outcome = match install::remove(ao_home, force, false)?.outcome {
        Removed::Removed => "removed",
        Removed::Absent => "absent",
        Removed::Left => "left",
    };
    change(outcome, ao_home)
}

pub(super) fn install_agents_section(workspace: &Path) -> Result<AgentsSectionChange> {
    Ok(section(workspace, agents_md::install(workspace)?))
}

pub(super) fn remove_agents_section(workspace: &Path, is_dry: bool) -> Result<AgentsSectionChange> {
    Ok(section(workspace, agents_md::remove(workspace, is_dry)?))
}

fn section(workspace: &Path, outcome: Outcome) -> AgentsSectionChange {
    let outcome = match outcome {
        Outcome::Created => "created",
        Outcome::Added => "added",
        Outcome::Updated => "updated",
        Outcome::Unchanged => "unchanged",
        Outcome::Left => "left",
        Outcome::Removed => "removed",
        Outcome::Absent => "absent",
    };
    AgentsSectionChange {
        path: text(&workspace.join(agents_md::FILE_NAME)),
        outcome: outcome.to_owned(),
    }
}

pub(super) fn begin_activity_log(workspace: &Path) -> Result<ActivityLogChange> {
    Ok(log_change(workspace, word_for(activity_log::begin(workspace)?)))
}

pub(super) fn note_activity(
    workspace: &Path,
    state: &str,
    trigger: Option<&str>,
) -> Result<ActivityLogChange> {
    let noted = activity_log::note(workspace, state, trigger, SystemTime::now())?;
    Ok(log_change(workspace, word_for(noted)))
}

pub(super) fn remove_activity_log(workspace: &Path, is_dry: bool) -> Result<ActivityLogChange> {
    let word = if activity_log::remove(workspace, is_dry)? { "removed" } else { "absent" };
    Ok(log_change(workspace, word))
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

fn change(outcome: &str, ao_home: &Path) -> Result<WrappersChange> {
    Ok(WrappersChange { outcome: outcome.to_owned(), status: status(ao_home)? })
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
