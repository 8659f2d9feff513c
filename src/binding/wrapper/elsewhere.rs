//! The wrappers' functions on a system that runs no shell files.

use std::path::{Path, PathBuf};

use super::{
    ActivityLogChange, AgentsSectionChange, Removing, WorkspaceRemoval, WrappersChange,
    WrappersRemoval, WrappersStatus,
};
use crate::error::{Error, Result};

pub(super) fn install(
    ao_home: &Path,
    _node: Option<PathBuf>,
    _force: bool,
) -> Result<WrappersChange> {
    Err(unsupported("install the wrappers in", ao_home))
}

pub(super) fn install_hook(ao_home: &Path) -> Result<String> {
    Err(unsupported("install the hook in", ao_home))
}

pub(super) fn status(ao_home: &Path) -> Result<WrappersStatus> {
    Err(unsupported("look for the wrappers in", ao_home))
}

pub(super) fn directory(ao_home: &Path) -> PathBuf {
    ao_home.join("bin")
}

pub(super) fn remove(ao_home: &Path, _force: bool, _is_dry: bool) -> Result<WrappersRemoval> {
    Err(unsupported("remove the wrappers from", ao_home))
}

pub(super) fn install_agents_section(workspace: &Path) -> Result<AgentsSectionChange> {
    Err(unsupported("add the section of AGENTS.md in", workspace))
}

pub(super) fn remove_agents_section(
    workspace: &Path,
    _removing: Removing,
) -> Result<WorkspaceRemoval> {
    Err(unsupported("remove the section of AGENTS.md in", workspace))
}

pub(super) fn begin_activity_log(workspace: &Path) -> Result<ActivityLogChange> {
    Err(unsupported("begin the activity log of", workspace))
}

pub(super) fn note_activity(
    workspace: &Path,
    _state: &str,
    _trigger: Option<&str>,
) -> Result<ActivityLogChange> {
    Err(unsupported("note activity in", workspace))
}

pub(super) fn remove_activity_log(
    workspace: &Path,
    _removing: Removing,
) -> Result<WorkspaceRemoval> {
    Err(unsupported("remove the activity log of", workspace))
}

fn unsupported(operation: &'static str, path: &Path) -> Error {
    let reason = "the wrappers are shell files: this system cannot run them";
    Error::io(operation, path, std::io::Error::new(std::io::ErrorKind::Unsupported, reason))
}
