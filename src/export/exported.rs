//! The result of an export.

use std::path::PathBuf;

use crate::rollout::file::Skipped;

/// The result of an export.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The threads of the homes.
    pub threads: u64,
    /// Those of them that were looked at for their responses.
    pub threads_read: u64,
    /// Responses of these that lie in the range.
    pub responses: u64,
    /// The files that were written.
    pub written: Vec<PathBuf>,
    /// The rollouts that could not be read, or count already.
    pub skipped: Vec<Skipped>,
}
