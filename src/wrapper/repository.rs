//! The repository that a directory lies in, as git finds it, and the one file of it that is ours to change.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::fs::disk;
use crate::fs::guarded::{self, SMALL_BYTES};
use crate::rollout::repository::named_in;

/// A work tree and the repository it belongs to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Repository {
    /// The directory that holds `.git`.
    pub top: PathBuf,
    /// The directory that all work trees share; for a plain repository its `.git`.
    pub common: PathBuf,
}

impl Repository {
    /// The repository of a directory; `None` where it lies in none.
    ///
    /// # Errors
    /// There is a `.git` that is not what git makes: a FIFO, a device, a link to a file, a file that leads nowhere.
    pub(super) fn of(directory: &Path) -> Result<Option<Self>> {
        for top in directory.ancestors() {
            if let Some(common) = common_at(&top.join(".git"))? {
                return Ok(Some(Self { top: top.to_owned(), common }));
            }
        }
        Ok(None)
    }

    /// The files at this place in its other work trees.
    pub(super) fn others(&self, file: &Path, relative: &Path) -> impl Iterator<Item = PathBuf> {
        let file = file.canonicalize().ok();
        let linked = fs::read_dir(self.common.join("worktrees")).into_iter().flatten().flatten();
        let named = linked.filter_map(|entry| {
            let named = guarded::read(&entry.path().join("gitdir"), SMALL_BYTES).ok()?;
            Some(path_in(&named, "")?.parent()?.to_owned())
        });
        // A linked work tree names it by `..`.
        let common = self.common.canonicalize().unwrap_or_else(|_| self.common.clone());
        let main = common.parent().map(Path::to_owned);
        named.chain(main).map(move |top| top.join(relative)).filter(move |other| {
            let is_there = other.symlink_metadata().is_ok();
            is_there && other.canonicalize().ok() != file
        })
    }
}

/// The shared directory behind a `.git`; `None` where there is none, or an empty directory that git passes over.
fn common_at(dot_git: &Path) -> Result<Option<PathBuf>> {
    let failed = |error| Error::io("read", dot_git, error);
    let found = match fs::symlink_metadata(dot_git) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        found => found.map_err(failed)?,
    };
    // A directory behind a link is one that the person chose; a checkout cannot bring it.
    if found.is_dir() || (found.is_symlink() && dot_git.is_dir()) {
        return Ok(is_repository(dot_git).then(|| dot_git.to_owned()));
    }
    // A linked work tree or a submodule: `gitdir: <path>`, and in a linked one `commondir`.
    let text = guarded::read(dot_git, SMALL_BYTES).map_err(failed)?;
    let leads_nowhere = || Error::invalid("follow", dot_git, "it does not lead to a repository");
    let named = path_in(&text, "gitdir: ").ok_or_else(leads_nowhere)?;
    let own = dot_git.parent().unwrap_or(dot_git).join(named);
    // Whoever may write in the work tree may name any mount.
    disk::check(&own).map_err(failed)?;
    let commondir = own.join("commondir");
    let common = match guarded::read(&commondir, SMALL_BYTES) {
        Ok(text) => own.join(path_in(&text, "").ok_or_else(leads_nowhere)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => own,
        Err(error) => return Err(Error::io("read", &commondir, error)),
    };
    disk::check(&common).map_err(failed)?;
    if is_repository(&common) { Ok(Some(common)) } else { Err(leads_nowhere()) }
}

fn is_repository(directory: &Path) -> bool {
    directory.join("HEAD").symlink_metadata().is_ok() && directory.join("objects").is_dir()
}

fn path_in<'a>(content: &'a [u8], key: &str) -> Option<&'a Path> {
    named_in(content, key).map(|path| Path::new(OsStr::from_bytes(path)))
}
