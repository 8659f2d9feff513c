//! The real paths of the directories in which threads began, remembered: asking the disk for each of thousands at every
//! refresh would cost more than the refresh itself.
//!
//! A name becomes a link, or stops being one, only when the directory that it lies in changes, so that one question for
//! each directory that holds some of them is enough. Where a link leads is asked every time.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::fs::disk;
use crate::fs::file_stamp::{FileStamp, Timestamp};
use crate::rollout::drive::{is_network, without_verbatim};
use crate::rollout::workspace::{Resolver, normalize};

/// No system takes a longer path, in bytes. A `cwd` may say anything, and to ask for each directory on the way of a
/// longer one would cost its length squared.
const MAX_PATH: usize = 4096;

/// Directories by the way they are written, and where they are.
#[derive(Debug, Default)]
pub struct Workspaces {
    known: HashMap<Arc<str>, Place>,
    by_place: HashMap<PathBuf, Vec<Arc<str>>>,
    /// The directories that hold some of them, and those above, which come first.
    ways: BTreeMap<PathBuf, Way>,
    /// The number of directories that are asked for every time.
    unsteady: usize,
    version: Option<u64>,
}

#[derive(Debug, PartialEq, Eq)]
struct Place {
    path: PathBuf,
    /// True if it is a link, or the disk did not answer.
    is_unsteady: bool,
}

impl Place {
    /// Finds a directory, in the thread of a [`disk`].
    fn find(path: &Path, resolver: &mut Resolver) -> Self {
        let is_workspace = resolver.is_workspace(path);
        let place = if is_workspace { resolver.resolve(path) } else { PathBuf::new() };
        let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
        Self { path: place, is_unsteady: is_link }
    }
}

/// A directory on the way.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Way {
    /// Device and inode: another directory has other directories in it.
    which: Option<(u64, u64)>,
    /// Its target, if it is a link.
    target: Option<PathBuf>,
    /// The time when a name in it last changed; `None` when one may have changed since without a sign.
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

    /// All of them; one whose disk does not answer is not there.
    fn ask_all(paths: Vec<PathBuf>) -> impl Iterator<Item = Self> {
        disk::ask_all(paths, || Self::ask).into_iter().map(Option::unwrap_or_default)
    }

    /// Tells whether names in it may lead elsewhere than `before`.
    fn has_changed_since(&self, before: &Self) -> bool {
        self.changed.is_none() && self.which.is_some() || self.changed != before.changed
    }
}

/// Tells whether the disk is asked about a directory.
fn is_asked(cwd: &str) -> bool {
    cwd.len() <= MAX_PATH && !is_network(Path::new(cwd))
}

impl Workspaces {
    /// Brings up to date where those are that are known.
    pub fn refresh(&mut self) {
        let mut moved: HashSet<PathBuf> = HashSet::new();
        let mut changed: HashSet<PathBuf> = HashSet::new();
        let paths: Vec<PathBuf> = self.ways.keys().cloned().collect();
        for ((path, before), now) in self.ways.iter_mut().zip(Way::ask_all(paths)) {
            if (now.which, &now.target) != (before.which, &before.target) {
                moved.insert(path.clone());
            } else if now.has_changed_since(before) {
                changed.insert(path.clone());
            }
            *before = now;
        }
        if moved.is_empty() && changed.is_empty() && self.unsteady == 0 {
            return;
        }
        let is_outdated = |cwd: &str, place: &Place| {
            if !is_asked(cwd) {
                return false;
            }
            let mut ways = Path::new(cwd).ancestors().skip(1);
            place.is_unsteady
                || ways.next().is_some_and(|way| changed.contains(way) || moved.contains(way))
                || (!moved.is_empty() && ways.any(|way| moved.contains(way)))
        };
        let outdated = self.known.iter().filter(|(cwd, place)| is_outdated(cwd, place));
        self.resolve(outdated.map(|(cwd, _)| Arc::clone(cwd)).collect());
    }

    /// The version of the directories that were learned.
    #[must_use]
    pub fn version(&self) -> Option<u64> {
        self.version
    }

    /// Learns where `cwds` are, which are those of a version. What is not absolute is nowhere.
    pub fn learn(&mut self, version: Option<u64>, cwds: impl IntoIterator<Item = Arc<str>>) {
        let is_new = |cwd: &Arc<str>| !self.known.contains_key(cwd);
        let new: Vec<Arc<str>> = cwds.into_iter().filter(is_new).collect();
        self.resolve(new);
        self.version = version;
    }

    fn resolve(&mut self, cwds: Vec<Arc<str>>) {
        if cwds.is_empty() {
            return;
        }
        // The system knows no path that is too long, and nobody is asked over the network: they are where they say.
        let (mut cwds, others): (Vec<_>, Vec<_>) = cwds.into_iter().partition(|cwd| is_asked(cwd));
        let resolver = Resolver::default();
        for cwd in others {
            let path = PathBuf::from(&*cwd);
            let is_workspace = resolver.is_workspace(&path);
            let path = if is_workspace { without_verbatim(path) } else { PathBuf::new() };
            self.put(cwd, Place { path, is_unsteady: false });
        }
        cwds.sort_unstable();
        self.learn_ways(&cwds);
        let paths = cwds.iter().map(|cwd| PathBuf::from(&**cwd)).collect();
        let places = disk::ask_all(paths, || {
            let mut resolver = Resolver::on_this_thread();
            move |path: &Path| Place::find(path, &mut resolver)
        });
        for (cwd, place) in cwds.into_iter().zip(places) {
            let path = || normalize(Path::new(&*cwd));
            let place = place.unwrap_or_else(|| Place { path: path(), is_unsteady: true });
            self.put(cwd, place);
        }
        self.unsteady = self.known.values().filter(|place| place.is_unsteady).count();
    }

    fn learn_ways(&mut self, cwds: &[Arc<str>]) {
        let mut new: BTreeMap<PathBuf, Way> = BTreeMap::new();
        for cwd in cwds {
            for way in Path::new(&**cwd).ancestors().skip(1).filter(|way| way.is_absolute()) {
                if self.ways.contains_key(way) || new.contains_key(way) {
                    break;
                }
                new.insert(way.to_owned(), Way::default());
            }
        }
        let paths: Vec<PathBuf> = new.into_keys().collect();
        self.ways.extend(paths.clone().into_iter().zip(Way::ask_all(paths)));
    }

    fn put(&mut self, cwd: Arc<str>, place: Place) {
        if let Some(before) = self.known.get(&cwd) {
            if before.path == place.path {
                self.known.insert(cwd, place);
                return;
            }
            if let Some(cwds) = self.by_place.get_mut(&before.path) {
                cwds.retain(|one| *one != cwd);
            }
        }
        self.by_place.entry(place.path.clone()).or_default().push(Arc::clone(&cwd));
        self.known.insert(cwd, place);
    }

    /// The place of a directory that is asked about.
    pub fn place_of(&mut self, workspace: &Path) -> PathBuf {
        let written = workspace.to_str().filter(|written| is_asked(written));
        let Some(written) = written.filter(|_| workspace.is_absolute()) else {
            return Resolver::default().resolve(workspace);
        };
        if !self.known.contains_key(written) {
            self.resolve(vec![Arc::from(written)]);
        }
        self.known.get(written).map(|place| place.path.clone()).unwrap_or_default()
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
            workspaces.refresh();
            workspaces.learn(Some(version), cwds.iter().cloned());
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
