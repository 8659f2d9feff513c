//! Which rollouts a Codex home has: one file a rollout, newest first.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::index::catalog::walk::{Passing, Visitor, walk};
use crate::rollout::codex_home::CodexHome;
use crate::rollout::file::{RolloutFile, Skipped, newest_first};
use crate::rollout::name::RolloutName;

pub use crate::index::catalog::walk::Scope;

/// What a walk found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Found {
    /// One entry a rollout, newest first; of several forms of one the one that Codex itself would use.
    pub files: Vec<RolloutFile>,
    /// What could not be read.
    pub skipped: Vec<Skipped>,
    /// Rollouts that were there at first and were not when they were looked at, by their stems: moved, or deleted.
    pub gone: HashMap<String, PathBuf>,
}

/// Finds the rollouts of a Codex home.
///
/// A home without rollouts, or without its directories, has none. What cannot be read is listed, not fatal.
///
/// # Errors
///
/// When [`walk`] fails.
pub fn discover(home: &CodexHome, scope: Scope) -> Result<Found> {
    let archived_before = match scope {
        Scope::Active => Vec::new(),
        Scope::All => names_in(&home.archived_sessions()),
    };
    let mut found = Found::default();
    walk(home, scope, &mut found)?;
    let Found { files, mut skipped, mut gone } = found;
    let mut by_stem = one_form_each(files);
    // One that was unarchived meanwhile was in the first directory too late, and in the second no more.
    for (stem, path) in archived_before {
        gone.entry(stem).or_insert(path);
    }
    gone.retain(|stem, _| !by_stem.contains_key(stem));
    let mut files: Vec<RolloutFile> = by_stem.drain().map(|(_, file)| file).collect();
    files.sort_unstable_by(newest_first);
    skipped.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(Found { files, skipped, gone })
}

impl Visitor for Found {
    fn rollout(&mut self, rollout: &Passing<'_>) {
        let Passing { name, archived, .. } = *rollout;
        match rollout.state() {
            Ok(state) => self.files.push(RolloutFile {
                path: rollout.path(),
                stem: name.stem.to_owned(),
                archived,
                compressed: name.compressed,
                size: state.size,
                modified_ms: state.modified_ms,
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.gone.insert(name.stem.to_owned(), rollout.path());
            }
            Err(error) => self.skip(Skipped { path: rollout.path(), reason: error.to_string() }),
        }
    }

    fn skip(&mut self, skipped: Skipped) {
        self.skipped.push(skipped);
    }
}

/// The rollouts in a directory without directories, by their stems. What cannot be read is told by the walk.
fn names_in(directory: &Path) -> Vec<(String, PathBuf)> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let rollouts = entries.flatten().filter_map(|entry| {
        let name = entry.file_name();
        let stem = name.to_str().and_then(RolloutName::parse)?.stem.to_owned();
        entry.file_type().is_ok_and(|kind| kind.is_file()).then(|| (stem, entry.path()))
    });
    rollouts.collect()
}

/// Keeps one file a rollout: an active one before an archived one, a plain one before a compressed one, and of two
/// alike the one that was written last.
fn one_form_each(files: Vec<RolloutFile>) -> HashMap<String, RolloutFile> {
    let rank = |file: &RolloutFile| (file.archived, file.compressed, -file.modified_ms);
    let mut by_stem: HashMap<String, RolloutFile> = HashMap::with_capacity(files.len());
    for file in files {
        match by_stem.entry(file.stem.clone()) {
            Entry::Vacant(entry) => {
                entry.insert(file);
            }
            Entry::Occupied(mut entry) if rank(&file) < rank(entry.get()) => {
                entry.insert(file);
            }
            Entry::Occupied(_) => {}
        }
    }
    by_stem
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "rollout-2026-01-02T16-58-23-019b7f37-8646-7b42-af3b-3a02bcaed870";

    struct Home(tempfile::TempDir);

    impl Home {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn file(&self, path: &str) -> PathBuf {
            let path = self.0.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "{}\n").unwrap();
            path
        }

        fn found(&self) -> Found {
            discover(&CodexHome::new(self.0.path()), Scope::All).unwrap()
        }

        fn paths(&self) -> Vec<PathBuf> {
            self.found().files.into_iter().map(|file| file.path).collect()
        }
    }

    #[test]
    fn a_missing_home_is_an_error_that_names_it() {
        let error = discover(&CodexHome::new("/nonexistent/codex"), Scope::All).unwrap_err();
        assert!(error.to_string().starts_with("cannot read Codex home /nonexistent/codex: "));
    }

    #[test]
    fn a_home_without_rollouts_has_none() {
        assert_eq!(Home::new().found(), Found::default());
    }

    #[test]
    fn a_plain_active_file_is_preferred_to_its_other_forms() {
        let home = Home::new();
        home.file(&format!("archived_sessions/{NAME}.jsonl"));
        home.file(&format!("sessions/2026/01/02/{NAME}.jsonl.zst"));
        let plain = home.file(&format!("sessions/2026/01/02/{NAME}.jsonl"));
        assert_eq!(home.paths(), std::slice::from_ref(&plain));
        fs::remove_file(plain).unwrap();
        assert!(home.found().files[0].compressed);
    }

    #[test]
    fn files_deeper_than_a_day_directory_are_no_rollouts() {
        let home = Home::new();
        home.file(&format!("sessions/2026/01/02/deeper/{NAME}.jsonl"));
        assert_eq!(home.found(), Found::default());
    }

    #[test]
    fn a_directory_named_like_a_rollout_is_skipped_by_name() {
        let home = Home::new();
        let path = home.0.path().join(format!("sessions/2026/01/{NAME}.jsonl"));
        fs::create_dir_all(&path).unwrap();
        let skipped = vec![Skipped { path, reason: "not a regular file".to_owned() }];
        assert_eq!(home.found(), Found { skipped, ..Found::default() });
    }

    #[cfg(unix)]
    #[test]
    fn links_below_the_directories_are_not_followed_but_the_directories_may_be_links() {
        use std::os::unix::fs::symlink;
        let elsewhere = Home::new();
        let real = elsewhere.file(&format!("2026/01/02/{NAME}.jsonl"));
        symlink(elsewhere.0.path(), elsewhere.0.path().join("2026/loop")).unwrap();
        let home = Home::new();
        symlink(elsewhere.0.path(), home.0.path().join("sessions")).unwrap();
        let expected =
            home.0.path().join("sessions").join(real.strip_prefix(elsewhere.0.path()).unwrap());
        assert_eq!(home.paths(), [expected]);
    }
}
