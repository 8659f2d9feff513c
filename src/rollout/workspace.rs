//! Tells whether two paths are the same workspace: a link and its target are, `dir` and `dir/`, and on Windows and the
//! Linux beside it every spelling of a directory on a drive.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::fs::disk;
use crate::rollout::drive::{self, Platform, fold_case, is_network, without_verbatim};

/// The number of directories of a path that are remembered one by one. A `cwd` may say anything, also a path of a
/// megabyte.
const MAX_STEPS: usize = 128;

/// Resolves many paths, and asks the disk once for each directory on their ways: thousands of worktrees lie in few.
/// A directory on a mount that does not answer is where it says.
#[derive(Debug)]
pub struct Resolver {
    platform: Platform,
    known: HashMap<PathBuf, Resolved>,
    /// True if this thread may wait for ever.
    is_given_up: bool,
}

impl Default for Resolver {
    fn default() -> Self {
        Self::on(Platform::current())
    }
}

/// A path without links, as far as it exists.
#[derive(Debug, Clone)]
struct Resolved {
    path: PathBuf,
    exists: bool,
}

impl Resolver {
    /// A resolver of the paths of a platform.
    #[must_use]
    pub fn on(platform: Platform) -> Self {
        Self { platform, known: HashMap::new(), is_given_up: false }
    }

    /// A resolver for a thread that can be given up, as those of [`disk`] can: it waits as long as the disk does.
    #[must_use]
    pub(crate) fn on_this_thread() -> Self {
        Self { is_given_up: true, ..Self::default() }
    }

    /// Tells whether a path that a rollout names can be a workspace of this machine.
    #[must_use]
    pub fn is_workspace(&self, path: &Path) -> bool {
        path.is_absolute() || self.is_on_a_drive(path)
    }

    /// Tells whether a path leads to a drive of Windows, whose spellings [`Self::resolve`] makes one, in lower case.
    #[must_use]
    pub fn is_on_a_drive(&self, path: &Path) -> bool {
        self.platform.spell(path).is_some()
    }

    /// The one path that a workspace has, whatever way it is spelled.
    ///
    /// Links are resolved as far as the path exists: a worktree that was removed still compares equal to itself.
    /// Nothing is asked of the network.
    pub fn resolve(&mut self, path: &Path) -> PathBuf {
        self.resolved(path).path
    }

    /// The one path of what is there; `None` where nothing is, which the ways to others have told already.
    pub(crate) fn resolve_existing(&mut self, path: &Path) -> Option<PathBuf> {
        let resolved = self.resolved(path);
        resolved.exists.then_some(resolved.path)
    }

    fn resolved(&mut self, path: &Path) -> Resolved {
        if is_network(path) {
            return Resolved { path: without_verbatim(path.to_owned()), exists: false };
        }
        match self.platform.spell(path) {
            Some(spelled) if spelled.is_absolute() => {
                let Resolved { path, exists } = self.on_disk(&spelled);
                Resolved { path: fold_case(&path), exists }
            }
            Some(spelled) => Resolved { path: fold_case(&spelled), exists: false },
            None => self.on_disk(path),
        }
    }

    fn on_disk(&mut self, path: &Path) -> Resolved {
        let path = normalize(path);
        if path.components().nth(MAX_STEPS).is_some() {
            // Step by step it would cost its length squared; nobody has many of these.
            return self.canonical(path);
        }
        self.real(&path)
    }

    fn ask<T: Send + 'static>(
        &self,
        path: &Path,
        question: fn(&Path) -> io::Result<T>,
    ) -> io::Result<T> {
        if self.is_given_up {
            return question(path);
        }
        disk::ask(path, question).unwrap_or_else(|| Err(disk::silence()))
    }

    fn real(&mut self, path: &Path) -> Resolved {
        if let Some(known) = self.known.get(path) {
            return known.clone();
        }
        let resolved = match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) => {
                let parent = self.real(parent);
                let path = parent.path.join(name);
                if parent.exists { self.follow(path) } else { Resolved { path, exists: false } }
            }
            // The root, or the parent of what may be a link.
            _ => self.canonical(path.to_owned()),
        };
        self.known.insert(path.to_owned(), resolved.clone());
        resolved
    }

    /// Resolves a path that can only be a link in its last part.
    fn follow(&self, path: PathBuf) -> Resolved {
        match self.ask(&path, |path| fs::symlink_metadata(path)) {
            // Elsewhere the disk may also spell the name otherwise, in upper and lower case.
            Ok(metadata) if metadata.is_symlink() || !cfg!(target_os = "linux") => {
                self.canonical(path)
            }
            found => Resolved { path, exists: found.is_ok() },
        }
    }

    fn canonical(&self, path: PathBuf) -> Resolved {
        match self.ask(&path, drive::canonical) {
            Ok(path) => Resolved { path, exists: true },
            Err(_) => Resolved { path, exists: false },
        }
    }
}

/// Makes a path absolute and takes `.` and trailing slashes out; `..` stays, since only the disk knows what a link's
/// parent is.
pub(crate) fn normalize(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    absolute.components().filter(|part| !matches!(part, Component::CurDir)).collect()
}

/// Says of many paths whether they are a workspace or lie below it, and asks the disk once for each distinct one.
#[derive(Debug)]
pub struct WorkspaceMatcher {
    resolved: PathBuf,
    resolver: Resolver,
    known: HashMap<String, bool>,
    takes_in_below: bool,
}

impl WorkspaceMatcher {
    /// A matcher for `workspace`.
    #[must_use]
    pub fn new(workspace: &Path) -> Self {
        Self::with(Resolver::default(), workspace)
    }

    /// A matcher for `workspace` that resolves paths so.
    #[must_use]
    pub fn with(mut resolver: Resolver, workspace: &Path) -> Self {
        let own = resolver.resolve(workspace);
        Self { resolved: own, resolver, known: HashMap::new(), takes_in_below: false }
    }

    /// A matcher for `workspace` and every directory below it.
    #[must_use]
    pub fn with_below(workspace: &Path) -> Self {
        Self { takes_in_below: true, ..Self::new(workspace) }
    }

    /// Tells whether `cwd` is the workspace, or lies below it where that counts too.
    pub fn matches(&mut self, cwd: &str) -> bool {
        if let Some(&known) = self.known.get(cwd) {
            return known;
        }
        let path = Path::new(cwd);
        let matches = self.resolver.is_workspace(path)
            && (path == self.resolved || {
                let resolved = self.resolver.resolve(path);
                resolved == self.resolved
                    || (self.takes_in_below && resolved.starts_with(&self.resolved))
            });
        self.known.insert(cwd.to_owned(), matches);
        matches
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_link_its_target_and_a_trailing_slash_are_one_workspace() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("target");
        let link = dir.path().join("link");
        fs::create_dir(&target).unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        for spelled in [target.clone(), link.clone(), link.join("."), link.join("")] {
            let mut matcher = WorkspaceMatcher::new(&spelled);
            for cwd in [target.clone(), link.clone(), target.join("")] {
                assert!(matcher.matches(cwd.to_str().unwrap()), "{spelled:?} {cwd:?}");
            }
            assert!(!matcher.matches(dir.path().to_str().unwrap()));
        }
    }

    #[test]
    fn the_spellings_of_a_directory_on_a_drive_are_one_workspace_where_there_are_drives() {
        const SPELLINGS: [&str; 5] = [
            r"C:\Users\dev\shop",
            r"c:\users\dev\shop",
            r"\\?\C:\Users\dev\shop",
            "/mnt/c/Users/dev/shop",
            "/mnt/c/users/dev/shop",
        ];
        const NETWORK: &str = r"\\wsl.localhost\Ubuntu\home\dev\shop";
        let resolved = |platform| {
            let mut resolver = Resolver::on(platform);
            let paths = SPELLINGS.map(|path| resolver.resolve(Path::new(path)));
            paths.into_iter().collect::<std::collections::BTreeSet<PathBuf>>()
        };
        assert_eq!(resolved(Platform::Windows).len(), 1);
        assert_eq!(resolved(Platform::Wsl).len(), 1);
        assert_eq!(resolved(Platform::Other).len(), 5);
        for platform in [Platform::Windows, Platform::Wsl] {
            for spelled in SPELLINGS {
                let mut matcher =
                    WorkspaceMatcher::with(Resolver::on(platform), Path::new(spelled));
                assert!(SPELLINGS.iter().all(|cwd| matcher.matches(cwd)), "{spelled}");
                assert!(!matcher.matches(NETWORK) && !matcher.matches(r"D:\Users\dev\shop"));
            }
            let network = Resolver::on(platform).resolve(Path::new(NETWORK));
            assert_eq!(network, Path::new(NETWORK));
        }
    }

    #[test]
    fn what_lies_below_a_workspace_counts_where_it_is_taken_in() {
        let mut below = WorkspaceMatcher::with_below(Path::new("/gone/shop"));
        let mut exact = WorkspaceMatcher::new(Path::new("/gone/shop"));
        for (cwd, is_it, is_below) in [
            ("/gone/shop", true, true),
            ("/gone/shop/src", false, true),
            ("/gone/shop-2", false, false),
            ("/gone", false, false),
            ("gone/shop", false, false),
        ] {
            assert_eq!((exact.matches(cwd), below.matches(cwd)), (is_it, is_below), "{cwd}");
        }
    }

    #[test]
    fn a_workspace_that_is_gone_still_equals_itself() {
        let dir = tempfile::tempdir().unwrap();
        let gone = dir.path().join("gone/deep");
        assert!(WorkspaceMatcher::new(&gone).matches(gone.join("").to_str().unwrap()));
        assert!(!WorkspaceMatcher::new(&gone).matches(dir.path().join("gone").to_str().unwrap()));
    }

    #[cfg(unix)]
    #[test]
    fn links_on_the_way_are_followed_as_far_as_the_path_exists() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(dir.path()).unwrap();
        fs::create_dir_all(root.join("real/deep")).unwrap();
        symlink(root.join("real"), root.join("link")).unwrap();
        symlink("deep", root.join("real/inner")).unwrap();
        symlink(root.join("nowhere"), root.join("dangling")).unwrap();
        let mut resolver = Resolver::default();
        for (path, real) in [
            ("link/deep", "real/deep"),
            ("link/inner", "real/deep"),
            ("link/inner/gone/deeper", "real/deep/gone/deeper"),
            ("link/../real", "real"),
            ("dangling/x", "dangling/x"),
        ] {
            assert_eq!(resolver.resolve(&root.join(path)), root.join(real), "{path}");
        }
    }

    #[test]
    fn a_path_of_endless_directories_is_compared_as_it_is_written() {
        let endless = "/x".repeat(500_000);
        assert!(WorkspaceMatcher::new(Path::new(&endless)).matches(&endless));
        assert!(!WorkspaceMatcher::new(Path::new("/x")).matches(&endless));
    }

    #[test]
    fn a_relative_cwd_in_a_rollout_is_nobodys_workspace() {
        assert!(!WorkspaceMatcher::new(Path::new(".")).matches("."));
    }
}
