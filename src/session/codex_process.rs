//! Tells whether a process is a Codex: by what is executed, not by what is mentioned.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::fs::open::is_shortage;
use crate::session::processes::Process;

/// Programs that run a script: npm's `codex` is one for Node.
const INTERPRETERS: [&str; 11] =
    ["node", "nodejs", "bun", "deno", "sh", "bash", "dash", "zsh", "ksh", "fish", "env"];

/// Programs that run the rest of their command line.
const RUNNERS: [&str; 7] = ["nice", "nohup", "setsid", "stdbuf", "command", "exec", "time"];

/// Options of Node whose value is the next word.
const WITH_VALUE: [&str; 6] = ["-r", "--require", "--import", "--loader", "-C", "--conditions"];

/// Linux cuts the name of a program after so many bytes.
const NAME_LIMIT: usize = 15;

/// A script that starts Codex is short; of a binary this tells that it is none.
const SCRIPT_CAP: u64 = 16 * 1024;

/// The names by which a running Codex is known besides its own: those of the binary that is configured or was found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct CodexNames(HashSet<String>);

impl CodexNames {
    /// The names of a binary: its own, that of the file which it leads to, and those of the programs that it becomes
    /// where it is a script that `exec`s them.
    ///
    /// # Errors
    ///
    /// When the system has no descriptor for it.
    pub fn of(binary: &Path) -> io::Result<Self> {
        let mut names = HashSet::new();
        let mut add = |path: &str| {
            let name = name_of(path);
            if !name.is_empty() && !is_interpreter(name) && !name.contains('$') {
                names.insert(name.to_owned());
            }
        };
        add(&binary.to_string_lossy());
        if let Ok(real) = binary.canonicalize() {
            add(&real.to_string_lossy());
        }
        for program in script_of(binary)?.lines().filter_map(becomes) {
            add(program);
        }
        Ok(Self(names))
    }

    fn has(&self, path: &str) -> bool {
        let name = name_of(path);
        is_codex_name(name) || self.0.contains(name)
    }

    /// Tells whether a name that the kernel may have cut is among them.
    fn has_cut(&self, name: &str) -> bool {
        let is_start = |full: &String| name.len() == NAME_LIMIT && full.starts_with(name);
        self.has(name) || self.0.iter().any(is_start)
    }
}

/// Tells whether a process runs a Codex now.
///
/// # Errors
///
/// When the system does not say.
pub fn is_codex(process: &Process, names: &CodexNames) -> io::Result<bool> {
    if process.is_zombie {
        return Ok(false);
    }
    if names.has_cut(&process.name) {
        return Ok(true);
    }
    let words = process.command_line()?;
    let Some((program, rest)) = words.split_first() else { return Ok(false) };
    if names.has(program) {
        return Ok(true);
    }
    if is_interpreter(name_of(program)) {
        return Ok(script_in(name_of(program), rest).is_some_and(|script| names.has(script)));
    }
    // A program may call itself what it likes.
    Ok(process.executable().is_some_and(|path| names.has(&path.to_string_lossy())))
}

/// The programs that a binary becomes where it is a script that `exec`s them, as it names them.
#[must_use]
pub fn programs_behind(binary: &Path) -> Vec<String> {
    let script = script_of(binary).unwrap_or_default();
    let named = script.lines().filter_map(becomes).filter(|program| !program.contains('$'));
    named.map(str::to_owned).collect()
}

/// The program by which a Codex was started, as its command line names it.
#[must_use]
pub fn program_of(process: &Process) -> Option<String> {
    let words = process.command_line().ok()?;
    let (program, rest) = words.split_first()?;
    let script =
        if is_interpreter(name_of(program)) { script_in(name_of(program), rest) } else { None };
    Some(script.unwrap_or(program).to_owned())
}

/// `codex`, `codex.js`, the binaries of older packages, `codex-x86_64-unknown-linux-musl`, and nix's.
fn is_codex_name(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("codex") else { return name == ".codex-wrapped" };
    matches!(rest, "" | ".exe" | ".js" | ".cjs" | ".mjs")
        || rest.strip_prefix('-').is_some_and(|target| {
            ["x86_64", "aarch64"].iter().any(|cpu| {
                target
                    .strip_prefix(cpu)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
            })
        })
}

/// The script that an interpreter runs; `None` where the command line holds the program itself.
fn script_in<'w>(interpreter: &str, words: &'w [String]) -> Option<&'w str> {
    let mut before = "";
    for word in words {
        if is_code_next(interpreter, word) {
            return None;
        }
        if !word.starts_with('-') && !WITH_VALUE.contains(&before) {
            return Some(word);
        }
        before = word;
    }
    None
}

/// Tells whether an option is followed by a program: `-c` of a shell, alone or behind others, and `-e` of Node.
fn is_code_next(interpreter: &str, word: &str) -> bool {
    if interpreter.ends_with("sh") {
        return word.starts_with('-') && !word.starts_with("--") && word.ends_with('c');
    }
    matches!(word, "-e" | "-p" | "-pe" | "--eval" | "--print")
}

fn script_of(binary: &Path) -> io::Result<String> {
    let mut text = Vec::new();
    let read = File::open(binary).and_then(|file| file.take(SCRIPT_CAP).read_to_end(&mut text));
    match read {
        Err(error) if is_shortage(&error) => Err(error),
        Ok(_) if text.starts_with(b"#!") => Ok(String::from_utf8_lossy(&text).into_owned()),
        _ => Ok(String::new()),
    }
}

/// The program that a line of a script becomes.
fn becomes(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace().skip_while(|word| *word != "exec").skip(1);
    loop {
        let word = words.next()?.trim_matches(['"', '\'']);
        if word == "-a" {
            words.next()?;
            continue;
        }
        let is_assignment = word.split_once('=').is_some_and(|(name, _)| !name.contains('/'));
        let name = name_of(word);
        if word.starts_with('-') || is_assignment || name == "env" || RUNNERS.contains(&name) {
            continue;
        }
        return Some(word);
    }
}

fn is_interpreter(name: &str) -> bool {
    INTERPRETERS.contains(&name)
}

/// The last part of a path. A login shell's name begins with a dash.
fn name_of(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.strip_prefix('-').unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_names_of_codex() {
        let yes = [
            "codex",
            "codex.exe",
            "codex.js",
            "codex-x86_64-unknown-linux-musl",
            "codex-aarch64",
            ".codex-wrapped",
        ];
        let no = ["codexx", "codex-nightly", "codex-mcp", "my-codex", ".codex", "codex.md", "tail"];
        assert!(yes.into_iter().all(is_codex_name));
        assert!(!no.into_iter().any(is_codex_name));
    }

    #[test]
    fn a_binary_is_known_by_its_name_by_its_file_and_by_what_it_becomes() {
        let dir = tempfile::tempdir().unwrap();
        let names = |file: &str, text: &str| {
            let path = dir.path().join(file);
            fs::write(&path, text).unwrap();
            let mut names: Vec<String> = CodexNames::of(&path).unwrap().0.into_iter().collect();
            names.sort();
            names
        };
        assert_eq!(names("codex-nightly", "\u{7f}ELF exec other"), ["codex-nightly"]);
        for (line, becomes) in [
            ("exec /opt/ai/codex-beta \"$@\"", "codex-beta"),
            ("exec env A=1 B=/x/y \"$HOME/bin/codex-beta\" \"$@\"", "codex-beta"),
            ("cd / && exec -a codex codex-beta", "codex-beta"),
            ("exec nice -n5 codex-beta", "codex-beta"),
        ] {
            assert_eq!(names("work", &format!("#!/bin/sh\n{line}\n")), [becomes, "work"], "{line}");
        }
        for line in ["exec bash -lc codex", "exec \"$CODEX\" \"$@\"", "codex \"$@\""] {
            assert_eq!(names("work", &format!("#!/bin/sh\n{line}\n")), ["work"], "{line}");
        }
        assert_eq!(
            CodexNames::of(Path::new("/bin/sh")).unwrap().0,
            CodexNames::of(Path::new("dash")).unwrap().0
        );
    }

    #[test]
    fn a_program_on_the_command_line_is_no_script() {
        let script = |line: &str| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            script_in(&words[0], &words[1..]).map(str::to_owned)
        };
        for line in ["sh -c codex", "bash -lc codex", "node -e 1 codex", "node --print 1 codex"] {
            assert_eq!(script(line), None, "{line}");
        }
        for line in [
            "sh /x/codex",
            "bash -e /x/codex -c a",
            "node --no-warnings /x/codex -c a=b",
            "node -r ./e /x/codex",
            "node -C c /x/codex",
        ] {
            assert_eq!(script(line).as_deref(), Some("/x/codex"), "{line}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_has_the_name_of_its_file_too() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("agent-cli"), "binary").unwrap();
        let link = dir.path().join("ai");
        std::os::unix::fs::symlink("agent-cli", &link).unwrap();
        let names = CodexNames::of(&link).unwrap();
        assert!(names.has("/x/ai") && names.has("agent-cli") && names.has("codex"));
        assert!(!names.has("agent"));
    }

    #[test]
    fn a_long_name_is_known_where_the_kernel_has_cut_it() {
        let names = CodexNames::of(Path::new("/opt/codex-nightly-2026")).unwrap();
        assert!(names.has_cut("codex-nightly-2"));
        assert!(!names.has_cut("codex-night"));
    }
}
