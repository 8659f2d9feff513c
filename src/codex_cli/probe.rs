//! Asks a Codex binary what it can do, for a limited time.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::codex_cli::facts::{Facts, has_command};
use crate::codex_cli::home::Home;
use crate::codex_cli::script::program_behind;
use crate::error::{Error, Result};
use crate::fs::child::{reading, received};
use crate::fs::process_group::Group;

/// A Codex answers in well under 100 ms; a binary that takes longer than this is not asked again by this process.
pub const PROBE_TIME_LIMIT: Duration = Duration::from_secs(3);

/// The help of a Codex is 8 KB, its list of models 1 MB, most of it instructions.
const OUTPUT_CAP: u64 = 16 << 20;

/// Runs `binary --version`, `binary --help` and, where it has the command, `binary debug models --bundled`; `None`
/// where their output is not that of a Codex.
///
/// # Errors
/// When the binary cannot be started or has not ended within `limit`; its processes are gone then.
pub fn ask(binary: &Path, limit: Duration) -> Result<Option<Facts>> {
    let deadline = Instant::now() + limit;
    let version = Running::start(binary, &["--version"], None)?;
    let help = Running::start(binary, &["--help"], None)?;
    let version = version.output(deadline)?;
    let help = help.output(deadline)?;
    let models =
        if has_command(&help, "debug") { models(binary, deadline)? } else { String::new() };
    Ok(Facts::parse(&version, &help, &models))
}

/// The list of models that is built in: the network is not asked, and no file of the user is read or written.
fn models(binary: &Path, deadline: Instant) -> Result<String> {
    let home = Home::make().map_err(|error| Error::io("make a home to ask", binary, error))?;
    let list = |program: &Path| {
        Running::start(program, &["debug", "models", "--bundled"], Some(home.path()))?
            .output(deadline)
    };
    let listed = list(binary)?;
    match program_behind(binary) {
        Some(program) if listed.is_empty() => list(&program),
        _ => Ok(listed),
    }
}

/// The output of the binary when it is started with one argument.
pub(crate) fn output(binary: &Path, argument: &str, deadline: Instant) -> Result<String> {
    Running::start(binary, &[argument], None)?.output(deadline)
}

struct Running<'a> {
    binary: &'a Path,
    /// No process of ours stays, whatever the outcome.
    _group: Group,
    output: Option<mpsc::Receiver<Vec<u8>>>,
}

impl<'a> Running<'a> {
    fn start(binary: &'a Path, arguments: &[&str], home: Option<&Path>) -> Result<Self> {
        let mut command = Command::new(binary);
        if let Some(home) = home {
            command.env("HOME", home).env("CODEX_HOME", home);
        }
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        // With a launcher's children.
        let mut group = Group::spawn(command)
            .map_err(|source| Error::io("run codex binary", binary, source))?;
        let output = group.child.stdout.take().map(|stdout| reading(stdout, OUTPUT_CAP));
        Ok(Self { binary, _group: group, output })
    }

    fn output(self, deadline: Instant) -> Result<String> {
        match received(self.output, deadline) {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(_) => Err(Error::invalid("ask codex binary", self.binary, "no answer in time")),
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;
    use std::thread;

    use super::*;

    fn script(dir: &tempfile::TempDir, text: &str) -> PathBuf {
        let path = dir.path().join("codex");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[test]
    fn asks_version_and_help() {
        let dir = tempfile::tempdir().unwrap();
        let help = "      --ask-for-approval <P>  [possible values: never]";
        let codex = script(
            &dir,
            &format!(
                "#!/bin/sh\ncase $1 in --version) echo codex-cli 1.2.3;; *) echo '{help}';; esac\n"
            ),
        );
        assert_eq!(
            ask(&codex, PROBE_TIME_LIMIT).unwrap(),
            Some(Facts {
                version: Some("1.2.3".to_owned()),
                approval_policies: vec!["never".to_owned()],
                resume: false,
                no_daemon: false,
                model_successors: BTreeMap::new(),
            })
        );
    }

    #[test]
    fn a_binary_that_hangs_is_ended_with_its_children() {
        let dir = tempfile::tempdir().unwrap();
        let codex = script(&dir, "#!/bin/sh\nsleep 600 & echo $! >> \"$0.pids\"\nwait\n");
        let started = Instant::now();
        let error = ask(&codex, Duration::from_millis(400)).unwrap_err();
        assert!(started.elapsed() < Duration::from_secs(3));
        assert_eq!(
            error.to_string(),
            format!("cannot ask codex binary {}: no answer in time", codex.display())
        );
        let pids = fs::read_to_string(codex.with_extension("pids")).unwrap();
        let pids: Vec<i32> = pids.split_whitespace().map(|pid| pid.parse().unwrap()).collect();
        assert!(!pids.is_empty());
        for pid in pids {
            assert!(ends_soon(pid), "process {pid} outlived its group");
        }
    }

    fn ends_soon(pid: i32) -> bool {
        let deadline = Instant::now() + Duration::from_secs(2);
        let pid = rustix::process::Pid::from_raw(pid).unwrap();
        let is_running = || {
            let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
            // A zombie waits for whoever reaps orphans here; it runs no more.
            let zombie = stat.is_ok_and(|stat| stat.contains(") Z"));
            rustix::process::test_kill_process(pid).is_ok() && !zombie
        };
        while is_running() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(10));
        }
        !is_running()
    }

    #[test]
    fn a_missing_binary_is_an_error_with_its_path() {
        let error = ask(Path::new("/nowhere/codex"), PROBE_TIME_LIMIT).unwrap_err();
        assert_eq!(error.path(), Path::new("/nowhere/codex"));
    }
}
