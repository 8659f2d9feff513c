//! One rollout by its path, whatever home it lies in.

use std::path::Path;

use crate::error::{Error, Result};
use crate::rollout::discover::RolloutFile;
use crate::rollout::file_name::RolloutName;
use crate::store::refold::refold;
use crate::store::watch::Watch;
use crate::usage::tree::FoldedRollout;

/// Folds one rollout by its path.
///
/// # Errors
///
/// When it cannot be read, or its name is no rollout's.
pub fn scan_rollout(path: &Path) -> Result<FoldedRollout> {
    let name = path.file_name().and_then(|name| name.to_str()).and_then(RolloutName::parse);
    let Some(name) = name else {
        return Err(Error::invalid(
            "read rollout",
            path,
            "its name does not end in .jsonl or .jsonl.zst",
        ));
    };
    let file = RolloutFile {
        path: path.to_owned(),
        stem: name.stem.to_owned(),
        archived: path.parent().is_some_and(|dir| dir.ends_with("archived_sessions")),
        compressed: name.compressed,
        size: 0,
        modified_ms: 0,
    };
    let folded = refold(&file, None, &mut Vec::new(), &Watch::default())?;
    let of = folded.stop.of;
    let file = RolloutFile { size: of.size, modified_ms: of.modified.ms(), ..file };
    Ok(FoldedRollout { file, fold: folded.closed.unwrap_or(folded.fold) })
}
