//! Where a home is remembered between processes.

use std::env;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// The directory of this program below the platform's cache directory; `None` where there is none.
#[must_use]
pub fn cache_directory() -> Option<PathBuf> {
    let set = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = match set {
        Some(cache) => cache,
        None if cfg!(target_os = "macos") => env::home_dir()?.join("Library/Caches"),
        None if cfg!(windows) => PathBuf::from(env::var_os("LOCALAPPDATA")?),
        None => env::home_dir()?.join(".cache"),
    };
    Some(cache.join("ao-codex"))
}

/// The file in `directory` in which a home is remembered. However the home is spelled, it is one.
#[must_use]
pub fn file_of(home: &Path, directory: &Path) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    real(home).hash(&mut hasher);
    directory.join(format!("{:016x}.{EXTENSION}", hasher.finish()))
}

/// What the files are called.
pub const EXTENSION: &str = "store";

/// The home as the file names it.
#[must_use]
pub fn real(home: &Path) -> PathBuf {
    fs::canonicalize(home).unwrap_or_else(|_| home.to_owned())
}
