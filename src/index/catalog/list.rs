//! What one directory of a home holds.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::rollout::file::Skipped;
use crate::rollout::name::RolloutName;

/// What a directory holds.
#[derive(Debug, Default)]
pub struct Listed {
    /// The names of files that are called as rollouts are.
    pub files: Vec<Box<str>>,
    /// The names of directories.
    pub directories: Vec<OsString>,
    /// What is passed over.
    pub skipped: Vec<Skipped>,
    /// Whether nothing was left out for a reason that may be gone the next time.
    pub is_whole: bool,
}

/// Lists a directory, the directories in it only if it is to go `deeper`.
///
/// # Errors
///
/// When it cannot be read.
pub fn list(path: &Path, deeper: bool) -> io::Result<Listed> {
    let mut listed = Listed { is_whole: true, ..Listed::default() };
    for entry in fs::read_dir(path)? {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                listed.is_whole = false;
                listed.skipped.push(Skipped { path: path.to_owned(), reason: error.to_string() });
                continue;
            }
        };
        let Ok(file_type) = entry.file_type() else {
            listed.is_whole = false;
            continue;
        };
        let name = entry.file_name();
        if file_type.is_dir() && deeper {
            listed.directories.push(name.clone());
        }
        let Some(text) = name.to_str() else {
            if name.to_string_lossy().ends_with(".jsonl") {
                let reason = "its name is not UTF-8".to_owned();
                listed.skipped.push(Skipped { path: entry.path(), reason });
            }
            continue;
        };
        if RolloutName::parse(text).is_none() {
            continue;
        }
        if file_type.is_file() {
            listed.files.push(text.into());
        } else {
            listed.skipped.push(not_regular(entry.path()));
        }
    }
    Ok(listed)
}

/// What has the name of a rollout and is none.
#[must_use]
pub fn not_regular(path: PathBuf) -> Skipped {
    Skipped { path, reason: "not a regular file".to_owned() }
}
