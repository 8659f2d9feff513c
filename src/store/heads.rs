//! The threads of a Codex home by their heads alone: who they are and where they work, without what they were billed.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::slice;

use crate::codex_home::CodexHome;
use crate::error::Result;
use crate::rollout::discover::{RolloutFile, Scope, Skipped, discover};
use crate::rollout::head::read_head;
use crate::rollout::meta::SessionMeta;
use crate::rollout::workspace::resolve;
use crate::store::parallel;
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
    /// What could not be read, or is no rollout.
    pub skipped: Vec<Skipped>,
}

/// Reads the head of every rollout of a home.
///
/// # Errors
///
/// When the home cannot be read.
pub fn read_heads(home: &CodexHome, scope: Scope) -> Result<Heads> {
    let found = discover(home, scope)?;
    let metas =
        parallel::map(&found.files, || (), |(), file| read_head(&file.path, file.compressed));
    let mut heads = Heads { heads: Vec::with_capacity(found.files.len()), skipped: found.skipped };
    for (file, meta) in found.files.into_iter().zip(metas) {
        let reason = match meta {
            Some(Ok(Some(meta))) => {
                heads.heads.push(Head::new(file, meta));
                continue;
            }
            Some(Ok(None)) => "no session_meta at its beginning".to_owned(),
            Some(Err(error)) => error.reason(),
            None => "reading it failed unexpectedly".to_owned(),
        };
        heads.skipped.push(Skipped { path: file.path, reason });
    }
    Ok(heads)
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
    let mut wanted: HashMap<PathBuf, Vec<usize>> = HashMap::new();
    for (at, workspace) in workspaces.iter().enumerate() {
        wanted.entry(resolve(workspace.as_ref())).or_default().push(at);
    }
    let mut found = vec![None; workspaces.len()];
    let mut resolved: HashMap<String, PathBuf> = HashMap::new();
    let rollouts = match discover(home, Scope::Active) {
        Err(error) if error.is_not_found() => return Ok(found),
        rollouts => rollouts?,
    };
    // Newest first, so that the search ends with the last match; what cannot be read is nobody's.
    for file in rollouts.files {
        if wanted.is_empty() {
            break;
        }
        let Ok(Some(meta)) = read_head(&file.path, file.compressed) else { continue };
        let head = Head::new(file, meta);
        let Some(cwd) = head.meta.cwd.as_ref().filter(|_| head.kind != ThreadKind::Subagent) else {
            continue;
        };
        // The disk is asked once for each distinct directory.
        let path = match resolved.get(cwd) {
            Some(path) => path,
            None if Path::new(cwd).is_absolute() => {
                resolved.entry(cwd.clone()).or_insert_with(|| resolve(Path::new(cwd)))
            }
            None => continue,
        };
        for at in wanted.remove(path).into_iter().flatten() {
            if let Some(slot) = found.get_mut(at) {
                *slot = Some(head.clone());
            }
        }
    }
    Ok(found)
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
