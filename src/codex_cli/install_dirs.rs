//! The directories in which installers put a global `codex` that PATH may not name: the orchestrator is often started
//! from a desktop or a service, without the PATH of the user's shell.

use std::cmp::Reverse;
use std::fs;
use std::path::{Path, PathBuf};

use crate::codex_cli::environment::Environment;
use crate::fs::guarded::{self, SMALL_BYTES};

/// Directories to look into, in this order, after PATH.
pub(crate) fn directories(environment: &Environment) -> Vec<PathBuf> {
    let mut dirs = Vec::new();
    dirs.extend(environment.system_dirs.iter().cloned());
    dirs.extend([".cargo/bin", ".npm/bin"].iter().filter_map(|dir| environment.in_home(dir)));
    dirs.extend(environment.beside.clone());
    dirs.extend(npm(environment));
    dirs.extend(pnpm(environment));
    dirs.extend(variable_or_home(environment, "BUN_INSTALL", ".bun").map(|bun| bun.join("bin")));
    dirs.extend(
        variable_or_home(environment, "VOLTA_HOME", ".volta").map(|volta| volta.join("bin")),
    );
    dirs.extend(per_node_version(environment));
    dirs.extend(
        [".yarn/bin", ".asdf/shims", ".local/share/mise/shims", ".local/bin"]
            .iter()
            .filter_map(|dir| environment.in_home(dir)),
    );
    dirs
}

fn variable_or_home(environment: &Environment, variable: &str, relative: &str) -> Option<PathBuf> {
    environment.var_path(variable).or_else(|| environment.in_home(relative))
}

/// The `bin` of npm's prefix: from its variable in either spelling, from `~/.npmrc`, or where its manual puts it.
fn npm(environment: &Environment) -> Vec<PathBuf> {
    let npmrc = environment.in_home(".npmrc").and_then(|path| prefix_in_npmrc(environment, &path));
    [
        environment.var_path("npm_config_prefix"),
        environment.var_path("NPM_CONFIG_PREFIX"),
        npmrc,
        environment.in_home(".npm-global"),
        environment.in_home(".npm-packages"),
    ]
    .into_iter()
    .flatten()
    // On Windows commands lie in the prefix itself.
    .map(|prefix| if cfg!(windows) { prefix } else { prefix.join("bin") })
    .chain(environment.var_path("APPDATA").map(|data| data.join("npm")))
    .collect()
}

fn prefix_in_npmrc(environment: &Environment, path: &Path) -> Option<PathBuf> {
    let text = String::from_utf8(guarded::read_behind_links(path, SMALL_BYTES).ok()?).ok()?;
    let value = text.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "prefix").then(|| value.trim().trim_matches(['"', '\'']))
    })?;
    match value.strip_prefix("~/").or_else(|| value.strip_prefix("${HOME}/")) {
        Some(relative) => environment.in_home(relative),
        None => Some(PathBuf::from(value)),
    }
}

/// pnpm's global directory moved the commands into `bin` with version 11.
fn pnpm(environment: &Environment) -> Vec<PathBuf> {
    [
        environment.var_path("PNPM_HOME"),
        environment.in_home(".local/share/pnpm"),
        environment.in_home("Library/pnpm"),
    ]
    .into_iter()
    .flatten()
    .flat_map(|dir| [dir.join("bin"), dir])
    .collect()
}

/// nvm and fnm keep one set of global commands for each Node version; the newest first.
fn per_node_version(environment: &Environment) -> Vec<PathBuf> {
    let nvm = variable_or_home(environment, "NVM_DIR", ".nvm").map(|nvm| nvm.join("versions/node"));
    let fnm = [
        environment.var_path("FNM_DIR"),
        environment.in_home(".local/share/fnm"),
        environment.in_home("Library/Application Support/fnm"),
    ];
    let fnm = fnm.into_iter().flatten().map(|fnm| fnm.join("node-versions"));
    nvm.into_iter()
        .map(|versions| (versions, "bin"))
        .chain(fnm.map(|versions| (versions, "installation/bin")))
        .flat_map(|(versions, bin)| {
            newest_first(&versions).into_iter().map(move |version| version.join(bin))
        })
        .collect()
}

fn newest_first(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut versions: Vec<_> = entries.map(|entry| entry.path()).collect();
    versions.sort_by_key(|path| Reverse(version_numbers(path)));
    versions
}

fn version_numbers(path: &Path) -> Vec<u32> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.trim_start_matches('v').split('.').map(|part| part.parse().unwrap_or(0)).collect()
}
