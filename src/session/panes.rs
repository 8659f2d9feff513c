//! The panes of tmux, remembered: each session with the processes that lead its panes.
//!
//! tmux is asked again when a pane came or went, which shows in the children of its server, and when the server has
//! done anything else: a session may have been renamed or a pane moved then. A server whose panes print all the time
//! does something all the time; as that goes on without anything found changed, it is asked less and less often.

use std::collections::HashMap;
use std::env;
use std::ffi::OsString;
use std::io;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::fs::child::output;
use crate::session::processes::{children_mark, look_at, ran_ns};

/// tmux answers in some 5 ms; one that needs longer than this says nothing.
const TIME_LIMIT: Duration = Duration::from_secs(5);

/// A pane is a line of 50 bytes.
const OUTPUT_CAP: u64 = 16 << 20;

/// The server, the leader of a pane, and the session, whose name may hold spaces.
const FORMAT: &str = "#{pid} #{pane_pid} #{session_name}";

/// A server is believed for no longer than this, whatever it does.
const BELIEVED: Duration = Duration::from_secs(60);

/// The time an answer is believed where the system does not tell what a server does.
const BELIEVED_BLINDLY: Duration = Duration::from_secs(5);

/// The questions in a row that may find nothing changed before they are asked less often: a person at work on their
/// sessions causes a few.
const FRUITLESS: u32 = 8;

/// The time that the next answer is believed whatever the server does, doubled with each further fruitless question.
const FIRST_TRUST: Duration = Duration::from_millis(100);

/// The longest of these.
const MOST_TRUST: Duration = Duration::from_secs(30);

/// A server that has answered cleans up for less than this.
const SETTLING: Duration = Duration::from_millis(1);

/// The interval at which it is checked whether it is done.
const MAX_SETTLING: usize = 5;

/// The panes at a moment.
#[derive(Debug)]
pub(crate) struct Panes {
    leaders: HashMap<String, Vec<u32>>,
    server: Option<Server>,
    /// The socket of the tmux.
    socket: Socket,
    asked: Instant,
    /// The number of questions in a row that have found nothing changed.
    fruitless: u32,
}

/// A server of tmux, and what it had done by then.
#[derive(Debug)]
struct Server {
    pid: u32,
    started: u64,
    children: Option<Vec<u8>>,
    ran_ns: Option<u64>,
}

/// The variables that lead tmux to one server or another.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Socket([Option<OsString>; 2]);

impl Socket {
    fn in_force() -> Self {
        Self(["TMUX", "TMUX_TMPDIR"].map(env::var_os))
    }
}

impl Panes {
    /// Asks tmux. No server has no panes, and no more has a machine without tmux.
    ///
    /// # Errors
    ///
    /// When tmux fails, or does not answer in time.
    pub(crate) fn ask(before: Option<&Self>) -> io::Result<Self> {
        let (socket, asked) = (Socket::in_force(), Instant::now());
        let mut command = Command::new("tmux");
        // What it says of a failure is read; names are UTF-8 whatever the language.
        command.args(["-u", "list-panes", "-a", "-F", FORMAT]).env("LC_ALL", "C");
        let found = match output(command, OUTPUT_CAP, TIME_LIMIT) {
            Ok(found) if found.status.success() => {
                String::from_utf8_lossy(&found.stdout).into_owned()
            }
            Ok(found) if has_no_server(&found.stderr) => String::new(),
            Ok(found) => {
                let said = String::from_utf8_lossy(&found.stderr);
                return Err(io::Error::other(format!("{}: {}", found.status, said.trim())));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        let mut leaders: HashMap<String, Vec<u32>> = HashMap::new();
        let mut server = None;
        for (pid, leader, session) in found.lines().filter_map(parse) {
            server = Some(pid);
            leaders.entry(session.to_owned()).or_default().push(leader);
        }
        // A server that keeps itself alive without sessions has no line; anything else is no list.
        if leaders.is_empty() && !found.trim().is_empty() {
            return Err(io::Error::other("it lists no panes"));
        }
        let server = server.and_then(Server::settled);
        let is_same = before.filter(|before| before.socket == socket && before.leaders == leaders);
        let fruitless = is_same.map_or(0, |before| before.fruitless.saturating_add(1));
        Ok(Self { leaders, server, socket, asked, fruitless })
    }

    /// The leaders of the panes of the session of exactly this name.
    pub(crate) fn of(&self, session: &str) -> &[u32] {
        self.leaders.get(session).map(Vec::as_slice).unwrap_or_default()
    }

    /// Tells whether tmux would say the same now.
    pub(crate) fn is_current(&self) -> bool {
        let age = self.asked.elapsed();
        let Some(server) = self.server.as_ref().filter(|_| age < BELIEVED) else { return false };
        if self.socket != Socket::in_force() || !server.lives() {
            return false;
        }
        match &server.children {
            Some(children) => {
                children_mark(server.pid).as_ref() == Some(children)
                    && (server.sleeps() || age < self.trust())
            }
            None => age < BELIEVED_BLINDLY,
        }
    }

    fn trust(&self) -> Duration {
        let Some(times) = self.fruitless.checked_sub(FRUITLESS) else { return Duration::ZERO };
        FIRST_TRUST.saturating_mul(1_u32.checked_shl(times).unwrap_or(u32::MAX)).min(MOST_TRUST)
    }
}

impl Server {
    /// A server once it has done with the question that it has just answered.
    fn settled(pid: u32) -> Option<Self> {
        let started = look_at(pid).ok()??.started;
        let mut ran = ran_ns(pid);
        for _ in 0..MAX_SETTLING {
            thread::sleep(SETTLING);
            let now = ran_ns(pid);
            if now == ran {
                return Some(Self { pid, started, children: children_mark(pid), ran_ns: now });
            }
            ran = now;
        }
        Some(Self { pid, started, children: children_mark(pid), ran_ns: None })
    }

    fn lives(&self) -> bool {
        look_at(self.pid)
            .is_ok_and(|now| now.is_some_and(|now| now.started == self.started && !now.is_zombie))
    }

    fn sleeps(&self) -> bool {
        self.ran_ns.is_some() && ran_ns(self.pid) == self.ran_ns
    }
}

fn parse(line: &str) -> Option<(u32, u32, &str)> {
    let mut fields = line.splitn(3, ' ');
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?, fields.next()?))
}

/// Tells whether tmux says that no server runs.
fn has_no_server(said: &[u8]) -> bool {
    let said = String::from_utf8_lossy(said);
    said.contains("no server running")
        || (said.contains("error connecting to") && said.contains("No such file or directory"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_server_a_leader_and_a_name_with_spaces() {
        assert_eq!(parse("7 42 my session"), Some((7, 42, "my session")));
        assert_eq!(parse("7 42 "), Some((7, 42, "")));
        assert_eq!(parse("7 x ao-1"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn only_where_no_server_runs_there_are_surely_no_panes() {
        for said in [
            "no server running on /tmp/tmux-0/default\n",
            "error connecting to /tmp/tmux-0/default (No such file or directory)\n",
        ] {
            assert!(has_no_server(said.as_bytes()), "{said}");
        }
        for said in
            ["", "error connecting to /tmp/x (Permission denied)", "server exited unexpectedly"]
        {
            assert!(!has_no_server(said.as_bytes()), "{said}");
        }
    }

    #[test]
    fn a_busy_server_is_asked_less_and_less_often() {
        let panes = |fruitless| Panes {
            leaders: HashMap::new(),
            server: None,
            socket: Socket::in_force(),
            asked: Instant::now(),
            fruitless,
        };
        let trusts =
            [0, FRUITLESS - 1, FRUITLESS, FRUITLESS + 3, 40, u32::MAX].map(|n| panes(n).trust());
        let expected = [0, 0, 100, 800, 30_000, 30_000].map(Duration::from_millis);
        assert_eq!(trusts, expected);
    }
}
