//! The places that this package looks in, and the prices it bills at, for a person who asks why.

use std::path::PathBuf;

use ::napi::Result;
use napi_derive::napi;

use crate::billing::user_prices;
use crate::binding::argument::Given;
use crate::binding::erased as napi;
use crate::binding::runtime::blocking;
use crate::fs::disk;
use crate::fs::user_dirs::Directories;
use crate::rollout::codex_home::CodexHome;

/// The directories that this package reads and writes by default; `null` where no home directory is known.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct Places {
    /// `$CODEX_HOME`, else `~/.codex`.
    pub codex_home: Option<String>,
    /// The cache, which may be deleted at any time.
    pub cache_directory: Option<String>,
    /// The user's own prices, whether or not the file is there.
    pub user_prices: Option<String>,
}

/// The prices that reports are made with.
#[napi(object, object_from_js = false)]
pub struct PricesInForce {
    /// The table, and the user's file where there is one.
    pub source: String,
    /// The day of the built-in table, `YYYY-MM-DD`.
    pub as_of: String,
}

/// Says where this package looks and writes when nothing else is said.
#[napi]
pub async fn places() -> Result<Places> {
    let text = |path: Option<PathBuf>| path.map(|path| path.to_string_lossy().into_owned());
    blocking(move || {
        Ok(Places {
            codex_home: text(CodexHome::from_env().map(|home| home.path().to_owned())),
            cache_directory: text(Directories::from_env().cache),
            user_prices: text(user_prices::user_prices_path()),
        })
    })
    .await
}

/// Tells of some paths whether their disks answer: one on a dead mount would hold up whoever asks for it. Synchronous
/// because the orchestrator's `getLaunchCommand` is, and what it reads is named by others: at most two seconds, once
/// for each dead mount.
#[napi(catch_unwind)]
pub fn disks_answer_sync(paths: Given<Vec<String>>) -> Result<Vec<bool>> {
    let paths = paths.texts("paths", "a path")?;
    Ok(disk::answers(&paths.into_iter().map(PathBuf::from).collect::<Vec<_>>()))
}

/// Says which prices reports are made with. Rejects when the user's price file cannot be read or is no price table.
#[napi]
pub async fn prices_in_force() -> Result<PricesInForce> {
    blocking(|| {
        let table = user_prices::prices_in_force()?;
        Ok(PricesInForce { source: table.source().to_owned(), as_of: table.as_of().to_owned() })
    })
    .await
}
