//! Whether two paths are the same workspace: a link and its target are, and so are `dir` and `dir/`.

use std::collections::HashMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// The one path that a workspace has, whatever way it is spelled.
///
/// Links are resolved as far as the path exists: a worktree that was removed still compares equal to itself.
#[must_use]
pub fn resolve(path: &Path) -> PathBuf {
    let path = normalize(path);
    for ancestor in path.ancestors() {
        if let Ok(real) = fs::canonicalize(ancestor) {
            return path.strip_prefix(ancestor).map_or(real.clone(), |rest| {
                if rest.as_os_str().is_empty() { real } else { real.join(rest) }
            });
        }
    }
    path
}

/// Makes a path absolute and takes `.` and trailing slashes out; `..` stays, since only the disk knows what a link's
/// parent is.
fn normalize(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    absolute.components().filter(|part| !matches!(part, Component::CurDir)).collect()
}

/// Compares many paths with one workspace, and asks the disk once for each distinct one.
#[derive(Debug)]
pub struct WorkspaceMatcher {
    resolved: PathBuf,
    known: HashMap<String, bool>,
}

impl WorkspaceMatcher {
    /// A matcher for `workspace`.
    #[must_use]
    pub fn new(workspace: &Path) -> Self {
        Self { resolved: resolve(workspace), known: HashMap::new() }
    }

    /// Whether `cwd` is the workspace.
    pub fn matches(&mut self, cwd: &str) -> bool {
        if let Some(&known) = self.known.get(cwd) {
            return known;
        }
        let path = Path::new(cwd);
        let matches =
            path.is_absolute() && (path == self.resolved || resolve(path) == self.resolved);
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
    fn a_workspace_that_is_gone_still_equals_itself() {
        let dir = tempfile::tempdir().unwrap();
        let gone = dir.path().join("gone/deep");
        assert!(WorkspaceMatcher::new(&gone).matches(gone.join("").to_str().unwrap()));
        assert!(!WorkspaceMatcher::new(&gone).matches(dir.path().join("gone").to_str().unwrap()));
    }

    #[test]
    fn a_relative_cwd_in_a_rollout_is_nobodys_workspace() {
        assert!(!WorkspaceMatcher::new(Path::new(".")).matches("."));
    }
}
