//! Reads every rollout of a home while Codex works in it: one that is archived, unarchived or compressed between the
//! walk and the reading is read where it went.

use std::collections::HashMap;
use std::path::PathBuf;

use crate::error::Result;
use crate::index::catalog::discover::{Scope, discover};
use crate::rollout::codex_home::CodexHome;
use crate::rollout::file::{RolloutFile, Skipped};

/// How often a home is walked at most for rollouts that went.
const MAX_WALKS: usize = 8;

/// Rollouts that were not there any more, by their stems.
pub type Gone = HashMap<String, PathBuf>;

/// Hands the rollouts of a home to `read`, which gives those that were not there any more; these are looked for again.
/// Gives what was skipped. What was deleted holds nothing, and is not mentioned.
///
/// # Errors
///
/// When the home cannot be read.
pub fn read_settled(
    home: &CodexHome,
    scope: Scope,
    mut read: impl FnMut(Vec<RolloutFile>) -> Gone,
) -> Result<Vec<Skipped>> {
    let found = discover(home, scope)?;
    let mut gone = found.gone;
    gone.extend(read(found.files));
    let mut skipped = found.skipped;
    skipped.extend(follow(home, scope, gone, read)?);
    Ok(skipped)
}

/// Looks for rollouts that went, and hands them to `read`, which gives those that went again. Gives those that were
/// never caught.
///
/// # Errors
///
/// When the home cannot be read.
pub fn follow(
    home: &CodexHome,
    scope: Scope,
    mut gone: Gone,
    mut read: impl FnMut(Vec<RolloutFile>) -> Gone,
) -> Result<Vec<Skipped>> {
    for _ in 1..MAX_WALKS {
        if gone.is_empty() {
            break;
        }
        let mut again = discover(home, scope)?;
        again.files.retain(|file| gone.contains_key(&file.stem));
        again.gone.retain(|stem, _| gone.contains_key(stem));
        gone = again.gone;
        gone.extend(read(again.files));
    }
    let reason = "moved again and again while it was looked for";
    Ok(gone.into_values().map(|path| Skipped { path, reason: reason.to_owned() }).collect())
}
