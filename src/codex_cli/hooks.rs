//! Asks a Codex which hooks it would run, and whether it would ask a person to review them first.
//!
//! Codex's own server is asked (`codex app-server`, `hooks/list`), in a home of its own that is gone afterwards: no
//! model is run, and no file of the user is read or written.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::codex_cli::facts::has_command;
use crate::codex_cli::home::Home;
use crate::codex_cli::probe::output;
use crate::codex_cli::script::program_behind;
use crate::error::{Error, Result};
use crate::fs::process_group::Group;

/// A server answers in half a second; a busy machine needs longer.
pub const HOOKS_TIME_LIMIT: Duration = Duration::from_secs(15);

/// An answer has 1 KB for each hook.
const OUTPUT_CAP: u64 = 4 << 20;

/// The number of the one question whose answer counts.
const QUESTION: u64 = 2;

/// A hook as Codex lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hook {
    /// Its key: where it comes from, its event, and its place there.
    pub key: String,
    /// Its command.
    pub command: Option<String>,
    /// `trusted`, `untrusted`, `modified`, …; `None` in versions that know no trust.
    pub trust_status: Option<String>,
    /// The hash that trust in it as it is now names; `None` in versions that know no trust.
    #[serde(default)]
    pub current_hash: Option<String>,
}

/// The hooks that `binary` would run when started with `flags` in `directory`, else in an empty one; `None` where it
/// has no such list.
///
/// # Errors
/// When the binary cannot be started, or has not answered all that it is asked within `limit`; its processes are gone
/// then.
pub fn ask_hooks(
    binary: &Path,
    flags: &[String],
    directory: Option<&Path>,
    limit: Duration,
) -> Result<Option<Vec<Hook>>> {
    let deadline = Instant::now() + limit;
    let hooks = ask_program(binary, flags, directory, deadline)?;
    match program_behind(binary) {
        Some(program) if hooks.is_none() => ask_program(&program, flags, directory, deadline),
        _ => Ok(hooks),
    }
}

fn ask_program(
    binary: &Path,
    flags: &[String],
    directory: Option<&Path>,
    deadline: Instant,
) -> Result<Option<Vec<Hook>>> {
    if !knows_app_server(binary, deadline)? {
        return Ok(None);
    }
    let home = Home::make().map_err(|error| Error::io("make a home to ask", binary, error))?;
    let mut command = Command::new(binary);
    command.arg("app-server").args(flags).current_dir(home.path());
    command.env("HOME", home.path()).env("CODEX_HOME", home.path());
    for name in ["AO_SESSION", "AO_SESSION_ID", "AO_DATA_DIR", "BASH_ENV"] {
        command.env_remove(name);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut server =
        Group::spawn(command).map_err(|error| Error::io("run codex binary", binary, error))?;
    let stdin = server.child.stdin.take();
    let (sender, answer) = mpsc::channel();
    if let (Some(mut stdin), Some(stdout)) = (stdin, server.child.stdout.take()) {
        let questions = questions(directory.unwrap_or(home.path()));
        thread::spawn(move || {
            // A server that does not read has no answer either. Closed, its input would end it before the answer.
            let _ = stdin.write_all(questions.as_bytes());
            let answer = find_answer(stdout);
            drop(stdin);
            // Nobody listens any more once the time is over.
            let _ = answer.map(|answer| sender.send(answer));
        });
    }
    match answer.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        Ok(answer) => Ok(listed(&answer)),
        // It ended without an answer: it knows no app-server.
        Err(RecvTimeoutError::Disconnected) => Ok(None),
        Err(RecvTimeoutError::Timeout) => {
            Err(Error::invalid("ask codex binary for its hooks", binary, "no answer in time"))
        }
    }
}

/// A program without that command may be anything, and is not given words that it does not know.
fn knows_app_server(binary: &Path, deadline: Instant) -> Result<bool> {
    Ok(has_command(&output(binary, "--help", deadline)?, "app-server"))
}

fn questions(cwd: &Path) -> String {
    let client =
        json!({ "name": "ao-codex", "title": "ao-codex", "version": env!("CARGO_PKG_VERSION") });
    let lines = [
        json!({ "id": 1, "method": "initialize", "params": {
            "clientInfo": client, "capabilities": { "experimentalApi": true } } }),
        json!({ "method": "initialized" }),
        json!({ "id": QUESTION, "method": "hooks/list", "params": { "cwds": [cwd] } }),
    ];
    lines.map(|line| line.to_string()).join("\n") + "\n"
}

fn find_answer(stdout: impl Read) -> Option<Vec<u8>> {
    #[derive(Deserialize)]
    struct Message {
        id: u64,
    }

    let lines = BufReader::new(stdout.take(OUTPUT_CAP)).split(b'\n');
    lines.map_while(io::Result::ok).find(|line| {
        serde_json::from_slice::<Message>(line).is_ok_and(|message| message.id == QUESTION)
    })
}

/// An error in place of a result is the answer of versions that do not know the question.
fn listed(answer: &[u8]) -> Option<Vec<Hook>> {
    #[derive(Deserialize)]
    struct Answer {
        result: Listed,
    }
    #[derive(Deserialize)]
    struct Listed {
        data: Vec<Directory>,
    }
    #[derive(Deserialize)]
    struct Directory {
        hooks: Vec<Wire>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Wire {
        key: String,
        #[serde(default)]
        command: Option<String>,
        #[serde(default)]
        trust_status: Option<String>,
        #[serde(default)]
        current_hash: Option<String>,
    }

    let answer: Answer = serde_json::from_slice(answer).ok()?;
    let hooks = answer.result.data.into_iter().flat_map(|directory| directory.hooks);
    let hook = |Wire { key, command, trust_status, current_hash }| Hook {
        key,
        command,
        trust_status,
        current_hash,
    };
    Some(hooks.map(hook).collect())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    use super::*;

    fn script(dir: &tempfile::TempDir, text: &str) -> PathBuf {
        let path = dir.path().join("codex");
        let help = "if [ \"$1\" = --help ]; then echo '  app-server  Run it'; exit; fi";
        fs::write(&path, format!("#!/bin/sh\n{help}\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn flags() -> Vec<String> {
        vec!["-c".to_owned(), "hooks={}".to_owned()]
    }

    #[test]
    fn lists_the_hooks_and_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let answer = r#"{"id":2,"result":{"data":[{"hooks":[{"key":"k:0:0","command":"/h","trustStatus":"trusted","currentHash":"sha256:1"},{"key":"l","async":true}]}]}}"#;
        let note = format!(
            "echo \"$*|$CODEX_HOME|$HOME|$PWD|$AO_SESSION_ID\" > {}/note",
            dir.path().display()
        );
        let text = format!(
            "{note}\nread a; read b; read c\necho noise\necho '{{\"id\":1,\"result\":{{}}}}'\necho '{answer}'\nexec sleep 60"
        );
        let codex = script(&dir, &text);
        let started = Instant::now();
        let hook =
            |key: &str, command: Option<&str>, trust: Option<&str>, hash: Option<&str>| Hook {
                key: key.to_owned(),
                command: command.map(str::to_owned),
                trust_status: trust.map(str::to_owned),
                current_hash: hash.map(str::to_owned),
            };
        let expected = vec![
            hook("k:0:0", Some("/h"), Some("trusted"), Some("sha256:1")),
            hook("l", None, None, None),
        ];
        assert_eq!(ask_hooks(&codex, &flags(), None, HOOKS_TIME_LIMIT).unwrap(), Some(expected));
        assert!(started.elapsed() < Duration::from_secs(10));
        let note = fs::read_to_string(dir.path().join("note")).unwrap();
        let words: Vec<_> = note.trim_end().split('|').collect();
        assert_eq!(words[0], "app-server -c hooks={}");
        assert_eq!((words[1], words[2]), (words[2], words[3]));
        assert_eq!(words[4], "");
        assert!(!Path::new(words[1]).exists());
    }

    #[test]
    fn asks_of_the_directory_that_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let note = dir.path().join("note");
        let text = format!("read a; read b; read c\necho \"$c\" > {}\nexit", note.display());
        let codex = script(&dir, &text);
        let place = Path::new("/a repository");
        assert_eq!(ask_hooks(&codex, &flags(), Some(place), HOOKS_TIME_LIMIT).unwrap(), None);
        let question: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(note).unwrap()).unwrap();
        assert_eq!(question["params"], json!({ "cwds": ["/a repository"] }));
    }

    #[test]
    fn a_codex_that_does_not_know_the_question_has_no_list() {
        let dir = tempfile::tempdir().unwrap();
        let codex = script(&dir, r#"echo '{"id":2,"error":{"code":-32600,"message":"unknown"}}'"#);
        assert_eq!(ask_hooks(&codex, &flags(), None, HOOKS_TIME_LIMIT).unwrap(), None);
        let codex = script(&dir, "exit 2");
        assert_eq!(ask_hooks(&codex, &flags(), None, HOOKS_TIME_LIMIT).unwrap(), None);
    }

    #[test]
    fn a_program_whose_help_names_no_app_server_is_not_asked() {
        let dir = tempfile::tempdir().unwrap();
        let codex = script(&dir, "exit 2");
        let note = dir.path().join("note");
        fs::write(&codex, format!("#!/bin/sh\necho \"$@\" >> {}\n", note.display())).unwrap();
        assert_eq!(ask_hooks(&codex, &flags(), None, HOOKS_TIME_LIMIT).unwrap(), None);
        assert_eq!(fs::read_to_string(note).unwrap(), "--help\n");
    }

    #[test]
    fn all_questions_share_one_limit() {
        // Each of them alone would be answered in time.
        let dir = tempfile::tempdir().unwrap();
        let program = dir.path().join("program");
        let slow = "#!/bin/sh\nsleep 0.4\nif [ \"$1\" = --help ]; then echo app-server; fi\n";
        fs::write(&program, slow).unwrap();
        let codex = dir.path().join("codex");
        let behind = format!("{slow}exit\nexec {} \"$@\"\n", program.display());
        fs::write(&codex, behind).unwrap();
        for path in [&program, &codex] {
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let limit = Duration::from_secs(1);
        let error = ask_hooks(&codex, &flags(), None, limit).unwrap_err();
        assert!(error.to_string().ends_with("no answer in time"), "{error}");
    }

    #[test]
    fn a_codex_that_never_answers_is_ended_after_its_time() {
        let dir = tempfile::tempdir().unwrap();
        let codex = script(&dir, "sleep 600 & wait");
        let error = ask_hooks(&codex, &flags(), None, Duration::from_millis(300)).unwrap_err();
        let expected =
            format!("cannot ask codex binary for its hooks {}: no answer in time", codex.display());
        assert_eq!(error.to_string(), expected);
    }
}
