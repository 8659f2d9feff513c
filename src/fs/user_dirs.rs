//! The user's directories: where each of them is, is decided here and nowhere else.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The name of this package's own directory in places that all programs share.
const OURS: &str = "ao-codex";

/// The directories of a user; `None` where neither a variable nor a home directory says one.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Directories {
    /// The user's home directory.
    pub home: Option<PathBuf>,
    /// The cache directory, which may be lost at any time: `$XDG_CACHE_HOME/ao-codex`, else below the platform's own
    /// place.
    pub cache: Option<PathBuf>,
    /// The directory of the user's configuration: `$XDG_CONFIG_HOME/ao-codex`, else `~/.config/ao-codex`.
    pub config: Option<PathBuf>,
    /// Codex's: `$CODEX_HOME`, else `~/.codex`.
    pub codex_home: Option<PathBuf>,
    /// The orchestrator's: `$AO_HOME`, else `~/.ao`.
    pub ao_home: Option<PathBuf>,
}

impl Directories {
    /// Those of this process's environment.
    #[must_use]
    pub fn from_env() -> Self {
        Self::new(|name| env::var_os(name), env::home_dir())
    }

    /// Those that these variables name. An empty one counts as not set, and so does a relative one of those that XDG
    /// says are absolute: it would mean another directory in every process.
    pub fn new(var: impl Fn(&str) -> Option<OsString>, home: Option<PathBuf>) -> Self {
        let set = |name| var(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let absolute = |name| set(name).filter(|path| path.is_absolute());
        let home = home.filter(|home| !home.as_os_str().is_empty());
        let in_home = |relative| home.as_ref().map(|home| home.join(relative));
        let platform_cache = || {
            if cfg!(target_os = "macos") {
                in_home("Library/Caches")
            } else if cfg!(windows) {
                absolute("LOCALAPPDATA")
            } else {
                in_home(".cache")
            }
        };
        let ours = |parent: PathBuf| parent.join(OURS);
        Self {
            cache: absolute("XDG_CACHE_HOME").or_else(platform_cache).map(ours),
            config: absolute("XDG_CONFIG_HOME").or_else(|| in_home(".config")).map(ours),
            codex_home: set("CODEX_HOME").or_else(|| in_home(".codex")),
            ao_home: set("AO_HOME")
                .map(|path| expand_home(path, home.as_deref()))
                .or_else(|| in_home(".ao")),
            home,
        }
    }
}

/// `~/x` as the user means it: what sets variables is not always a shell.
#[must_use]
pub fn expand_home(path: PathBuf, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path,
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    const CACHE: &str = if cfg!(target_os = "macos") {
        "/home/dev/Library/Caches/ao-codex"
    } else {
        "/home/dev/.cache/ao-codex"
    };

    fn given(vars: &[(&str, &str)], home: Option<&str>) -> Directories {
        let var = |name: &str| {
            let (_, value) = vars.iter().find(|(set, _)| *set == name)?;
            Some(OsString::from(value))
        };
        Directories::new(var, home.map(PathBuf::from))
    }

    fn directories(home: &str, [cache, config, codex_home, ao_home]: [&str; 4]) -> Directories {
        let some = |path: &str| Some(PathBuf::from(path));
        Directories {
            home: some(home),
            cache: some(cache),
            config: some(config),
            codex_home: some(codex_home),
            ao_home: some(ao_home),
        }
    }

    #[test]
    fn without_variables_they_are_below_the_home_directory() {
        let expected = [CACHE, "/home/dev/.config/ao-codex", "/home/dev/.codex", "/home/dev/.ao"];
        assert_eq!(given(&[], Some("/home/dev")), directories("/home/dev", expected));
    }

    #[test]
    fn a_variable_counts_before_the_home_directory() {
        let vars = [
            ("XDG_CACHE_HOME", "/cache"),
            ("XDG_CONFIG_HOME", "/config"),
            ("CODEX_HOME", "/codex"),
            ("AO_HOME", "~/orchestrator"),
        ];
        let expected = ["/cache/ao-codex", "/config/ao-codex", "/codex", "/home/dev/orchestrator"];
        assert_eq!(given(&vars, Some("/home/dev")), directories("/home/dev", expected));
    }

    #[test]
    fn empty_variables_and_relative_ones_of_xdg_count_as_not_set() {
        let without = given(&[], Some("/home/dev"));
        let names = ["XDG_CACHE_HOME", "XDG_CONFIG_HOME", "CODEX_HOME", "AO_HOME"];
        assert_eq!(given(&names.map(|name| (name, "")), Some("/home/dev")), without);
        let relative = [("XDG_CACHE_HOME", "cache"), ("XDG_CONFIG_HOME", "~/config")];
        assert_eq!(given(&relative, Some("/home/dev")), without);
    }

    #[test]
    fn without_a_home_directory_there_is_none_that_no_variable_names() {
        assert_eq!(given(&[], None), Directories::default());
        assert_eq!(given(&[], Some("")), Directories::default());
    }

    #[test]
    fn a_codex_home_is_taken_as_it_is_spelled() {
        let expected = Directories { codex_home: Some("codex".into()), ..Directories::default() };
        assert_eq!(given(&[("CODEX_HOME", "codex")], None), expected);
    }
}
