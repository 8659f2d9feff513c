//! `/proc`, which every Linux has, also a container without `ps`.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::PathBuf;

use crate::fs::open::is_shortage;
use crate::session::processes::boot_clock;
use crate::session::processes::process::Process;

/// Ticks of `starttime` a second: fixed for programs, whatever the kernel was built with.
const TICKS_PER_SECOND: i64 = 100;

/// The system counts in steps of 10 ms; a hook that notes a moment was started just before.
const TOLERANCE_MS: i64 = 20;

/// A line of `stat` has some 300 bytes.
const STAT_CAP: usize = 2048;

/// The error of a process that has ended between the opening of its file and the reading.
const NO_SUCH_PROCESS: i32 = 3;

pub(super) fn look_at(pid: u32) -> io::Result<Option<Process>> {
    let mut buffer = [0; STAT_CAP];
    let stat = File::open(format!("/proc/{pid}/stat"))
        .and_then(|mut file| file.read(&mut buffer))
        .map(|length| buffer.get(..length).unwrap_or_default());
    match stat {
        Ok(stat) => parse(pid, stat).map(Some).ok_or_else(|| {
            io::Error::other(format!("/proc/{pid}/stat is not what it is on Linux"))
        }),
        // Where `/proc` is not there, nobody is.
        Err(error) if has_ended(&error) && fs::exists("/proc/self/stat")? => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn read_all() -> io::Result<Vec<Process>> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else { continue };
        found.extend(look_at(pid)?);
    }
    let own = std::process::id();
    if found.iter().any(|one| one.pid == own) {
        return Ok(found);
    }
    Err(io::Error::other("/proc does not show this process"))
}

/// Those of all its threads.
pub(super) fn children_of(pid: u32) -> Option<Vec<u32>> {
    let threads = match fs::read_dir(format!("/proc/{pid}/task")) {
        Ok(threads) => threads,
        Err(error) if has_ended(&error) => return Some(Vec::new()),
        // Who asks for all processes learns why.
        Err(_) => return None,
    };
    let mut children = Vec::new();
    for thread in threads.flatten() {
        match fs::read_to_string(thread.path().join("children")) {
            Ok(text) => {
                children.extend(text.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
            }
            // A kernel that was built without this file, or a thread that has ended.
            Err(error) if has_ended(&error) && thread.path().join("stat").exists() => return None,
            Err(error) if is_shortage(&error) => return None,
            Err(_ended) => {}
        }
    }
    Some(children)
}

pub(super) fn children_mark(pid: u32) -> Option<Vec<u8>> {
    fs::read(format!("/proc/{pid}/task/{pid}/children")).ok()
}

pub(super) fn ran_ns(pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/schedstat")).ok()?;
    // Zero where the kernel does not count.
    text.split_whitespace().next()?.parse().ok().filter(|ran| *ran > 0)
}

pub(super) fn command_line(pid: u32) -> io::Result<Vec<String>> {
    let bytes = match fs::read(format!("/proc/{pid}/cmdline")) {
        Err(error) if is_shortage(&error) => return Err(error),
        // It has ended, or is not ours to look at.
        read => read.unwrap_or_default(),
    };
    if bytes.is_empty() {
        // A thread of the kernel, or a process that has not read its arguments yet.
        return Ok(Vec::new());
    }
    let words = bytes.strip_suffix(b"\0").unwrap_or(&bytes).split(|byte| *byte == 0);
    Ok(words.map(|word| String::from_utf8_lossy(word).into_owned()).collect())
}

pub(super) fn executable(pid: u32) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{pid}/exe")).ok()
}

pub(super) fn note_clock() {
    let _ = boot_clock::earliest_ms(0);
}

pub(super) fn earliest_start_ms(process: &Process) -> Option<i64> {
    let started = i64::try_from(process.started).ok()?;
    Some(boot_clock::earliest_ms(started * (1000 / TICKS_PER_SECOND))? - TOLERANCE_MS)
}

/// `pid (name) state parent group session terminal …`, the start in ticks the 20th behind the name, which may itself
/// hold parentheses.
fn parse(pid: u32, stat: &[u8]) -> Option<Process> {
    let stat = String::from_utf8_lossy(stat);
    let (head, rest) = stat.rsplit_once(") ")?;
    let (_, name) = head.split_once('(')?;
    let fields: Vec<&str> = rest.split_whitespace().take(20).collect();
    let terminal: i64 = fields.get(4)?.parse().ok()?;
    Some(Process {
        pid,
        parent: fields.get(1)?.parse().ok()?,
        started: fields.get(19)?.parse().ok()?,
        terminal: u64::try_from(terminal).ok().filter(|terminal| *terminal != 0),
        name: name.into(),
        is_zombie: matches!(fields.first(), Some(&("Z" | "X"))),
    })
}

fn has_ended(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound || error.raw_os_error() == Some(NO_SUCH_PROCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_whatever_it_likes() {
        let rest = "S 7 1 1 34817 1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 1234 9 9";
        let expected = |name: &str| Process {
            pid: 42,
            parent: 7,
            started: 1234,
            terminal: Some(34817),
            name: name.into(),
            is_zombie: false,
        };
        for name in ["codex", "a) S 1 (b", "", "x y", ") "] {
            let line = format!("42 ({name}) {rest}");
            assert_eq!(parse(42, line.as_bytes()), Some(expected(name)), "{name}");
        }
        assert_eq!(parse(42, b"42 (codex) S"), None);
        assert_eq!(parse(42, b""), None);
    }

    #[test]
    fn who_sleeps_does_not_run() {
        let mut child = std::process::Command::new("sleep").arg("600").spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(100));
        let before = ran_ns(child.id());
        assert!(before.is_some());
        assert_eq!(before, ran_ns(child.id()));
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
