//! Takes away what a workspace was given: the task, and what came of it.

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::wrapper::git_exclude;

/// The way in which something is taken away.
#[derive(Debug, Clone, Default)]
pub struct Task {
    /// Take nothing, and say what would go.
    pub is_dry: bool,
    /// Other workspaces from which the same is taken away: a list that they share needs no line for them.
    pub besides: Vec<PathBuf>,
}

/// The outcome of a removal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// True if there was something of ours in the file.
    pub is_removed: bool,
    /// The repository's `info/exclude`, where our line was taken out of it, or would be.
    pub exclude: Option<PathBuf>,
}

impl Task {
    /// Takes the line for a file of a workspace out of its repository's list, unless the same file of another work tree
    /// `is_ours` and stays.
    pub(super) fn exclude(
        &self,
        workspace: &Path,
        name: &str,
        is_ours: &dyn Fn(&Path) -> bool,
    ) -> Result<Option<PathBuf>> {
        let real = |workspace: &PathBuf| workspace.join(name).canonicalize().ok();
        let besides: Vec<_> = self.besides.iter().filter_map(real).collect();
        let stays = |other: &Path| {
            is_ours(other) && other.canonicalize().is_ok_and(|other| !besides.contains(&other))
        };
        let removal = git_exclude::Removal { is_dry: self.is_dry, is_needed_by: &stays };
        git_exclude::remove(workspace, name, &removal)
    }
}
