//! Finds the files of exports below a directory. Anyone may have put something there.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use walkdir::{DirEntry, WalkDir};

use crate::error::{Error, Result};
use crate::export::export_cache::FILE_NAME;
use crate::export::options::is_name;
use crate::rollout::file::Skipped;

/// The depth to which exports are looked for: `day=…/host=…/responses.ndjson.gz`, below directories that somebody
/// collected them in, one for each machine or job.
const MAX_DEPTH: usize = 8;

/// The number of files without an export that are named: who asks for the wrong directory need not see all that is in
/// it.
const MAX_NAMED: usize = 100;

const READ: &str = "read exports";

/// The file of a day and a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportFile {
    /// Its path.
    pub path: PathBuf,
    /// The machine that wrote it.
    pub host: Arc<str>,
    /// The day of its responses, in UTC.
    pub day: NaiveDate,
    /// Bytes on disk.
    pub size: u64,
}

/// The files below a directory.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The files of exports, in the order of their paths.
    pub files: Vec<ExportFile>,
    /// The files that are none of ours, or cannot be read.
    pub skipped: Vec<Skipped>,
}

/// Finds the files of exports. No link is followed but the directory itself; what has a dot before its name is left
/// alone: locks, and files that are being written.
///
/// # Errors
///
/// When the directory is not there or cannot be listed.
pub fn find(directory: &Path) -> Result<Found> {
    let mut found = Found::default();
    let mut unnamed = 0_usize;
    let walk = WalkDir::new(directory).max_depth(MAX_DEPTH).sort_by_file_name();
    let is_shown = |entry: &DirEntry| entry.depth() == 0 || !is_hidden(entry);
    for entry in walk.into_iter().filter_entry(is_shown) {
        let skipped = match entry {
            Ok(entry) if entry.depth() == 0 && !entry.path().is_dir() => {
                return Err(Error::invalid(READ, directory, "not a directory"));
            }
            Ok(entry) if entry.depth() == 0 || entry.file_type().is_dir() => continue,
            Ok(entry) => match export_file(&entry) {
                Ok(file) => {
                    found.files.push(file);
                    continue;
                }
                Err(reason) => Skipped { path: entry.into_path(), reason },
            },
            Err(error) if error.depth() == 0 => {
                return Err(Error::io(READ, directory, cause(error)));
            }
            Err(error) => {
                let path = error.path().unwrap_or(directory).to_owned();
                Skipped { path, reason: cause(error).to_string() }
            }
        };
        if found.skipped.len() < MAX_NAMED {
            found.skipped.push(skipped);
        } else {
            unnamed += 1;
        }
    }
    if unnamed > 0 {
        let reason = format!("holds {unnamed} more files that are none of an export");
        found.skipped.push(Skipped { path: directory.to_owned(), reason });
    }
    Ok(found)
}

/// The system's reason, without the path that stands beside it.
fn cause(error: walkdir::Error) -> io::Error {
    error.into_io_error().unwrap_or_else(|| io::Error::other("cannot be listed"))
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

/// The file of a day and a host; else why it is none.
fn export_file(entry: &DirEntry) -> std::result::Result<ExportFile, String> {
    let kind = entry.file_type();
    if kind.is_symlink() {
        return Err("a link, and links are not followed".to_owned());
    }
    if !kind.is_file() {
        return Err("not a regular file".to_owned());
    }
    let named = || {
        let path = entry.path();
        (path.file_name()? == FILE_NAME).then_some(())?;
        let (host, day) = (path.parent()?, path.parent()?.parent()?);
        let host =
            host.file_name()?.to_str()?.strip_prefix("host=").filter(|host| is_name(host))?;
        let day = day.file_name()?.to_str()?.strip_prefix("day=")?;
        let day = NaiveDate::parse_from_str(day, DAY).ok().filter(|_| day.len() == DAY_LENGTH)?;
        Some((Arc::from(host), day))
    };
    let (host, day) =
        named().ok_or_else(|| format!("no file of an export (day=…/host=…/{FILE_NAME})"))?;
    let size = entry.metadata().map_err(|error| error.to_string())?.len();
    Ok(ExportFile { path: entry.path().to_owned(), host, day, size })
}

/// The spelling of a day, and its length in bytes.
const DAY: &str = "%Y-%m-%d";
const DAY_LENGTH: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn write(directory: &Path, path: &str) {
        let path = directory.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }

    #[test]
    fn files_of_exports_are_found_wherever_they_were_collected() {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path(), "day=2026-11-28/host=a/responses.ndjson.gz");
        write(directory.path(), "job-1/day=2026-11-27/host=b.c/responses.ndjson.gz");
        write(directory.path(), ".host=a.lock");
        write(directory.path(), "day=2026-11-28/host=a/.x.tmp");
        let found = find(directory.path()).unwrap();
        let files: Vec<_> =
            found.files.iter().map(|file| (&*file.host, file.day.to_string())).collect();
        let (a, b) = (("a", "2026-11-28".to_owned()), ("b.c", "2026-11-27".to_owned()));
        assert_eq!((files, found.skipped), (vec![a, b], vec![]));
    }

    #[test]
    fn what_is_no_file_of_an_export_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let strangers = [
            "day=2026-11-28/host=a/notes.txt",
            "day=2026-11-28/host=a b/responses.ndjson.gz",
            "day=2026-11-28/host=../responses.ndjson.gz",
            "day=2026-13-28/host=a/responses.ndjson.gz",
            "day=+2026-1-8/host=a/responses.ndjson.gz",
            "host=a/day=2026-11-28/responses.ndjson.gz",
            "responses.ndjson.gz",
        ];
        for path in strangers {
            write(directory.path(), path);
        }
        let found = find(directory.path()).unwrap();
        assert_eq!(found.files, []);
        assert_eq!(found.skipped.len(), strangers.len());
        assert!(found.skipped.iter().all(|one| one.reason.starts_with("no file of an export")));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_named_and_not_followed() {
        let directory = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        write(other.path(), "day=2026-11-28/host=a/responses.ndjson.gz");
        std::os::unix::fs::symlink(other.path(), directory.path().join("linked")).unwrap();
        let found = find(directory.path()).unwrap();
        assert_eq!(found.files, []);
        assert_eq!(found.skipped[0].reason, "a link, and links are not followed");
        let itself = directory.path().join("linked");
        assert_eq!(find(&itself).unwrap().files.len(), 1);
    }

    #[test]
    fn a_directory_full_of_other_things_is_not_listed_whole() {
        let directory = tempfile::tempdir().unwrap();
        (0..150).for_each(|at| write(directory.path(), &format!("{at:03}")));
        let skipped = find(directory.path()).unwrap().skipped;
        assert_eq!(skipped.len(), MAX_NAMED + 1);
        assert_eq!(skipped[MAX_NAMED].reason, "holds 50 more files that are none of an export");
    }

    #[test]
    fn a_directory_that_is_not_there_or_none_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        assert!(find(&directory.path().join("gone")).unwrap_err().is_not_found());
        write(directory.path(), "file");
        let error = find(&directory.path().join("file")).unwrap_err();
        assert!(error.to_string().ends_with("not a directory"), "{error}");
    }
}
