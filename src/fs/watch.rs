//! The watcher of directories: it makes the refresh of a home in which nothing has happened cost nothing.
//!
//! An append does not change the directory of a rollout, so that without events every file has to be asked for. Events
//! are believed only where they are known to come: on file systems of this machine, and for files with one name.
//! A walk answers what is unclear: a queue that overflowed, a directory that came or went.

#[cfg(target_os = "linux")]
pub use linux::Watcher;

/// The events since the last time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drained {
    /// These names may have changed, each in its directory.
    Names(Vec<(usize, String)>),
    /// Something for which the home has to be walked.
    Lost,
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::HashMap;
    use std::mem::MaybeUninit;
    use std::os::fd::OwnedFd;
    use std::path::Path;

    use rustix::fs::inotify::{CreateFlags, ReadFlags, Reader, WatchFlags, add_watch, init};
    use rustix::fs::statfs;
    use rustix::io::Errno;

    use super::Drained;

    /// Room for the events that are taken from the kernel at a time, in bytes.
    const BUFFER: usize = 16 * 1024;

    /// The file systems on which every change is made by this kernel: ext2 to 4, XFS, Btrfs, F2FS, tmpfs, overlayfs,
    /// ZFS, bcachefs, ramfs.
    const LOCAL: [u64; 9] = [
        0xef53,
        0x5846_5342,
        0x9123_683e,
        0xf2f5_2010,
        0x0102_1994,
        0x794c_7630,
        0x2fc1_2fc1,
        0xca45_1a4e,
        0x8584_58f6,
    ];

    /// A queue of events.
    #[derive(Debug)]
    pub struct Watcher {
        queue: OwnedFd,
        directories: HashMap<i32, usize>,
        is_lost: bool,
    }

    impl Watcher {
        /// A queue without directories; `None` where the system has none to give.
        #[must_use]
        pub fn new() -> Option<Self> {
            let queue = init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).ok()?;
            Some(Self { queue, directories: HashMap::new(), is_lost: false })
        }

        /// Watches a directory, which is called `at`; one that is not there is no loss, its parent tells of it.
        pub fn watch(&mut self, at: usize, path: &Path) {
            if self.is_lost {
                return;
            }
            let wanted = WatchFlags::CREATE
                | WatchFlags::DELETE
                | WatchFlags::MOVED_FROM
                | WatchFlags::MOVED_TO
                | WatchFlags::MODIFY
                | WatchFlags::ATTRIB
                | WatchFlags::DELETE_SELF
                | WatchFlags::MOVE_SELF
                | WatchFlags::ONLYDIR;
            match add_watch(&self.queue, path, wanted) {
                Ok(watch) => {
                    self.directories.insert(watch, at);
                    self.is_lost |= !is_local(path);
                }
                Err(Errno::NOENT) => {}
                Err(_) => self.is_lost = true,
            }
        }

        /// Tells that an event was lost, so that none can be believed.
        #[must_use]
        pub fn is_lost(&self) -> bool {
            self.is_lost
        }

        /// Takes the events since the last time.
        pub fn drain(&mut self) -> Drained {
            let mut names: Vec<(usize, String)> = Vec::new();
            let mut buffer = [MaybeUninit::uninit(); BUFFER];
            let mut reader = Reader::new(&self.queue, &mut buffer);
            while !self.is_lost {
                let event = match reader.next() {
                    Ok(event) => event,
                    Err(Errno::INTR) => continue,
                    Err(Errno::WOULDBLOCK) => {
                        names.sort_unstable();
                        names.dedup();
                        return Drained::Names(names);
                    }
                    Err(_) => break,
                };
                let known = self.directories.get(&event.wd());
                let name = event.file_name().map(|name| name.to_str());
                match (known, name) {
                    (Some(&at), Some(Ok(name))) if !event.events().contains(ReadFlags::ISDIR) => {
                        let is_new = names.last().is_none_or(|last| last.0 != at || last.1 != name);
                        if is_new {
                            names.push((at, name.to_owned()));
                        }
                    }
                    _ => self.is_lost = true,
                }
            }
            self.is_lost = true;
            Drained::Lost
        }
    }

    /// Tells whether every change of the directory is made by this kernel.
    fn is_local(path: &Path) -> bool {
        statfs(path)
            .is_ok_and(|stat| u64::try_from(stat.f_type).is_ok_and(|kind| LOCAL.contains(&kind)))
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use std::fs;

        #[test]
        fn every_change_is_told_once() {
            let dir = tempfile::tempdir().unwrap();
            let mut watcher = Watcher::new().unwrap();
            watcher.watch(7, dir.path());
            let path = |name| dir.path().join(name);
            assert_eq!(watcher.drain(), Drained::Names(vec![]));
            fs::write(path("a.jsonl"), "1").unwrap();
            assert_eq!(watcher.drain(), Drained::Names(vec![(7, "a.jsonl".to_owned())]));
            fs::rename(path("a.jsonl"), path("b.jsonl")).unwrap();
            let both = vec![(7, "a.jsonl".to_owned()), (7, "b.jsonl".to_owned())];
            assert_eq!(watcher.drain(), Drained::Names(both));
            fs::remove_file(path("b.jsonl")).unwrap();
            assert_eq!(watcher.drain(), Drained::Names(vec![(7, "b.jsonl".to_owned())]));
            assert!(!watcher.is_lost());
        }

        #[test]
        fn a_directory_that_comes_or_goes_is_a_reason_to_walk() {
            let dir = tempfile::tempdir().unwrap();
            let mut watcher = Watcher::new().unwrap();
            watcher.watch(0, dir.path());
            fs::create_dir(dir.path().join("12")).unwrap();
            assert_eq!(watcher.drain(), Drained::Lost);
            let mut watcher = Watcher::new().unwrap();
            watcher.watch(0, &dir.path().join("12"));
            fs::remove_dir(dir.path().join("12")).unwrap();
            assert_eq!(watcher.drain(), Drained::Lost);
        }
    }
}

#[cfg(not(target_os = "linux"))]
pub use elsewhere::Watcher;

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use std::path::Path;

    use super::Drained;

    /// There are none: every refresh is a walk.
    #[derive(Debug)]
    pub struct Watcher;

    impl Watcher {
        /// None.
        #[must_use]
        pub fn new() -> Option<Self> {
            None
        }

        /// Nothing.
        pub fn watch(&mut self, _at: usize, _path: &Path) {}

        /// Yes.
        #[must_use]
        pub fn is_lost(&self) -> bool {
            true
        }

        /// Nothing.
        pub fn drain(&mut self) -> Drained {
            Drained::Lost
        }
    }
}
