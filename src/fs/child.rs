//! Runs a program for a limited time and hands over what it printed.

use std::io::{self, Read};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::fs::process_group::Group;

/// The interval at which it is checked whether a program that has closed its output has ended.
const ENDING: Duration = Duration::from_millis(1);

/// The output of a program, and its end.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

/// Runs a program to its end; of its output only the first `cap` bytes are kept.
///
/// # Errors
///
/// When it cannot be started, or has not ended within `limit` (`TimedOut`): it and what it has started are gone then.
pub(crate) fn output(mut command: Command, cap: u64, limit: Duration) -> io::Result<Output> {
    let deadline = Instant::now() + limit;
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut group = Group::spawn(command)?;
    let stdout = group.child.stdout.take().map(|pipe| reading(pipe, cap));
    let stderr = group.child.stderr.take().map(|pipe| reading(pipe, cap));
    let stdout = received(stdout, deadline)?;
    let stderr = received(stderr, deadline)?;
    loop {
        if let Some(status) = group.child.try_wait()? {
            return Ok(Output { status, stdout, stderr });
        }
        if Instant::now() >= deadline {
            return Err(io::ErrorKind::TimedOut.into());
        }
        thread::sleep(ENDING);
    }
}

/// Reads a pipe in another thread, to its end or its first `cap` bytes.
pub(crate) fn reading(pipe: impl Read + Send + 'static, cap: u64) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What came before a failed read still says what it says.
        let _ = pipe.take(cap).read_to_end(&mut bytes);
        // Nobody listens any more once the time is over.
        let _ = sender.send(bytes);
    });
    receiver
}

/// The output that [`reading`] reads; `TimedOut` when it has no end by then.
pub(crate) fn received(
    output: Option<mpsc::Receiver<Vec<u8>>>,
    deadline: Instant,
) -> io::Result<Vec<u8>> {
    let Some(output) = output else { return Ok(Vec::new()) };
    let left = deadline.saturating_duration_since(Instant::now());
    output.recv_timeout(left).map_err(|_| io::ErrorKind::TimedOut.into())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn both_streams_and_the_end_are_told() {
        let found =
            output(shell("echo out; echo err >&2; exit 3"), 1 << 10, Duration::from_secs(5))
                .unwrap();
        assert_eq!(found.status.code(), Some(3));
        assert_eq!((found.stdout, found.stderr), (b"out\n".to_vec(), b"err\n".to_vec()));
    }

    #[test]
    fn a_child_that_holds_the_pipe_does_not_hold_the_caller() {
        let began = Instant::now();
        let failed = output(shell("sleep 600"), 1 << 10, Duration::from_millis(200)).unwrap_err();
        assert_eq!(failed.kind(), io::ErrorKind::TimedOut);
        let failed = output(shell("sleep 600 & wait"), 1 << 10, Duration::from_millis(200));
        assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(began.elapsed() < Duration::from_secs(5));
    }
}
