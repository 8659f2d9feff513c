//! Looks programs up as `which` does, and where package managers put them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::codex_cli::environment::Environment;
use crate::codex_cli::install_dirs;
use crate::fs::user_dirs::Directories;

/// The names of the package's command on this platform.
#[cfg(windows)]
const SUFFIXES: [&str; 3] = [".exe", ".cmd", ""];
#[cfg(not(windows))]
const SUFFIXES: [&str; 1] = [""];

/// The places to look in, as values: the environment of one moment, and what the user named.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// The variables and directories that count.
    pub environment: Environment,
    /// The directories that our own wrappers may be in.
    pub wrapper_dirs: Vec<PathBuf>,
    /// A program that the user named, before everything else.
    pub binary: Option<PathBuf>,
}

impl Search {
    /// The environment of this process; wrappers in `~/.ao/bin`, or below `AO_HOME`.
    #[must_use]
    pub fn from_env() -> Self {
        let Directories { home, ao_home, .. } = Directories::from_env();
        Self {
            environment: Environment::of_process(home),
            wrapper_dirs: ao_home.map(|ao_home| wrapper_dirs(&ao_home)).unwrap_or_default(),
            binary: None,
        }
    }

    /// The search with the wrappers below another directory than `~/.ao`.
    #[must_use]
    pub fn with_ao_home(mut self, ao_home: &Path) -> Self {
        self.wrapper_dirs = wrapper_dirs(ao_home);
        self
    }

    /// The Codex of this machine: the named one, then `AO_CODEX_BINARY`, then PATH, then the places that installers
    /// use; `None` where there is none.
    ///
    /// A named program that cannot be run is passed over: a wrong setting must not stop every launch.
    #[must_use]
    pub fn codex(&self) -> Option<PathBuf> {
        self.named().or_else(|| self.on_path("codex")).or_else(|| {
            install_dirs::directories(&self.environment)
                .into_iter()
                .find_map(|dir| self.program_in(&dir, "codex"))
        })
    }

    /// The first `name` on PATH that can be run and is not one of ours.
    #[must_use]
    pub fn on_path(&self, name: &str) -> Option<PathBuf> {
        self.all_on_path(name).next()
    }

    /// Every `name` on PATH that can be run and is not one of ours.
    pub(crate) fn all_on_path<'a>(&'a self, name: &'a str) -> impl Iterator<Item = PathBuf> + 'a {
        self.environment.path_dirs().filter_map(move |dir| self.program_in(&dir, name))
    }

    fn named(&self) -> Option<PathBuf> {
        let option = self.binary.clone().filter(|path| !path.as_os_str().is_empty());
        [option, self.environment.var_path("AO_CODEX_BINARY")].into_iter().flatten().find_map(
            |named| match named.to_str() {
                Some(name) if !name.contains(['/', '\\']) => self.on_path(name),
                _ => self.usable(self.environment.expand_home(named)),
            },
        )
    }

    fn program_in(&self, dir: &Path, name: &str) -> Option<PathBuf> {
        SUFFIXES.iter().find_map(|suffix| self.usable(dir.join(format!("{name}{suffix}"))))
    }

    fn usable(&self, path: PathBuf) -> Option<PathBuf> {
        (path.is_absolute() && is_executable_file(&path) && !self.is_ours(&path)).then_some(path)
    }

    /// Tells whether `path` lies in a wrapper directory, by whatever spelling or link.
    fn is_ours(&self, path: &Path) -> bool {
        let ours: Vec<_> =
            self.wrapper_dirs.iter().filter_map(|dir| fs::canonicalize(dir).ok()).collect();
        if ours.is_empty() {
            return false;
        }
        let in_ours = |path: &Path| {
            let parent = path.parent().and_then(|dir| fs::canonicalize(dir).ok());
            parent.is_some_and(|dir| ours.contains(&dir))
        };
        in_ours(path) || fs::canonicalize(path).is_ok_and(|target| in_ours(&target))
    }
}

/// The orchestrator's own, and ours beside it (`wrapper::status` says which is in force).
fn wrapper_dirs(ao_home: &Path) -> Vec<PathBuf> {
    vec![ao_home.join("bin"), ao_home.join("codex/bin")]
}

#[cfg(unix)]
fn is_executable_file(path: &Path) -> bool {
    use rustix::fs::{Access, access};
    fs::metadata(path).is_ok_and(|meta| meta.is_file()) && access(path, Access::EXEC_OK).is_ok()
}

#[cfg(not(unix))]
fn is_executable_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.is_file())
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
