//! The listing of a home: one walk, which follows no link.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::fs::file_stamp::{FileStamp, Timestamp};
use crate::rollout::file::Skipped;
use crate::rollout::name::RolloutName;

/// The depth of a rollout below `sessions` or `archived_sessions`, `YYYY/MM/DD/file`: nothing deeper is one.
pub const MAX_DEPTH: usize = 4;

/// A directory as it was listed.
#[derive(Debug)]
pub struct Listed {
    /// Its path.
    pub path: PathBuf,
    /// The names of the files in it that are called as rollouts are.
    pub files: Vec<Box<str>>,
    /// The directories in it, unless they lie too deep for rollouts.
    pub directories: Vec<PathBuf>,
    /// The entries that are passed over.
    pub skipped: Vec<Skipped>,
    /// Its stamp before it was listed, if nothing can have changed since without a sign, and nothing
    /// was left out that may be there the next time.
    pub stamp: Option<FileStamp>,
    /// The reason why it could not be read.
    pub unreadable: Option<io::Error>,
}

impl Listed {
    fn new(path: &Path) -> Self {
        let began = Timestamp::now();
        let stamp = std::fs::symlink_metadata(path).ok().map(|metadata| FileStamp::of(&metadata));
        Self {
            path: path.to_owned(),
            files: Vec::new(),
            directories: Vec::new(),
            skipped: Vec::new(),
            stamp: stamp.filter(|stamp| !stamp.is_racy(began)),
            unreadable: None,
        }
    }

    fn skip(&mut self, path: PathBuf, reason: impl Into<String>) {
        self.skipped.push(Skipped { path, reason: reason.into() });
    }

    /// Takes an entry up, a directory only if it may hold rollouts.
    fn add(&mut self, entry: DirEntry, may_hold_rollouts: bool) {
        let file_type = entry.file_type();
        if file_type.is_symlink() {
            self.skip(entry.into_path(), LINK);
            return;
        }
        if file_type.is_dir() && may_hold_rollouts {
            self.directories.push(entry.path().to_owned());
        }
        let Some(name) = entry.file_name().to_str() else {
            if entry.file_name().to_string_lossy().ends_with(".jsonl") {
                self.skip(entry.into_path(), "its name is not UTF-8");
            }
            return;
        };
        if RolloutName::parse(name).is_none() {
            return;
        }
        if file_type.is_file() {
            self.files.push(name.into());
        } else {
            self.skip(entry.into_path(), NOT_REGULAR);
        }
    }
}

/// The reason why a link is skipped: any link, since what it leads to is not looked at.
pub const LINK: &str =
    "a link, and links are not followed: move what it leads to here, or mount it here";

/// The reason why a directory, a FIFO … with the name of a rollout is skipped.
pub const NOT_REGULAR: &str = "not a regular file";

/// Lists a directory and those below it, `levels` deep, each handed to `take` when it is listed to its end. `enter` is
/// told of each directory before anything in it is looked at. Only the directory itself may be a link. `depth` is its
/// own, 1 for `sessions` and `archived_sessions`.
pub fn list(
    top: &Path,
    depth: usize,
    levels: usize,
    mut enter: impl FnMut(&Path),
    mut take: impl FnMut(Listed),
) {
    let walk = WalkDir::new(top).min_depth(1).max_depth(levels).follow_links(false);
    enter(top);
    // The directories that the walk is in, from the top down.
    let mut open = vec![Listed { stamp: stamp_of_top(top), ..Listed::new(top) }];
    for entry in walk {
        let (level, path) = match &entry {
            Ok(entry) => (entry.depth(), Some(entry.path())),
            Err(error) => (error.depth(), error.path()),
        };
        // An error about a directory has the directory's own depth, as its entry had.
        let is_of = |one: &Listed| entry.is_err() && path == Some(one.path.as_path());
        let keep = if open.last().is_some_and(is_of) { open.len() } else { level.max(1) };
        while open.len() > keep {
            open.pop().into_iter().for_each(&mut take);
        }
        let Some(parent) = open.last_mut() else { break };
        match entry {
            Ok(entry) => {
                let is_entered = entry.file_type().is_dir() && level < levels;
                let below = is_entered.then(|| entry.path().to_owned());
                parent.add(entry, depth + level <= MAX_DEPTH);
                if let Some(below) = below {
                    enter(&below);
                    open.push(Listed::new(&below));
                }
            }
            Err(error) => {
                let is_its_own = error.path() == Some(parent.path.as_path());
                let has_path = error.path().is_some();
                let error = error.into_io_error().unwrap_or(io::ErrorKind::Other.into());
                parent.stamp = None;
                if is_its_own {
                    parent.unreadable = Some(error);
                } else if !has_path {
                    parent.skip(parent.path.clone(), error.to_string());
                }
            }
        }
    }
    open.into_iter().rev().for_each(take);
}

/// The stamp of a top directory, behind a link if it is one: only the beginning of a walk may be a link.
fn stamp_of_top(top: &Path) -> Option<FileStamp> {
    let began = Timestamp::now();
    let stamp = FileStamp::of(&std::fs::metadata(top).ok()?);
    (!stamp.is_racy(began)).then_some(stamp)
}

/// The name of a path, if it is text.
#[must_use]
pub fn name_of(path: &Path) -> Option<&str> {
    path.file_name().and_then(OsStr::to_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn listed(top: &Path, levels: usize) -> Vec<(PathBuf, Vec<Box<str>>, Vec<Skipped>)> {
        let mut all = Vec::new();
        let mut entered = Vec::new();
        list(
            top,
            MAX_DEPTH + 1 - levels,
            levels,
            |path| entered.push(path.to_owned()),
            |one| all.push((one.path, one.files, one.skipped)),
        );
        all.sort_by(|a, b| a.0.cmp(&b.0));
        entered.sort();
        assert_eq!(all.iter().map(|one| one.0.clone()).collect::<Vec<_>>(), entered);
        all
    }

    #[test]
    fn every_directory_is_listed_once_down_to_the_last_level() {
        let dir = tempfile::tempdir().unwrap();
        let day = dir.path().join("2026/01/02");
        fs::create_dir_all(day.join("deeper")).unwrap();
        for file in ["a.jsonl", "b.jsonl.zst", "notes.txt", "deeper/c.jsonl"] {
            fs::write(day.join(file), "").unwrap();
        }
        fs::write(dir.path().join("2026/d.jsonl"), "").unwrap();
        let mut found = listed(dir.path(), MAX_DEPTH);
        for one in &mut found {
            one.1.sort_unstable();
        }
        let none = Vec::new;
        assert_eq!(
            found,
            [
                (dir.path().to_owned(), vec![], none()),
                (dir.path().join("2026"), vec!["d.jsonl".into()], none()),
                (dir.path().join("2026/01"), vec![], none()),
                (day.clone(), vec!["a.jsonl".into(), "b.jsonl.zst".into()], none()),
            ]
        );
        assert_eq!(listed(&day, 1).len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn every_link_is_named_and_only_the_beginning_is_followed() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().unwrap();
        let real = dir.path().join("real");
        fs::create_dir(&real).unwrap();
        fs::write(real.join("a.jsonl"), "").unwrap();
        let top = dir.path().join("top");
        symlink(&real, &top).unwrap();
        for name in ["2025", "b.jsonl", "notes"] {
            symlink("nowhere", real.join(name)).unwrap();
        }
        let found = listed(&top, MAX_DEPTH);
        let [(path, files, skipped)] = &found[..] else { panic!("{found:?}") };
        assert_eq!((path, files), (&top, &vec!["a.jsonl".into()]));
        let mut skipped: Vec<&Path> = skipped.iter().map(|one| one.path.as_path()).collect();
        skipped.sort_unstable();
        assert_eq!(skipped, [top.join("2025"), top.join("b.jsonl"), top.join("notes")]);
    }
}
