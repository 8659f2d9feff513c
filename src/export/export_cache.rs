//! The cache of an export: what was written before, so that the next export writes only what is new.
//!
//! It lies in the cache directory and may be deleted at any time: the next export then looks at every response again,
//! finds its rows in the files, and writes nothing.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::codec::stable_hash;
use crate::export::options::Options;
use crate::fs::atomic::{self, make_private};
use crate::fs::guarded;
use crate::fs::open::modified_ms;

/// The number of the format. A cache of another one is not read.
const FORMAT: u32 = 2;

/// The largest cache that is read, in bytes: that of half a million threads.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// The name of the file of a day and a host.
pub const FILE_NAME: &str = "responses.ndjson.gz";

/// Size and time of the last write, in bytes and milliseconds since 1970.
type Stamp = (u64, i64);

/// The days and threads that a directory already holds.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportCache {
    format: u32,
    options: u64,
    /// The files of the days, as this host left them.
    days: BTreeMap<String, Stamp>,
    threads: HashMap<String, ThreadExport>,
}

/// The part of a thread that was exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadExport {
    /// A hash of it.
    pub hash: u64,
    /// The time up to which nothing was guessed, for all threads were there that could tell.
    pub sure_until_ms: Option<i64>,
}

impl ExportCache {
    /// The cache of an export to `directory`; an empty one where there is none, where it was made with other
    /// options, or where a file of a day is not as it was left.
    #[must_use]
    pub fn load(cache_directory: Option<&Path>, directory: &Path, options: &Options) -> Self {
        let fresh = Self { format: FORMAT, options: stable_hash(options), ..Self::default() };
        let read = || {
            let path = path(cache_directory?, directory, options);
            let bytes = guarded::read_own(&path, MAX_BYTES).ok()?;
            let known: Self = serde_json::from_slice(&bytes).ok()?;
            let is_current = known.format == fresh.format && known.options == fresh.options;
            let is_there = |(day, stamp): (&String, &Stamp)| {
                stamp_of(&day_path(directory, day, options)) == Some(*stamp)
            };
            (is_current && known.days.iter().all(is_there)).then_some(known)
        };
        read().unwrap_or(fresh)
    }

    /// Tells whether a thread was exported as it is.
    #[must_use]
    pub fn has(&self, thread_id: &str, hash: u64) -> bool {
        self.threads.get(thread_id).is_some_and(|known| known.hash == hash)
    }

    /// The time up to which it is known for sure what a thread was billed.
    #[must_use]
    pub fn sure_until_ms(&self, thread_id: &str) -> Option<i64> {
        self.threads.get(thread_id)?.sure_until_ms
    }

    /// Notes that a thread was exported.
    pub fn add_thread(&mut self, thread_id: &str, export: ThreadExport) {
        self.threads.insert(thread_id.to_owned(), export);
    }

    /// Notes the file of a day as it is now.
    pub fn add_day(&mut self, directory: &Path, day: &str, options: &Options) {
        match stamp_of(&day_path(directory, day, options)) {
            Some(stamp) => drop(self.days.insert(day.to_owned(), stamp)),
            None => drop(self.days.remove(day)),
        }
    }

    /// Writes it for the next export. That it cannot be written only makes that one slower.
    pub fn save(&self, cache_directory: Option<&Path>, directory: &Path, options: &Options) {
        let write = || {
            let path = path(cache_directory?, directory, options);
            let parent = path.parent()?;
            make_private(parent).ok()?;
            atomic::write(&path, &serde_json::to_vec(self).ok()?).ok()
        };
        let _ = write();
    }
}

/// The file of a day and a host.
#[must_use]
pub fn day_path(directory: &Path, day: &str, options: &Options) -> PathBuf {
    let host = format!("host={}", options.host());
    directory.join(format!("day={day}")).join(host).join(FILE_NAME)
}

fn path(cache_directory: &Path, directory: &Path, options: &Options) -> PathBuf {
    let directory = fs::canonicalize(directory).unwrap_or_else(|_| directory.to_owned());
    cache_directory
        .join("exports")
        .join(format!("{:016x}.json", stable_hash(&(directory, options.host()))))
}

fn stamp_of(path: &Path) -> Option<Stamp> {
    let metadata = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file)?;
    Some((metadata.len(), modified_ms(&metadata)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::options::Paths;

    fn options(paths: Paths) -> Options {
        Options::new("ci-1", BTreeMap::new(), paths, None).unwrap()
    }

    #[test]
    fn a_thread_is_known_until_its_day_the_options_or_the_thread_change() {
        let (cache_directory, directory) =
            (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let full = options(Paths::Full);
        let day = day_path(directory.path(), "2026-11-28", &full);
        fs::create_dir_all(day.parent().unwrap()).unwrap();
        fs::write(&day, "rows").unwrap();
        let mut cache = ExportCache::load(Some(cache_directory.path()), directory.path(), &full);
        cache.add_thread("t-1", ThreadExport { hash: 7, sure_until_ms: None });
        cache.add_day(directory.path(), "2026-11-28", &full);
        cache.save(Some(cache_directory.path()), directory.path(), &full);
        let load = |options: &_| {
            ExportCache::load(Some(cache_directory.path()), directory.path(), options)
        };
        assert_eq!(load(&full), cache);
        assert!(load(&full).has("t-1", 7) && !load(&full).has("t-1", 8));
        assert!(!load(&options(Paths::Hash)).has("t-1", 7));
        fs::write(&day, "more rows").unwrap();
        assert!(!load(&full).has("t-1", 7));
        fs::remove_file(&day).unwrap();
        assert!(!load(&full).has("t-1", 7));
    }

    #[test]
    fn a_damaged_cache_is_none() {
        let (cache_directory, directory) =
            (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let full = options(Paths::Full);
        let mut cache = ExportCache::load(Some(cache_directory.path()), directory.path(), &full);
        cache.add_thread("t-1", ThreadExport { hash: 7, sure_until_ms: None });
        cache.save(Some(cache_directory.path()), directory.path(), &full);
        let path = path(cache_directory.path(), directory.path(), &full);
        fs::write(&path, &fs::read(&path).unwrap()[..20]).unwrap();
        assert!(
            !ExportCache::load(Some(cache_directory.path()), directory.path(), &full).has("t-1", 7)
        );
    }
}
