//! Where the directories in which threads began really are, remembered: asking the disk for each of thousands at every
//! refresh would cost more than the refresh itself.
//!
//! Whether a name is a link can only change when the directory that it lies in changes, so that one question for each
//! directory that holds some of them is enough. Where a link leads is asked every time.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::fs::file_stamp::{FileStamp, Timestamp};
use crate::rollout::workspace::Resolver;

/// No system takes a longer path, in bytes. A `cwd` may say anything, and to ask for each directory on the way of a
/// longer one would cost its length squared.
const MAX_PATH: usize = 4096;

/// Directories by the way they are written, and where they are.
#[derive(Debug, Default)]
pub struct Workspaces {
    known: HashMap<Arc<str>, Place>,
    by_place: HashMap<PathBuf, Vec<Arc<str>>>,
    /// The directories that hold some of them, and those above.
    ways: HashMap<PathBuf, Way>,
    /// How many are links.
    links: usize,
    version: Option<u64>,
}

#[derive(Debug)]
struct Place {
    path: PathBuf,
    is_link: bool,
}

/// A directory on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Way {
    /// Which one it is: another one has other directories in it.
    which: Option<(u64, u64)>,
    /// Where it leads, if it is a link.
    target: Option<PathBuf>,
    /// When a name in it last changed; `None` when one may have changed since without a sign.
    changed: Option<Timestamp>,
}

impl Way {
    fn ask(path: &Path) -> Self {
        let began = Timestamp::now();
        let now = fs::metadata(path).ok().map(|metadata| FileStamp::of(&metadata));
        let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
        Self {
            which: now.map(|now| (now.device, now.inode)),
            target: is_link.then(|| fs::canonicalize(path).ok()).flatten(),
            changed: now.filter(|now| !now.is_racy(began)).map(|now| now.changed),
        }
    }

    /// Whether names in it may lead elsewhere than `before`.
    fn has_changed_since(&self, before: &Self) -> bool {
        self.changed.is_none() && self.which.is_some() || self.changed != before.changed
    }
}

impl Workspaces {
    /// Brings up to date where `cwds` are, which are the same as the last time if `version` is. What is not absolute is
    /// nowhere.
    pub fn update<'c>(&mut self, version: Option<u64>, cwds: impl Iterator<Item = &'c Arc<str>>) {
        let mut moved: HashSet<PathBuf> = HashSet::new();
        let mut changed: HashSet<PathBuf> = HashSet::new();
        for (path, before) in &mut self.ways {
            let now = Way::ask(path);
            if (now.which, &now.target) != (before.which, &before.target) {
                moved.insert(path.clone());
            } else if now.has_changed_since(before) {
                changed.insert(path.clone());
            }
            *before = now;
        }
        let is_same = moved.is_empty() && changed.is_empty() && self.links == 0;
        if is_same && self.version == version {
            return;
        }
        self.version = version;
        let is_outdated = |cwd: &str, place: &Place| {
            if cwd.len() > MAX_PATH {
                return false;
            }
            let mut ways = Path::new(cwd).ancestors().skip(1);
            place.is_link
                || ways.next().is_some_and(|way| changed.contains(way) || moved.contains(way))
                || (!moved.is_empty() && ways.any(|way| moved.contains(way)))
        };
        let outdated = self.known.iter().filter(|(cwd, place)| is_outdated(cwd, place));
        let outdated: Vec<Arc<str>> = outdated.map(|(cwd, _)| Arc::clone(cwd)).collect();
        let mut disk = Resolver::default();
        for cwd in outdated {
            self.resolve(&cwd, &mut disk);
        }
        for cwd in cwds {
            if !self.known.contains_key(cwd) {
                self.resolve(cwd, &mut disk);
            }
        }
        self.links = self.known.values().filter(|place| place.is_link).count();
    }

    fn resolve(&mut self, cwd: &Arc<str>, disk: &mut Resolver) {
        let path = Path::new(&**cwd);
        // The system knows no such path: it is where it says.
        if cwd.len() > MAX_PATH {
            let place = Place { path: path.to_owned(), is_link: false };
            self.by_place.entry(place.path.clone()).or_default().push(Arc::clone(cwd));
            self.known.insert(Arc::clone(cwd), place);
            return;
        }
        for way in path.ancestors().skip(1).filter(|way| way.is_absolute()) {
            if self.ways.contains_key(way) {
                break;
            }
            self.ways.insert(way.to_owned(), Way::ask(way));
        }
        let place = if disk.is_workspace(path) { disk.resolve(path) } else { PathBuf::new() };
        let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
        if let Some(before) = self.known.get_mut(cwd) {
            before.is_link = is_link;
            if before.path == place {
                return;
            }
            if let Some(cwds) = self.by_place.get_mut(&before.path) {
                cwds.retain(|one| one != cwd);
            }
        }
        self.by_place.entry(place.clone()).or_default().push(Arc::clone(cwd));
        self.known.insert(Arc::clone(cwd), Place { path: place, is_link });
    }

    /// The directories that are at a place, as they are written.
    #[must_use]
    pub fn at(&self, place: &Path) -> &[Arc<str>] {
        self.by_place.get(place).map(Vec::as_slice).unwrap_or_default()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn every_change_on_the_way_to_a_workspace_is_seen() {
        let dir = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(dir.path()).unwrap();
        let at = |name: &str| root.join(name);
        for name in ["trees/a", "trees/b", "more"] {
            fs::create_dir_all(at(name)).unwrap();
        }
        let cwds: Vec<Arc<str>> = ["trees/a", "trees/link", "trees/gone", "door/a"]
            .map(|name| Arc::from(at(name).to_str().unwrap()))
            .into();
        let mut workspaces = Workspaces::default();
        let mut version = 0;
        let mut places = || {
            version += 1;
            workspaces.update(Some(version / 2), cwds.iter());
            let mut fresh = Resolver::default();
            for cwd in &cwds {
                let place = fresh.resolve(Path::new(&**cwd));
                assert!(workspaces.at(&place).contains(cwd), "{cwd}");
                assert_eq!(workspaces.known[cwd].path, place);
            }
        };
        places();
        symlink(at("trees/a"), at("trees/link")).unwrap();
        places();
        fs::remove_file(at("trees/link")).unwrap();
        symlink(at("trees/b"), at("trees/link")).unwrap();
        places();
        symlink(at("trees"), at("door")).unwrap();
        places();
        fs::rename(at("trees"), at("moved")).unwrap();
        places();
        symlink(at("moved"), at("trees")).unwrap();
        places();
        fs::remove_dir(at("moved/a")).unwrap();
        symlink(at("more"), at("moved/a")).unwrap();
        places();
    }
}
