//! The home in which Codex keeps its rollouts.

use std::path::{Path, PathBuf};

use crate::fs::user_dirs::Directories;

/// A Codex home: `$CODEX_HOME`, else `~/.codex`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodexHome {
    path: PathBuf,
}

impl CodexHome {
    /// The home at `path`, whether or not it exists.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The home that `$CODEX_HOME` names, else `~/.codex`; `None` where neither it nor a home directory is set.
    ///
    /// An empty `CODEX_HOME` counts as not set, as in Codex.
    #[must_use]
    pub fn from_env() -> Option<Self> {
        Directories::from_env().codex_home.map(Self::new)
    }

    /// The directory itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// `sessions/YYYY/MM/DD/rollout-….jsonl`: the rollouts in use.
    #[must_use]
    pub fn sessions(&self) -> PathBuf {
        self.path.join("sessions")
    }

    /// `archived_sessions/rollout-….jsonl`: those put away, without date folders.
    #[must_use]
    pub fn archived_sessions(&self) -> PathBuf {
        self.path.join("archived_sessions")
    }
}
