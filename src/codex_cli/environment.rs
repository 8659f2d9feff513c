//! The environment that programs are looked up in, as values of one moment.

use std::collections::HashMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::fs::user_dirs::expand_home;

/// Directories of the machine rather than of a user.
const SYSTEM_DIRS: [&str; 5] = [
    "/usr/local/bin",
    "/opt/homebrew/bin",
    "/home/linuxbrew/.linuxbrew/bin",
    "/usr/bin",
    "/snap/bin",
];

/// Environment variables by name.
pub type Vars = HashMap<OsString, OsString>;

/// The variables and directories that a search for a program depends on.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// The environment variables that count (`PATH`, `AO_CODEX_BINARY`, `NVM_DIR`, …).
    pub vars: Vars,
    /// The user's home directory.
    pub home: Option<PathBuf>,
    /// The directory of the running Node: npm puts global commands beside it.
    pub beside: Option<PathBuf>,
    /// Directories of the whole machine that PATH may not name.
    pub system_dirs: Vec<PathBuf>,
}

impl Environment {
    /// The environment of this process, whose user's home directory is `home`.
    #[must_use]
    pub fn of_process(home: Option<PathBuf>) -> Self {
        let beside = env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_owned));
        let system_dirs = SYSTEM_DIRS.map(PathBuf::from).to_vec();
        Self { vars: env::vars_os().collect(), home, beside, system_dirs }
    }

    /// The directories that PATH names. Relative entries are passed over: they mean another directory in the agent's
    /// shell than here, and a repository must not be able to put its own `codex` first.
    pub(crate) fn path_dirs(&self) -> impl Iterator<Item = PathBuf> {
        let path = self.vars.get(OsStr::new("PATH"));
        path.into_iter().flat_map(env::split_paths).filter(|dir| dir.is_absolute())
    }

    /// A variable that names a path; `None` where it is not set or empty.
    pub(crate) fn var_path(&self, name: &str) -> Option<PathBuf> {
        let value = self.vars.get(OsStr::new(name)).filter(|value| !value.is_empty())?;
        Some(self.expand_home(PathBuf::from(value)))
    }

    /// A path below the user's home directory.
    pub(crate) fn in_home(&self, relative: &str) -> Option<PathBuf> {
        self.home.as_ref().map(|home| home.join(relative))
    }

    /// `~/x` as the user means it.
    pub(crate) fn expand_home(&self, path: PathBuf) -> PathBuf {
        expand_home(path, self.home.as_deref())
    }
}
