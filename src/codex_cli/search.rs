//! Looks programs up as `which` does, and where package managers put them.

use std::collections::HashMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use crate::codex_cli::install_dirs;
use crate::fs::user_dirs::{Directories, expand_home};

/// Environment variables by name.
pub type Vars = HashMap<OsString, OsString>;

/// What the package's command names are on this platform.
#[cfg(windows)]
const SUFFIXES: [&str; 3] = [".exe", ".cmd", ""];
#[cfg(not(windows))]
const SUFFIXES: [&str; 1] = [""];

/// Where to look, as values: the environment of one moment.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// The environment variables that count (`PATH`, `AO_CODEX_BINARY`, `NVM_DIR`, …).
    pub vars: Vars,
    /// The user's home directory.
    pub home: Option<PathBuf>,
    /// The directory of the running Node: npm puts global commands beside it.
    pub beside: Option<PathBuf>,
    /// Directories of the whole machine that PATH may not name.
    pub system_dirs: Vec<PathBuf>,
    /// The directory of our own wrappers.
    pub wrapper_dir: Option<PathBuf>,
    /// A program that the user named, before everything else.
    pub binary: Option<PathBuf>,
}

impl Search {
    /// The environment of this process; wrappers in `~/.ao/bin`, or below `AO_HOME`.
    #[must_use]
    pub fn from_env() -> Self {
        let vars: Vars = env::vars_os().collect();
        let beside = env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_owned));
        let system_dirs = install_dirs::SYSTEM_DIRS.map(PathBuf::from).to_vec();
        let Directories { home, ao_home, .. } = Directories::from_env();
        let wrapper_dir = ao_home.map(|ao_home| ao_home.join("bin"));
        Self { vars, home, beside, system_dirs, wrapper_dir, ..Self::default() }
    }

    /// The same search with the wrappers below another directory than `~/.ao`.
    #[must_use]
    pub fn with_ao_home(mut self, ao_home: &Path) -> Self {
        self.wrapper_dir = Some(ao_home.join("bin"));
        self
    }

    /// The Codex of this machine: the named one, then `AO_CODEX_BINARY`, then PATH, then the places that installers
    /// use; `None` where there is none.
    ///
    /// A named program that cannot be run is passed over: a wrong setting must not stop every launch.
    #[must_use]
    pub fn codex(&self) -> Option<PathBuf> {
        self.named().or_else(|| self.on_path("codex")).or_else(|| {
            install_dirs::directories(self)
                .into_iter()
                .find_map(|dir| self.program_in(&dir, "codex"))
        })
    }

    /// The first `name` on PATH that can be run and is not one of ours.
    ///
    /// Relative entries of PATH are passed over: they mean another directory in the agent's shell than here, and a
    /// repository must not be able to put its own `codex` first.
    #[must_use]
    pub fn on_path(&self, name: &str) -> Option<PathBuf> {
        let path = self.vars.get(OsStr::new("PATH"))?;
        env::split_paths(path)
            .filter(|dir| dir.is_absolute())
            .find_map(|dir| self.program_in(&dir, name))
    }

    fn named(&self) -> Option<PathBuf> {
        let option = self.binary.clone().filter(|path| !path.as_os_str().is_empty());
        [option, self.var_path("AO_CODEX_BINARY")].into_iter().flatten().find_map(|named| {
            match named.to_str() {
                Some(name) if !name.contains(['/', '\\']) => self.on_path(name),
                _ => self.usable(expand_home(named, self.home.as_deref())),
            }
        })
    }

    fn program_in(&self, dir: &Path, name: &str) -> Option<PathBuf> {
        SUFFIXES.iter().find_map(|suffix| self.usable(dir.join(format!("{name}{suffix}"))))
    }

    fn usable(&self, path: PathBuf) -> Option<PathBuf> {
        (path.is_absolute() && is_executable_file(&path) && !self.is_ours(&path)).then_some(path)
    }

    /// Whether `path` lies in the wrapper directory, by whatever spelling or link.
    fn is_ours(&self, path: &Path) -> bool {
        let Some(ours) = self.wrapper_dir.as_ref().and_then(|dir| fs::canonicalize(dir).ok())
        else {
            return false;
        };
        let in_ours = |path: &Path| {
            let parent = path.parent().and_then(|dir| fs::canonicalize(dir).ok());
            parent.is_some_and(|dir| dir == ours)
        };
        in_ours(path) || fs::canonicalize(path).is_ok_and(|target| in_ours(&target))
    }

    /// Those of the user whose environment this is.
    #[must_use]
    pub fn directories(&self) -> Directories {
        Directories::new(|name| self.vars.get(OsStr::new(name)).cloned(), self.home.clone())
    }

    /// A variable that names a path; `None` where it is not set or empty.
    pub(crate) fn var_path(&self, name: &str) -> Option<PathBuf> {
        let value = self.vars.get(OsStr::new(name)).filter(|value| !value.is_empty())?;
        Some(expand_home(PathBuf::from(value), self.home.as_deref()))
    }

    /// A path below the user's home directory.
    pub(crate) fn in_home(&self, relative: &str) -> Option<PathBuf> {
        self.home.as_ref().map(|home| home.join(relative))
    }
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
