//! Where a home is remembered between processes.

use std::fs;
use std::path::{Path, PathBuf};

use crate::codec::stable_hash;

/// The file in `directory` in which a home is remembered. However the home is spelled, it is one.
#[must_use]
pub fn file_of(home: &Path, directory: &Path) -> PathBuf {
    directory.join(format!("{:016x}.{EXTENSION}", stable_hash(&real(home))))
}

/// What the files are called.
pub const EXTENSION: &str = "store";

/// The home as the file names it.
#[must_use]
pub fn real(home: &Path) -> PathBuf {
    fs::canonicalize(home).unwrap_or_else(|_| home.to_owned())
}
