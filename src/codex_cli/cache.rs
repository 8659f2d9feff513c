//! The cache on disk of the answers of binaries: one small file each, below our cache directory, which
//! may be deleted at any time.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::codec::stable_hash;
use crate::codex_cli::facts::Facts;
use crate::codex_cli::hooks::Hook;
use crate::error::{Error, Result};
use crate::fs::atomic::{self, make_private};
use crate::fs::file_stamp::FileStamp;
use crate::fs::guarded::{self, SMALL_BYTES};
use crate::fs::user_dirs::Directories;

/// Raised when `Facts` learn something that older files cannot know.
const FORMAT: u32 = 2;

/// The cached answers of binaries, in one directory.
#[derive(Debug, Clone)]
pub struct BinaryCache {
    dir: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct CachedAnswer<T> {
    format: u32,
    binary: PathBuf,
    stamp: FileStamp,
    facts: T,
}

/// The hooks that some flags give a binary, as it told them.
#[derive(Serialize, Deserialize)]
struct HookFacts {
    flags: Vec<String>,
    /// `None` where it has no list of hooks.
    hooks: Option<Vec<Hook>>,
}

/// The kind of answer: a binary has a file for each.
#[derive(Clone, Copy)]
enum Kind {
    Facts,
    Hooks,
}

impl BinaryCache {
    /// The cache in the user's cache directory; `None` where no home directory is known.
    #[must_use]
    pub fn of_user() -> Option<Self> {
        Some(Self { dir: Directories::from_env().cache?.join("binaries") })
    }

    /// The cache in `dir`.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// The facts that this very file told when it was asked; `None` where it was not asked, or was replaced since.
    #[must_use]
    pub fn facts(&self, binary: &Path) -> Option<Facts> {
        self.read(binary, Kind::Facts)
    }

    /// Keeps what `binary` said when it was `asked`, until it is replaced.
    ///
    /// # Errors
    /// When the directory cannot be written.
    pub fn put_facts(&self, binary: &Path, asked: FileStamp, facts: &Facts) -> Result<()> {
        self.keep(binary, asked, Kind::Facts, facts)
    }

    /// The hooks that this very file listed when it was asked with these flags; `None` where it was not asked so.
    #[must_use]
    pub fn hooks(&self, binary: &Path, flags: &[String]) -> Option<Option<Vec<Hook>>> {
        let facts: HookFacts = self.read(binary, Kind::Hooks)?;
        (facts.flags == flags).then_some(facts.hooks)
    }

    /// Keeps what `binary` listed, until it is replaced or asked with other flags.
    ///
    /// # Errors
    /// When the directory cannot be written.
    pub fn put_hooks(
        &self,
        binary: &Path,
        asked: FileStamp,
        flags: &[String],
        hooks: Option<&[Hook]>,
    ) -> Result<()> {
        let facts = HookFacts { flags: flags.to_vec(), hooks: hooks.map(<[Hook]>::to_vec) };
        self.keep(binary, asked, Kind::Hooks, &facts)
    }

    fn read<T: DeserializeOwned>(&self, binary: &Path, kind: Kind) -> Option<T> {
        let text = guarded::read_own(&self.file_of(binary, kind), SMALL_BYTES).ok()?;
        let remembered: CachedAnswer<T> = serde_json::from_slice(&text).ok()?;
        let is_same = remembered.format == FORMAT
            && remembered.binary == binary
            && stamp_of(binary).is_ok_and(|now| now == remembered.stamp);
        is_same.then_some(remembered.facts)
    }

    fn keep<T: Serialize>(
        &self,
        binary: &Path,
        asked: FileStamp,
        kind: Kind,
        facts: &T,
    ) -> Result<()> {
        let path = self.file_of(binary, kind);
        self.write(&path, binary, asked, facts).map_err(|source| Error::io("write", &path, source))
    }

    fn write<T: Serialize>(
        &self,
        path: &Path,
        binary: &Path,
        asked: FileStamp,
        facts: &T,
    ) -> io::Result<()> {
        let remembered =
            CachedAnswer { format: FORMAT, binary: binary.to_owned(), stamp: asked, facts };
        make_private(&self.dir)?;
        atomic::write(path, &serde_json::to_vec(&remembered)?)
    }

    fn file_of(&self, binary: &Path, kind: Kind) -> PathBuf {
        let name = match kind {
            Kind::Facts => "",
            Kind::Hooks => "-hooks",
        };
        self.dir.join(format!("{:016x}{name}.json", stable_hash(binary)))
    }
}

/// The stamp that changes when a binary is replaced: npm gives every file of every package the same time, and the
/// launcher that it installs as `codex` often has the same size as that of the version before. Whoever asks a binary
/// takes this first: it may be replaced while it answers.
///
/// # Errors
/// When there is no such file.
pub fn stamp_of(binary: &Path) -> io::Result<FileStamp> {
    // A file system may get another number whenever the machine starts.
    Ok(FileStamp { device: 0, ..FileStamp::of(&fs::metadata(binary)?) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(version: &str) -> Facts {
        Facts {
            version: Some(version.to_owned()),
            approval_policies: vec!["never".to_owned()],
            resume: true,
            no_daemon: false,
            model_successors: std::collections::BTreeMap::new(),
        }
    }

    #[test]
    fn finds_what_was_cached_of_the_same_file() {
        let dir = tempfile::tempdir().unwrap();
        let binary = dir.path().join("codex");
        fs::write(&binary, "one").unwrap();
        let cache = BinaryCache::new(dir.path().join("cache"));
        assert_eq!(cache.facts(&binary), None);
        cache.put_facts(&binary, stamp_of(&binary).unwrap(), &facts("1.0.0")).unwrap();
        assert_eq!(cache.facts(&binary), Some(facts("1.0.0")));
        assert_eq!(cache.facts(&dir.path().join("other")), None);
    }

    #[test]
    fn what_a_file_said_is_not_kept_for_the_one_that_replaced_it_meanwhile() {
        let dir = tempfile::tempdir().unwrap();
        let binary = dir.path().join("codex");
        fs::write(&binary, "one").unwrap();
        let cache = BinaryCache::new(dir.path().join("cache"));
        let asked = stamp_of(&binary).unwrap();
        fs::write(dir.path().join("new"), "two").unwrap();
        fs::rename(dir.path().join("new"), &binary).unwrap();
        cache.put_facts(&binary, asked, &facts("1.0.0")).unwrap();
        assert_eq!(cache.facts(&binary), None);
    }

    #[test]
    fn a_replaced_file_of_the_same_size_and_time_is_another_binary() {
        let dir = tempfile::tempdir().unwrap();
        let binary = dir.path().join("codex");
        fs::write(&binary, "one").unwrap();
        let modified = fs::metadata(&binary).unwrap().modified().unwrap();
        let cache = BinaryCache::new(dir.path().join("cache"));
        cache.put_facts(&binary, stamp_of(&binary).unwrap(), &facts("1.0.0")).unwrap();

        let newer = dir.path().join("newer");
        fs::write(&newer, "two").unwrap();
        fs::File::options().write(true).open(&newer).unwrap().set_modified(modified).unwrap();
        fs::rename(&newer, &binary).unwrap();
        assert_eq!(cache.facts(&binary), None);
    }

    #[test]
    fn finds_the_hooks_that_the_same_flags_gave() {
        let dir = tempfile::tempdir().unwrap();
        let binary = dir.path().join("codex");
        fs::write(&binary, "one").unwrap();
        let cache = BinaryCache::new(dir.path().join("cache"));
        let flags = ["-c".to_owned(), "hooks={}".to_owned()];
        assert_eq!(cache.hooks(&binary, &flags), None);
        let hook = Hook {
            key: "k".into(),
            command: None,
            trust_status: Some("trusted".into()),
            current_hash: None,
        };
        cache
            .put_hooks(
                &binary,
                stamp_of(&binary).unwrap(),
                &flags,
                Some(std::slice::from_ref(&hook)),
            )
            .unwrap();
        assert_eq!(cache.hooks(&binary, &flags), Some(Some(vec![hook])));
        assert_eq!(cache.hooks(&binary, &flags[..1]), None);
        assert_eq!(cache.facts(&binary), None);
        cache.put_hooks(&binary, stamp_of(&binary).unwrap(), &flags, None).unwrap();
        assert_eq!(cache.hooks(&binary, &flags), Some(None));
    }

    #[test]
    fn a_broken_file_is_as_good_as_none() {
        let dir = tempfile::tempdir().unwrap();
        let binary = dir.path().join("codex");
        fs::write(&binary, "one").unwrap();
        let cache = BinaryCache::new(dir.path().join("cache"));
        cache.put_facts(&binary, stamp_of(&binary).unwrap(), &facts("1.0.0")).unwrap();
        fs::write(cache.file_of(&binary, Kind::Facts), "{\"format\":1,").unwrap();
        assert_eq!(cache.facts(&binary), None);
    }
}
