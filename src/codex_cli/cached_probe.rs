//! Asks each Codex binary once: its answer is cached on disk until the file is replaced.

use std::path::Path;
use std::time::Duration;

use crate::codex_cli::cache::{BinaryCache, stamp_of};
use crate::codex_cli::facts::Facts;
use crate::codex_cli::hooks::{Hook, ask_hooks};
use crate::codex_cli::probe::ask;
use crate::error::Result;

/// The cached facts of this very file; `None` where it was not asked yet, or was replaced since.
#[must_use]
pub fn cached_facts(binary: &Path) -> Option<Facts> {
    BinaryCache::of_user()?.facts(binary)
}

/// The facts of a binary: cached, else asked and cached; `None` where its help is not that of a Codex.
///
/// # Errors
/// When it cannot be started, or has not answered within `limit`.
pub fn facts(binary: &Path, limit: Duration) -> Result<Option<Facts>> {
    if let Some(facts) = cached_facts(binary) {
        return Ok(Some(facts));
    }
    let asked = stamp_of(binary).ok();
    let facts = ask(binary, limit)?;
    if let (Some(facts), Some(cache), Some(asked)) = (&facts, BinaryCache::of_user(), asked) {
        // A cache that cannot be written costs a second question, nothing else.
        let _ = cache.put_facts(binary, asked, facts);
    }
    Ok(facts)
}

/// The cached hooks that `flags` give this very file; `None` where it was not asked so.
#[must_use]
pub fn cached_hooks(binary: &Path, flags: &[String]) -> Option<Option<Vec<Hook>>> {
    BinaryCache::of_user()?.hooks(binary, flags)
}

/// The hooks that `flags` give a binary: cached, else asked and cached; `None` where it has no list of hooks.
///
/// # Errors
/// When it cannot be started, or has not answered within `limit`.
pub fn hooks(binary: &Path, flags: &[String], limit: Duration) -> Result<Option<Vec<Hook>>> {
    if let Some(hooks) = cached_hooks(binary, flags) {
        return Ok(hooks);
    }
    let asked = stamp_of(binary).ok();
    let hooks = ask_hooks(binary, flags, None, limit)?;
    if let (Some(cache), Some(asked)) = (BinaryCache::of_user(), asked) {
        // A cache that cannot be written costs a second question, nothing else.
        let _ = cache.put_hooks(binary, asked, flags, hooks.as_deref());
    }
    Ok(hooks)
}
