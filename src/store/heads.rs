//! The threads of a Codex home by their heads alone: who they are and where they work, without what they were billed.

use crate::codex_home::CodexHome;
use crate::error::Result;
use crate::rollout::discover::{RolloutFile, Scope, Skipped, newest_first};
use crate::rollout::head::HeadReader;
use crate::rollout::meta::SessionMeta;
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
    /// The head of `file`.
    #[must_use]
    pub fn new(file: RolloutFile, meta: SessionMeta) -> Self {
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
    let metas = parallel::map(&files, HeadReader::default, |reader, file| {
        reader.read(&file.path, file.compressed)
    });
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::PathBuf;
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
