//! Finds the rollouts of workspaces: reads every head that may be theirs, and no more of anything than it takes.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};
use std::slice;

use crate::error::Result;
use crate::fs::open::modified_ms;
use crate::index::catalog::walk::{Passing, Scope, Visitor, walk};
use crate::index::reading::heads::{HeadFacts, Texts, ThreadHead};
use crate::index::reading::settled::{Gone, follow, read_settled};
use crate::ledger::threads::ThreadKind;
use crate::rollout::codex_home::CodexHome;
use crate::rollout::file::Skipped;
use crate::rollout::file::{RolloutFile, newest_first};
use crate::rollout::head::HeadReader;
use crate::rollout::record::session_meta::SessionMeta;
use crate::rollout::workspace::Resolver;

/// A rollout and its head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The file.
    pub file: RolloutFile,
    /// Its `session_meta`, as far as it was read.
    pub meta: SessionMeta,
    /// The thread: the `session_meta`'s id, else the file name's.
    pub thread_id: String,
    /// How the thread came to be, as far as its head tells.
    pub kind: ThreadKind,
}

impl Head {
    /// The head of `file`.
    #[must_use]
    pub fn new(file: RolloutFile, meta: SessionMeta) -> Self {
        let thread_id = meta.id.clone().unwrap_or_else(|| file.thread_id().to_owned());
        let kind = ThreadKind::of_meta(&meta);
        Self { file, meta, thread_id, kind }
    }
}

impl From<Head> for ThreadHead {
    fn from(head: Head) -> Self {
        let facts = HeadFacts::new(&head.meta, &head.file, &mut Texts::new());
        Self { file: head.file, facts }
    }
}

/// Finds the rollout that a session in `workspace` resumes: the most recently written root or fork that began there.
/// Never a subagent, whose rollout has the same directory and may be newer. A home that is not there yet has none.
///
/// # Errors
///
/// When the home is there and cannot be read.
pub fn find_rollout(home: &CodexHome, workspace: &Path) -> Result<Option<Head>> {
    Ok(find_rollouts(home, slice::from_ref(&workspace))?.pop().flatten())
}

/// The same for many workspaces, in their order, with one look at the home.
///
/// # Errors
///
/// When the home is there and cannot be read.
pub fn find_rollouts<P: AsRef<Path>>(
    home: &CodexHome,
    workspaces: &[P],
) -> Result<Vec<Option<Head>>> {
    match Search::new(workspaces).through(home) {
        Err(error) if error.is_not_found() => Ok(workspaces.iter().map(|_| None).collect()),
        found => found,
    }
}

/// The workspaces that are asked for.
#[derive(Default)]
struct Workspaces {
    /// Which answers a directory is asked for by.
    wanted: HashMap<PathBuf, Vec<usize>>,
    /// The same by its spellings in rollouts: the disk is asked once for each.
    known: HashMap<String, Vec<usize>>,
    disk: Resolver,
}

impl Workspaces {
    fn new<P: AsRef<Path>>(asked: &[P]) -> Self {
        let mut workspaces = Self::default();
        for (at, workspace) in asked.iter().enumerate() {
            let path = workspaces.disk.resolve(workspace.as_ref());
            workspaces.wanted.entry(path).or_default().push(at);
        }
        workspaces
    }

    /// Which answers a thread is that began in `cwd`.
    fn answers(&mut self, cwd: &str) -> &[usize] {
        // Twice, because what is borrowed once and returned stays borrowed where it is not.
        if !self.known.contains_key(cwd) {
            let path = Path::new(cwd);
            let answers = path.is_absolute().then(|| self.wanted.get(&self.disk.resolve(path)));
            self.known.insert(cwd.to_owned(), answers.flatten().cloned().unwrap_or_default());
        }
        self.known.get(cwd).map(Vec::as_slice).unwrap_or_default()
    }
}

/// A search for the rollouts of some workspaces.
struct Search {
    workspaces: Workspaces,
    found: Vec<Option<Head>>,
    missing: usize,
    heads: HeadReader,
}

impl Search {
    fn new<P: AsRef<Path>>(asked: &[P]) -> Self {
        Self {
            workspaces: Workspaces::new(asked),
            found: vec![None; asked.len()],
            missing: asked.len(),
            heads: HeadReader::default(),
        }
    }

    /// Looks at the rollouts of a home as a walk passes them: a file is opened for least while its directory is open,
    /// and of ten thousand that are nobody's nothing has to be remembered.
    fn through(mut self, home: &CodexHome) -> Result<Vec<Option<Head>>> {
        let mut passed = Passed::new(&mut self);
        walk(home, Scope::Active, &mut passed)?;
        let (repeated, gone) = (passed.has_repeated(), passed.gone);
        if repeated {
            // Which form of a rollout counts, only the whole list can tell.
            self.missing = self.found.len();
            self.found.fill(None);
            read_settled(home, Scope::Active, |files| self.read(files))?;
        } else {
            follow(home, Scope::Active, gone, |files| self.read(files))?;
        }
        Ok(self.found)
    }

    /// Reads the heads of `files`, newest first; gives those that were not there any more. What cannot be read is
    /// nobody's.
    fn read(&mut self, files: Vec<RolloutFile>) -> Gone {
        let mut gone = Gone::new();
        for file in files {
            if !self.may_count(file.modified_ms) {
                continue;
            }
            let workspaces = &mut self.workspaces;
            let skip = |cwd: &str| workspaces.answers(cwd).is_empty();
            match self.heads.read_unless(&file.path, file.compressed, skip) {
                Ok(Some(meta)) => self.take(&Head::new(file, meta)),
                Err(error) if error.is_not_found() => {
                    gone.insert(file.stem, file.path);
                }
                Ok(None) | Err(_) => {}
            }
        }
        gone
    }

    /// Reads the head of a rollout that a walk passes, unless it is nobody's.
    fn pass(&mut self, rollout: &Passing<'_>) -> io::Result<()> {
        let Passing { name, archived, .. } = *rollout;
        // While some have none yet every head must be read, and the times of the others do not matter.
        if self.missing == 0 && !self.may_count(rollout.state()?.modified_ms) {
            return Ok(());
        }
        let file = rollout.open()?;
        let workspaces = &mut self.workspaces;
        let skip = |cwd: &str| workspaces.answers(cwd).is_empty();
        let head = self.heads.read_opened_unless(&file, name.compressed, skip)?;
        let Some(meta) = head else { return Ok(()) };
        let metadata = file.metadata()?;
        let file = RolloutFile {
            path: rollout.path(),
            stem: name.stem.to_owned(),
            archived,
            compressed: name.compressed,
            size: metadata.len(),
            modified_ms: modified_ms(&metadata),
        };
        self.take(&Head::new(file, meta));
        Ok(())
    }

    /// Whether a rollout that was written then may be an answer.
    fn may_count(&self, written_ms: i64) -> bool {
        let older = |head: &Head| head.file.modified_ms <= written_ms;
        self.missing > 0 || self.found.iter().flatten().any(older)
    }

    fn take(&mut self, head: &Head) {
        let Some(cwd) = head.meta.cwd.as_ref().filter(|_| head.kind != ThreadKind::Subagent) else {
            return;
        };
        for &at in self.workspaces.answers(cwd) {
            let Some(slot) = self.found.get_mut(at) else { continue };
            match slot {
                None => self.missing -= 1,
                Some(older) if newest_first(&head.file, &older.file).is_lt() => {}
                Some(_) => continue,
            }
            *slot = Some(head.clone());
        }
    }
}

/// What a search sees of a walk.
struct Passed<'s> {
    search: &'s mut Search,
    hasher: RandomState,
    /// The rollouts by their stems. Two that only hash alike cost a second look, and no more.
    stems: Vec<u64>,
    gone: Gone,
}

impl<'s> Passed<'s> {
    fn new(search: &'s mut Search) -> Self {
        Self { search, hasher: RandomState::new(), stems: Vec::new(), gone: Gone::new() }
    }

    /// Whether a rollout was passed twice: in two forms, or while it moved.
    fn has_repeated(&mut self) -> bool {
        self.stems.sort_unstable();
        self.stems.windows(2).any(|two| matches!(two, [one, other] if one == other))
    }
}

impl Visitor for Passed<'_> {
    fn rollout(&mut self, rollout: &Passing<'_>) {
        self.stems.push(self.hasher.hash_one(rollout.name.stem));
        match self.search.pass(rollout) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.gone.insert(rollout.name.stem.to_owned(), rollout.path());
            }
            // What cannot be read is nobody's.
            Ok(()) | Err(_) => {}
        }
    }

    fn skip(&mut self, _: Skipped) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::time::{Duration, UNIX_EPOCH};

    struct Home(tempfile::TempDir);

    impl Home {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn home(&self) -> CodexHome {
            CodexHome::new(self.0.path())
        }

        fn rollout(&self, name: &str, first_line: &str, written: u64) -> PathBuf {
            self.rollout_on("2026/01/02", name, first_line, written)
        }

        fn rollout_on(&self, day: &str, name: &str, first_line: &str, written: u64) -> PathBuf {
            let path = self.0.path().join("sessions").join(day).join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, format!("{first_line}\n")).unwrap();
            let time = UNIX_EPOCH + Duration::from_secs(written);
            fs::File::options().append(true).open(&path).unwrap().set_modified(time).unwrap();
            path
        }
    }

    fn meta(id: &str, cwd: &str, rest: &str) -> String {
        format!(r#"{{"type":"session_meta","payload":{{"id":"{id}","cwd":"{cwd}"{rest}}}}}"#)
    }

    #[test]
    fn the_newest_root_or_fork_of_a_workspace_is_found_and_never_a_subagent() {
        let home = Home::new();
        home.rollout("a.jsonl", &meta("a", "/home/dev/x", ""), 1000);
        let fork =
            home.rollout("b.jsonl", &meta("b", "/home/dev/x/", r#","forked_from_id":"a""#), 2000);
        home.rollout("c.jsonl", &meta("c", "/home/dev/y", ""), 3000);
        home.rollout(
            "d.jsonl",
            &meta("d", "/home/dev/x", r#","source":{"subagent":"review"}"#),
            4000,
        );
        home.rollout("e.jsonl", "not a record", 5000);
        let found = find_rollout(&home.home(), Path::new("/home/dev/x")).unwrap().unwrap();
        assert_eq!((found.file.path, found.kind), (fork, ThreadKind::Fork));
        assert_eq!(find_rollout(&home.home(), Path::new("/home/dev/z")).unwrap(), None);
        let none = CodexHome::new(home.0.path().join("none"));
        assert_eq!(find_rollout(&none, Path::new("/home/dev/x")).unwrap(), None);

        let asked = ["/home/dev/z", "/home/dev/y", "/home/dev/x", "/home/dev/x/"].map(Path::new);
        let ids: Vec<_> = find_rollouts(&home.home(), &asked)
            .unwrap()
            .into_iter()
            .map(|head| head.map(|head| head.thread_id))
            .collect();
        assert_eq!(ids, [None, Some("c".into()), Some("b".into()), Some("b".into())]);
    }

    #[test]
    fn an_old_thread_that_was_resumed_is_newer_than_those_that_began_later() {
        let home = Home::new();
        let resumed = home.rollout_on("2025/01/02", "a.jsonl", &meta("a", "/home/dev/x", ""), 3000);
        home.rollout_on("2026/01/02", "b.jsonl", &meta("b", "/home/dev/x", ""), 2000);
        home.rollout_on("2026/01/03", "c.jsonl", &meta("c", "/home/dev/x", ""), 1000);
        let found = find_rollout(&home.home(), Path::new("/home/dev/x")).unwrap().unwrap();
        assert_eq!((found.file.path, found.file.modified_ms), (resumed, 3_000_000));
    }

    #[test]
    fn a_plain_rollout_is_preferred_to_a_newer_compressed_form_of_it() {
        let home = Home::new();
        let line = meta("a", "/home/dev/x", "");
        let plain = home.rollout_on("2025/01/02", "a.jsonl", &line, 1000);
        let other = home.rollout_on("2025/01/02", "b.jsonl", &meta("b", "/home/dev/x", ""), 2000);
        let packed = home.rollout_on("2026/01/02", "a.jsonl.zst", "", 3000);
        fs::write(&packed, zstd::encode_all(format!("{line}\n").as_bytes(), 3).unwrap()).unwrap();
        let find = || find_rollout(&home.home(), Path::new("/home/dev/x")).unwrap().unwrap();
        assert_eq!(find().file.path, other);
        fs::remove_file(plain).unwrap();
        assert_eq!((find().file.path, find().thread_id), (packed, "a".to_owned()));
    }
}
