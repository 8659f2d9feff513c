//! The threads of a Codex home by their heads alone: who they are and where they work, without what they were billed.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::slice;

use crate::codex_home::CodexHome;
use crate::error::Result;
use crate::rollout::discover::{RolloutFile, Scope, Skipped, newest_first};
use crate::rollout::head::{read_head, read_head_unless};
use crate::rollout::meta::SessionMeta;
use crate::rollout::workspace::Resolver;
use crate::store::parallel;
use crate::store::settled::{Gone, read_settled};
use crate::usage::tree::ThreadKind;

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
    fn new(file: RolloutFile, meta: SessionMeta) -> Self {
        let thread_id = meta.id.clone().unwrap_or_else(|| file.thread_id().to_owned());
        let kind = ThreadKind::of_meta(&meta);
        Self { file, meta, thread_id, kind }
    }
}

/// The heads of a home.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Heads {
    /// One a rollout, newest first.
    pub heads: Vec<Head>,
    /// Rollouts without a `session_meta` that could be read.
    pub headless: Vec<RolloutFile>,
    /// What could not be read, or is no rollout; the headless ones too.
    pub skipped: Vec<Skipped>,
}

/// Reads the head of every rollout of a home.
///
/// # Errors
///
/// When the home cannot be read.
pub fn read_heads(home: &CodexHome, scope: Scope) -> Result<Heads> {
    let mut heads = Heads::default();
    let skipped = read_settled(home, scope, |files| read_some(files, &mut heads))?;
    heads.skipped.extend(skipped);
    heads.skipped.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    heads.heads.sort_by(|a, b| newest_first(&a.file, &b.file));
    Ok(heads)
}

/// Reads the heads of `files` into `heads`; gives those that were not there any more.
fn read_some(files: Vec<RolloutFile>, heads: &mut Heads) -> Gone {
    let metas = parallel::map(&files, || (), |(), file| read_head(&file.path, file.compressed));
    let mut gone = Gone::new();
    for (file, meta) in files.into_iter().zip(metas) {
        let reason = match meta {
            Some(Ok(Some(meta))) => {
                heads.heads.push(Head::new(file, meta));
                continue;
            }
            Some(Err(error)) if error.is_not_found() => {
                gone.insert(file.stem, file.path);
                continue;
            }
            Some(Ok(None)) => "no session_meta at its beginning".to_owned(),
            Some(Err(error)) => error.reason(),
            None => "reading it failed unexpectedly".to_owned(),
        };
        heads.skipped.push(Skipped { path: file.path.clone(), reason });
        heads.headless.push(file);
    }
    gone
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
    let mut search = Search::new(workspaces);
    match read_settled(home, Scope::Active, |files| search.read(files)) {
        Err(error) if !error.is_not_found() => Err(error),
        _ => Ok(search.found),
    }
}

/// A search for the rollouts of some workspaces.
struct Search {
    /// Which answers a directory is asked for by.
    wanted: HashMap<PathBuf, Vec<usize>>,
    found: Vec<Option<Head>>,
    missing: usize,
    /// The disk is asked once for each distinct directory.
    resolved: HashMap<String, PathBuf>,
    disk: Resolver,
}

impl Search {
    fn new<P: AsRef<Path>>(workspaces: &[P]) -> Self {
        let mut disk = Resolver::default();
        let mut wanted: HashMap<PathBuf, Vec<usize>> = HashMap::new();
        for (at, workspace) in workspaces.iter().enumerate() {
            wanted.entry(disk.resolve(workspace.as_ref())).or_default().push(at);
        }
        let missing = workspaces.len();
        Self { wanted, found: vec![None; missing], missing, resolved: HashMap::new(), disk }
    }

    /// Reads the heads of `files`, newest first; gives those that were not there any more. What cannot be read is
    /// nobody's.
    fn read(&mut self, files: Vec<RolloutFile>) -> Gone {
        let mut gone = Gone::new();
        for file in files {
            if self.missing == 0 && !self.is_newer(&file) {
                break;
            }
            match read_head_unless(&file.path, file.compressed, |cwd| self.is_elsewhere(cwd)) {
                Ok(Some(meta)) => self.take(&Head::new(file, meta)),
                Err(error) if error.is_not_found() => {
                    gone.insert(file.stem, file.path);
                }
                Ok(None) | Err(_) => {}
            }
        }
        gone
    }

    /// Whether a directory is known to be none of those that are asked for.
    fn is_elsewhere(&self, cwd: &str) -> bool {
        self.resolved.get(cwd).is_some_and(|path| !self.wanted.contains_key(path))
    }

    /// Whether a file is newer than one that was found: one that moved may be.
    fn is_newer(&self, file: &RolloutFile) -> bool {
        self.found.iter().flatten().any(|head| newest_first(file, &head.file).is_lt())
    }

    fn take(&mut self, head: &Head) {
        let Some(cwd) = head.meta.cwd.as_ref().filter(|_| head.kind != ThreadKind::Subagent) else {
            return;
        };
        let path = match self.resolved.get(cwd) {
            Some(path) => path,
            None if Path::new(cwd).is_absolute() => {
                let disk = &mut self.disk;
                self.resolved.entry(cwd.clone()).or_insert_with(|| disk.resolve(Path::new(cwd)))
            }
            None => return,
        };
        for &at in self.wanted.get(path).into_iter().flatten() {
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
            let path = self.0.path().join("sessions/2026/01/02").join(name);
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
    fn a_file_that_is_no_rollout_is_named_and_loses_nothing_else() {
        let home = Home::new();
        home.rollout("a.jsonl", &meta("a", "/home/dev/x", ""), 1000);
        let other = home.rollout("b.jsonl", "not a record", 2000);
        let heads = read_heads(&home.home(), Scope::All).unwrap();
        assert_eq!(
            heads.heads.iter().map(|head| head.thread_id.as_str()).collect::<Vec<_>>(),
            ["a"]
        );
        let reason = "no session_meta at its beginning".to_owned();
        assert_eq!(heads.skipped, [Skipped { path: other, reason }]);
    }
}
