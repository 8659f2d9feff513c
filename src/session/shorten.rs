//! Keeps an event file small, while hooks append to it: its last launch, the first line of each thread, and the last
//! lines of all.
//!
//! The file is replaced by a rename. A hook that had opened the old one by then still writes into it, for a moment;
//! that is carried over.

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use crate::fs::atomic;
use crate::fs::guarded;
use crate::session::event_line::{Line, launch};

/// Lines of any kind that are kept: some turns.
const LAST_LINES: usize = 64;
/// Threads whose first line is kept; a session has a handful.
const THREADS: usize = 200;
/// The longest file that is shortened, in bytes: the hook stops at one megabyte, a longer one was not written by it.
const LONGEST: u64 = 16 << 20;
/// A hook opens and writes within a millisecond or two.
const STRAGGLERS: Duration = Duration::from_millis(20);
/// A lock of this age belongs to a process that was killed.
const LOCK_STALE: Duration = Duration::from_secs(60);

/// Shortens the file; does nothing while another process does.
pub(crate) fn shorten(path: &Path) -> io::Result<()> {
    let Some(_lock) = Lock::take(path.with_extension("lock"))? else { return Ok(()) };
    let (mut old, found) = guarded::open_own(path)?;
    if found.len() > LONGEST {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let mut text = Vec::new();
    old.read_to_end(&mut text)?;
    atomic::write(path, &kept(&text))?;
    thread::sleep(STRAGGLERS);
    let mut late = Vec::new();
    old.read_to_end(&mut late)?;
    if !late.is_empty() {
        OpenOptions::new().append(true).open(path)?.write_all(&late)?;
    }
    Ok(())
}

/// Only whole lines that say something.
fn kept(text: &[u8]) -> Vec<u8> {
    let lines: Vec<(&[u8], Line<'_>)> = text
        .split_inclusive(|byte| *byte == b'\n')
        .filter(|line| line.ends_with(b"\n"))
        .filter_map(|line| Line::parse(line).map(|parsed| (line, parsed)))
        .collect();
    let (early, last) = lines.split_at(lines.len().saturating_sub(LAST_LINES));
    let mut known = HashSet::new();
    let first: Vec<&[u8]> = early
        .iter()
        .filter(|(_, line)| line.agent.is_none() && known.insert(line.thread.as_ref()))
        .map(|(line, _)| *line)
        .collect();
    let skipped = first.len().saturating_sub(THREADS);
    let launched = text
        .split_inclusive(|byte| *byte == b'\n')
        .rfind(|line| line.ends_with(b"\n") && launch(line).is_some());
    let last = last.iter().map(|(line, _)| *line);
    let kept = launched.into_iter().chain(first.into_iter().skip(skipped)).chain(last);
    kept.collect::<Vec<_>>().concat()
}

struct Lock(PathBuf);

impl Lock {
    fn take(path: PathBuf) -> io::Result<Option<Self>> {
        let create = || OpenOptions::new().write(true).create_new(true).open(&path);
        let taken = match create() {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && is_stale(&path) => {
                fs::remove_file(&path)?;
                create()
            }
            taken => taken,
        };
        match taken {
            Ok(_) => Ok(Some(Self(path))),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Whoever finds it later takes it for stale.
        let _ = fs::remove_file(&self.0);
    }
}

fn is_stale(lock: &Path) -> bool {
    let modified = fs::symlink_metadata(lock).and_then(|found| found.modified());
    // One from the future was made before the clock was set back.
    let age = |time| match SystemTime::now().duration_since(time) {
        Ok(age) => age,
        Err(ahead) => ahead.duration(),
    };
    modified.is_ok_and(|time| age(time) > LOCK_STALE)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    fn line(at: usize, thread: &str) -> String {
        format!("{{\"at\":{at},\"event\":\"UserPromptSubmit\",\"thread\":\"{thread}\"}}\n")
    }

    #[test]
    fn keeps_the_first_line_of_each_thread_and_the_last_of_all() {
        let early: String = (0..500).map(|at| line(at, if at < 9 { "a" } else { "b" })).collect();
        let last: String = (500..564).map(|at| line(at, "b")).collect();
        let launch = "{\"at\":7,\"event\":\"Launch\"}\n";
        let text = format!("garbage\n{launch}{early}{last}{{\"torn\"");
        let expected = launch.to_owned() + &line(0, "a") + &line(9, "b") + &last;
        assert_eq!(String::from_utf8(kept(text.as_bytes())).unwrap(), expected);
    }

    #[test]
    fn loses_nothing_that_is_written_meanwhile() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("app-1.jsonl");
        fs::write(&path, (0..500).map(|at| line(at, "a")).collect::<String>()).unwrap();
        let done = AtomicBool::new(false);
        let written = thread::scope(|scope| {
            let writer = scope.spawn(|| {
                let mut written = 0;
                while !done.load(Ordering::Relaxed) {
                    let mut file = OpenOptions::new().append(true).open(&path).unwrap();
                    file.write_all(line(written, &format!("late{written}")).as_bytes()).unwrap();
                    written += 1;
                    thread::sleep(Duration::from_millis(1));
                }
                written
            });
            shorten(&path).unwrap();
            done.store(true, Ordering::Relaxed);
            writer.join().unwrap()
        });
        let text = fs::read_to_string(&path).unwrap();
        let late: HashSet<usize> = text
            .lines()
            .filter_map(|line| line.split("late").nth(1)?.split('"').next()?.parse().ok())
            .collect();
        assert_eq!(late, (0..written).collect());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn two_at_once_are_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("app-1.jsonl");
        fs::write(&path, line(1, "a")).unwrap();
        fs::write(path.with_extension("lock"), "").unwrap();
        shorten(&path).unwrap();
        assert!(path.with_extension("lock").exists());
        let (lock, now) = (path.with_extension("lock"), SystemTime::now());
        for time in [now - LOCK_STALE * 2, now + LOCK_STALE * 60] {
            fs::File::create(&lock).unwrap().set_modified(time).unwrap();
            shorten(&path).unwrap();
            assert!(!lock.exists());
        }
    }
}
