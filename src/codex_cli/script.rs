//! The Codex behind a script of the user's, such as `exec codex -p work "$@"`.
//!
//! Codex takes a profile only where a session runs: what such a script is asked of itself (its server, its list of
//! models) it refuses, so the program that it becomes is asked.

use std::fs;
use std::path::{Path, PathBuf};

use crate::codex_cli::search::Search;
use crate::session::codex_process::programs_behind;

/// The program that a script becomes; `None` for a program, and where nothing of that name is there.
#[must_use]
pub fn program_behind(binary: &Path) -> Option<PathBuf> {
    let own = fs::canonicalize(binary).ok()?;
    let search = Search::from_env();
    programs_behind(binary).into_iter().find_map(|name| {
        let mut places = if name.contains('/') {
            vec![PathBuf::from(name)]
        } else {
            search.all_on_path(&name).collect()
        };
        places.retain(|path| path.is_absolute());
        places.into_iter().find(|path| fs::canonicalize(path).is_ok_and(|real| real != own))
    })
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("codex");
        fs::write(&path, text).unwrap();
        (dir, path)
    }

    #[test]
    fn names_what_a_script_execs() {
        let (_dir, script) = written("#!/bin/sh\nexec /bin/sh -p work \"$@\"\n");
        assert_eq!(program_behind(&script), Some(PathBuf::from("/bin/sh")));
        let (_dir, script) = written("#!/bin/sh\nX=1 exec env sh -p work \"$@\"\n");
        let found = program_behind(&script).unwrap();
        assert_eq!(found.file_name().unwrap(), "sh");
    }

    #[test]
    fn a_program_and_a_script_that_becomes_itself_have_nothing_behind_them() {
        assert_eq!(program_behind(Path::new("/bin/sh")), None);
        let (_dir, script) = written("#!/bin/sh\nexec /nowhere/codex \"$@\"\n");
        assert_eq!(program_behind(&script), None);
        let (dir, script) = written("");
        fs::write(&script, format!("#!/bin/sh\nexec {} \"$@\"\n", script.display())).unwrap();
        assert_eq!(program_behind(&dir.path().join("codex")), None);
    }
}
