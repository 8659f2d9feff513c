//! Where a home is remembered between processes.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

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
