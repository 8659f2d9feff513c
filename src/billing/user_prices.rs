//! A user's own prices: `$XDG_CONFIG_HOME/ao-codex/prices.json`, else `~/.config/ao-codex/prices.json`.
//!
//! ```json
//! { "models": { "qwen3-coder:30b": { "input": 0, "output": 0 },
//!               "gpt-5": { "input": 1.0, "cachedInput": 0.1, "cacheWriteInput": 1.25, "output": 8.0,
//!                          "above272k": { "input": 2.0, "output": 12.0 } } } }
//! ```
//!
//! US dollars per million tokens; a model that stands there replaces the built-in one of that name.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::billing::price_table::PriceTable;
use crate::error::{Error, Result};
use crate::fs::user_dirs::Directories;

/// Where a user's prices are looked for; `None` where no home directory is set.
#[must_use]
pub fn user_prices_path() -> Option<PathBuf> {
    Some(Directories::from_env().config?.join("prices.json"))
}

/// The prices in force: the built-in ones, with the user's over them.
///
/// # Errors
///
/// When the user's file is there and cannot be read, or is no price table.
pub fn prices_in_force() -> Result<Arc<PriceTable>> {
    let built_in = PriceTable::built_in();
    let Some(path) = user_prices_path() else { return Ok(built_in) };
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Arc::new(built_in.with_user_prices(&text, &path)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(built_in),
        Err(error) => Err(Error::io("read prices", &path, error)),
    }
}
