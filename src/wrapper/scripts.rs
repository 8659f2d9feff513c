//! The files of the set, as they are written on this machine.

use std::env;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The program that Codex runs at the events of a session's life.
pub const HOOK: &str = "ao-codex-hook";

/// Names in the order in which they are put in place: what others need comes first.
pub const NAMES: [&str; 4] = ["ao-metadata-helper.sh", HOOK, "gh", "git"];

const SOURCES: [&str; 4] = [
    include_str!("scripts/ao-metadata-helper.sh"),
    include_str!("scripts/ao-codex-hook"),
    include_str!("scripts/gh"),
    include_str!("scripts/git"),
];

/// The shell that the sources name.
const USUAL_SHELL: &str = "/bin/bash";
/// The path of bash on systems that keep it elsewhere, before PATH is asked.
const OTHER_SHELLS: [&str; 4] = [
    "/usr/bin/bash",
    "/run/current-system/sw/bin/bash",
    "/opt/homebrew/bin/bash",
    "/usr/local/bin/bash",
];
/// Linux cuts the first line of a script after this many bytes (255 since 5.1).
const INTERPRETER_LIMIT: usize = 127;
/// The line of the helper that names node; everything after `''` is its comment.
const NODE_LINE: &str = "_ao_node=''";

/// One file of the set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Its name in the directory.
    pub name: &'static str,
    /// The text that is written.
    pub content: Vec<u8>,
}

/// The set for a machine with this bash and this node.
#[must_use]
pub fn render(bash: &Path, node: Option<&Path>) -> Vec<Script> {
    NAMES
        .iter()
        .zip(SOURCES)
        .map(|(&name, source)| Script { name, content: with_node(&with_shell(source, bash), node) })
        .collect()
}

/// The fingerprint that tells two versions of the sources apart: 64 bits of FNV-1a over all of them.
#[must_use]
pub fn fingerprint() -> u64 {
    SOURCES.iter().flat_map(|source| source.bytes()).fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// The bash of this machine.
///
/// # Errors
/// There is none, or its path does not fit into the first line of a script. Wrappers without their shell would leave
/// agents without git.
pub fn find_bash(directory: &Path) -> Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let in_path =
        env::split_paths(&path).filter(|dir| dir.is_absolute()).map(|dir| dir.join("bash"));
    [USUAL_SHELL]
        .into_iter()
        .chain(OTHER_SHELLS)
        .map(PathBuf::from)
        .chain(in_path)
        .find(|candidate| fits(candidate) && is_executable(candidate))
        .ok_or_else(|| {
            Error::invalid("install wrappers in", directory, "there is no bash on this machine")
        })
}

/// Tells whether a program can be started there.
pub(crate) fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

/// The node that an installed helper names.
pub(crate) fn node_of(helper: &[u8]) -> Option<PathBuf> {
    use std::ffi::OsStr;
    let line = helper.split(|byte| *byte == b'\n').find(|line| line.starts_with(b"_ao_node='"))?;
    let quoted = line.strip_prefix(b"_ao_node='")?;
    let end = quoted.iter().position(|byte| *byte == b'\'')?;
    quoted
        .get(..end)
        .filter(|path| !path.is_empty())
        .map(|path| PathBuf::from(OsStr::from_bytes(path)))
}

fn fits(path: &Path) -> bool {
    let bytes = path.as_os_str().as_bytes();
    bytes.len() + "#! -p".len() <= INTERPRETER_LIMIT && !bytes.iter().any(u8::is_ascii_whitespace)
}

fn with_shell(source: &str, bash: &Path) -> Vec<u8> {
    let Some(rest) = source.strip_prefix("#!").and_then(|line| line.strip_prefix(USUAL_SHELL))
    else {
        return source.as_bytes().to_vec();
    };
    [b"#!".as_slice(), bash.as_os_str().as_bytes(), rest.as_bytes()].concat()
}

fn with_node(source: &[u8], node: Option<&Path>) -> Vec<u8> {
    let (Some(node), Some(at)) = (node, memchr::memmem::find(source, NODE_LINE.as_bytes())) else {
        return source.to_vec();
    };
    let (before, rest) = source.split_at(at);
    let after = rest.get(NODE_LINE.len()..).unwrap_or_default();
    [before, b"_ao_node=", &quoted(node.as_os_str().as_bytes()), after].concat()
}

/// A word that every shell reads as these bytes.
fn quoted(bytes: &[u8]) -> Vec<u8> {
    let mut word = vec![b'\''];
    for &byte in bytes {
        if byte == b'\'' {
            word.extend_from_slice(b"'\\''");
        } else {
            word.push(byte);
        }
    }
    word.push(b'\'');
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(script: &Script) -> String {
        String::from_utf8(script.content.clone()).unwrap()
    }

    #[test]
    fn sources_start_with_the_usual_shell_and_name_node_once() {
        for source in &SOURCES[1..] {
            assert!(source.starts_with("#!/bin/bash -p\n# ao-wrapper"));
        }
        assert_eq!(SOURCES[0].matches(NODE_LINE).count(), 1);
    }

    #[test]
    fn puts_the_shell_of_the_machine_into_the_first_line() {
        let scripts = render(Path::new("/nix/bash"), None);
        assert!(text(&scripts[1]).starts_with("#!/nix/bash -p\n"));
        assert_eq!(text(&scripts[0]), SOURCES[0]);
    }

    #[test]
    fn quotes_the_path_of_node() {
        let scripts = render(Path::new(USUAL_SHELL), Some(Path::new("/it's $HOME/`node`")));
        assert!(text(&scripts[0]).contains("\n_ao_node='/it'\\''s $HOME/`node`' # "));
        assert_eq!(text(&scripts[3]), SOURCES[3]);
    }

    #[test]
    fn reads_back_the_node_of_a_helper() {
        let node = Path::new("/opt/node/bin/node");
        let scripts = render(Path::new(USUAL_SHELL), Some(node));
        assert_eq!(node_of(&scripts[0].content), Some(node.to_owned()));
        assert_eq!(node_of(SOURCES[0].as_bytes()), None);
    }

    #[test]
    fn takes_only_a_shell_that_fits_into_a_first_line() {
        assert!(fits(Path::new("/usr/bin/bash")));
        assert!(!fits(Path::new("/my programs/bash")));
        assert!(!fits(&Path::new("/").join("x".repeat(120)).join("bash")));
    }
}
