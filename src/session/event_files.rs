//! The event files of all sessions: where they are, reading them, and taking old ones away.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::error::{Error, Result};
use crate::fs::disk;
use crate::fs::file_stamp::{FileStamp, Timestamp};
use crate::fs::guarded;
use crate::index::lru::{Lru, locked};
use crate::rollout::drive::is_network;
use crate::session::events::{Only, SessionEvents};
use crate::session::processes;
use crate::session::shorten::shorten;

/// The directory, below the orchestrator's home.
pub const DIRECTORY: &str = "codex/events";

const EXTENSION: &str = "jsonl";
/// Bytes of a session's id that its file name keeps; the hook counts the same.
const NAME_LIMIT: usize = 100;
/// The hook writes no more than half of this, in bytes; of a larger file only the beginning is read.
const READ_CAP: u64 = 2 << 20;
/// A file above this is shortened when it is read, in bytes: some 250 lines.
const SHORTEN_ABOVE: u64 = 64 << 10;
/// The events of a workspace that is gone are kept for so long after the last of them.
const KEPT_AFTER: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The number of files that are remembered: an orchestrator has some hundred sessions.
const MAX_KNOWN: usize = 1024;

/// The events that were read, by their files.
static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(|| Mutex::new(Lru::new(MAX_KNOWN)));

type Known = Lru<(PathBuf, Only), (FileStamp, Arc<SessionEvents>)>;

/// The event file of one session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The session's id, as far as the name of the file keeps it.
    pub session: String,
    /// Its events.
    pub events: Arc<SessionEvents>,
}

/// The path of the events of a session.
#[must_use]
pub fn path_of(ao_home: &Path, session: &str) -> PathBuf {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let name: String = session
        .bytes()
        .take(NAME_LIMIT)
        .map(|byte| if safe(byte) { char::from(byte) } else { '_' })
        .collect();
    ao_home.join(DIRECTORY).join(format!("{name}.{EXTENSION}"))
}

/// Reads the events of a session; `None` where none were noted.
///
/// # Errors
/// The file is there and cannot be read.
pub fn read(ao_home: &Path, session: &str, only: &Only) -> Result<Option<Arc<SessionEvents>>> {
    if session.is_empty() {
        return Ok(None);
    }
    read_unless_known(path_of(ao_home, session), only)
}

/// Reads an event file, unless it is what it was when it was last read.
fn read_unless_known(path: PathBuf, only: &Only) -> Result<Option<Arc<SessionEvents>>> {
    let began = Timestamp::now();
    let found = match fs::metadata(&path) {
        Ok(found) => found,
        Err(error) if is_absent(&error) => return Ok(None),
        // Why, reading it tells.
        Err(_) => {
            return Ok(read_file(&path)?.map(|text| Arc::new(SessionEvents::read(&text, only))));
        }
    };
    let stamp = FileStamp::of(&found);
    let key = (path, only.clone());
    if let Some((_, events)) = locked(&KNOWN).peek(&key).filter(|(known, _)| *known == stamp) {
        return Ok(Some(Arc::clone(events)));
    }
    let Some(text) = read_file(&key.0)? else { return Ok(None) };
    let events = Arc::new(SessionEvents::read(&text, only));
    // What was read so soon after a change may have changed once more without a sign.
    if !stamp.is_racy(began) {
        locked(&KNOWN).put(key, (stamp, Arc::clone(&events)));
    }
    Ok(Some(events))
}

/// Notes that Codex is about to be started with hooks for a session, and the thread and rollout that it goes on with.
///
/// # Errors
/// The file cannot be written.
pub fn note_launch(ao_home: &Path, session: &str, resumed: Option<(&str, &str)>) -> Result<()> {
    let path = path_of(ao_home, session);
    processes::note_clock();
    let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let at = u64::try_from(at).unwrap_or(u64::MAX);
    let launch = json!({ "at": at, "event": "Launch" });
    let resume = resumed.map(|(thread, rollout)| {
        json!({ "at": at, "event": "Resume", "thread": thread, "rollout": rollout })
    });
    let lines = [Some(launch), resume].into_iter().flatten().map(|line| format!("{line}\n"));
    let text: String = lines.collect();
    append(&path, text.as_bytes()).map_err(|error| Error::io("note launch in", &path, error))
}

/// Reads the events of all sessions; none where the hook was never installed. A file that cannot be read is passed
/// over: it must not lose the others.
///
/// # Errors
/// The directory is there and cannot be read.
pub fn read_all(ao_home: &Path) -> Result<Vec<Named>> {
    let mut found = Vec::new();
    for path in list(ao_home)? {
        let session = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        if let (Some(session), Ok(Some(events))) =
            (session, read_unless_known(path, &Only::default()))
        {
            found.push(Named { session, events });
        }
    }
    Ok(found)
}

/// Removes the events of workspaces that are gone, when the last of them is 30 days old; says how many files went.
///
/// # Errors
/// The directory is there and cannot be read.
pub fn remove_old(ao_home: &Path, now: SystemTime) -> Result<usize> {
    let mut removed = 0;
    for path in list(ao_home)? {
        let modified = fs::metadata(&path).and_then(|found| found.modified());
        let age = modified.ok().and_then(|time| now.duration_since(time).ok()).unwrap_or_default();
        let is_over = age > KEPT_AFTER && !has_workspace(&path);
        // Another process may be faster.
        if is_over && fs::remove_file(&path).is_ok() {
            removed += 1;
        }
    }
    Ok(removed)
}

/// Tells whether a directory in which a thread of the session ran is still there.
fn has_workspace(path: &Path) -> bool {
    let Ok(Some(text)) = read_file(path) else { return false };
    let threads = SessionEvents::read(&text, &Only::default()).threads;
    threads.iter().filter_map(|thread| thread.cwd.as_deref()).any(|cwd| {
        // One whose disk does not answer may be there, and nobody is asked over the network.
        is_network(Path::new(cwd)) || disk::ask(Path::new(cwd), Path::exists).unwrap_or(true)
    })
}

fn list(ao_home: &Path) -> Result<Vec<PathBuf>> {
    let directory = ao_home.join(DIRECTORY);
    let entries = match fs::read_dir(&directory) {
        Ok(entries) => entries,
        Err(error) if is_absent(&error) => return Ok(Vec::new()),
        Err(error) => return Err(Error::io("list events in", &directory, error)),
    };
    let mut paths: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == EXTENSION))
        .collect();
    paths.sort();
    Ok(paths)
}

/// In one write, as the hook does.
fn append(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // A pipe of this name is an error, not something to wait for.
        options.mode(0o600).custom_flags(libc::O_NONBLOCK);
    }
    options.open(path)?.write_all(text)
}

/// The text of a regular file; one that has grown is shortened on the way.
fn read_file(path: &Path) -> Result<Option<Vec<u8>>> {
    let failed = |error| Error::io("read events", path, error);
    let found = match fs::metadata(path) {
        Ok(found) => found,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    // Opening a pipe would wait for its writer.
    if !found.is_file() {
        return Ok(None);
    }
    if found.len() > SHORTEN_ABOVE {
        // A file that cannot be shortened can still be read.
        let _ = shorten(path);
    }
    let mut text = Vec::new();
    let file = match guarded::open_own(path) {
        Ok((file, _)) => file,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    file.take(READ_CAP).read_to_end(&mut text).map_err(failed)?;
    Ok(Some(text))
}

/// Nothing is there also where a directory of the way is a file: an orchestrator's home may be one that nobody can use.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn line(event: &str, thread: &str, cwd: &str) -> String {
        format!("{{\"at\":1,\"event\":\"{event}\",\"thread\":\"{thread}\",\"cwd\":\"{cwd}\"}}\n")
    }

    fn write(home: &TempDir, session: &str, text: &str) -> PathBuf {
        let path = path_of(home.path(), session);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    #[test]
    fn names_are_safe_whatever_the_session_is_called() {
        let name = |session: &str| {
            let path = path_of(Path::new("/ao"), session);
            assert_eq!(path.parent(), Some(Path::new("/ao/codex/events")));
            path.file_name().unwrap().to_str().unwrap().to_owned()
        };
        assert_eq!(name("app-1"), "app-1.jsonl");
        assert_eq!(name("../../etc/passwd"), "______etc_passwd.jsonl");
        assert_eq!(name("ä\n$(x)"), "_____x_.jsonl");
        assert_eq!(name(&"x".repeat(500)), format!("{}.jsonl", "x".repeat(100)));
    }

    #[test]
    fn a_session_that_noted_nothing_has_no_events() {
        let home = TempDir::new().unwrap();
        assert_eq!(read(home.path(), "app-1", &Only::default()).unwrap(), None);
        assert_eq!(read(home.path(), "", &Only::default()).unwrap(), None);
        assert_eq!(read_all(home.path()).unwrap(), vec![]);
        fs::create_dir_all(path_of(home.path(), "app-1")).unwrap();
        assert_eq!(read(home.path(), "app-1", &Only::default()).unwrap(), None);
    }

    #[test]
    fn a_home_that_is_no_directory_holds_no_events() {
        let home = TempDir::new().unwrap();
        let file = home.path().join("file");
        fs::write(&file, "").unwrap();
        assert_eq!(read(&file, "app-1", &Only::default()).unwrap(), None);
        assert_eq!(read_all(&file).unwrap(), vec![]);
        assert_eq!(remove_old(&file, SystemTime::now()).unwrap(), 0);
    }

    #[test]
    fn reads_one_session_or_all() {
        let home = TempDir::new().unwrap();
        write(&home, "app-1", &line("SessionStart", "a", "/w"));
        write(&home, "app-2", "garbage\n");
        fs::write(home.path().join(DIRECTORY).join("other.txt"), "x").unwrap();
        let one = read(home.path(), "app-1", &Only::default()).unwrap().unwrap();
        assert_eq!(one.threads[0].thread_id, "a");
        let names: Vec<_> =
            read_all(home.path()).unwrap().into_iter().map(|named| named.session).collect();
        assert_eq!(names, ["app-1", "app-2"]);
    }

    #[test]
    fn a_launch_is_noted_and_what_it_resumes() {
        let home = TempDir::new().unwrap();
        fs::create_dir_all(home.path().join(DIRECTORY)).unwrap();
        note_launch(home.path(), "app-1", None).unwrap();
        let read = || read(home.path(), "app-1", &Only::default()).unwrap().unwrap();
        assert!(read().launched_ms.is_some());
        assert_eq!(read().threads, vec![]);
        note_launch(home.path(), "app-1", Some(("a", "/r\"x"))).unwrap();
        let thread = &read().threads[0];
        assert_eq!(
            (thread.thread_id.as_str(), thread.rollout_path.as_deref()),
            ("a", Some("/r\"x"))
        );
    }

    #[test]
    fn removes_what_is_30_days_old_and_whose_workspace_is_gone() {
        let home = TempDir::new().unwrap();
        let there = home.path().join("workspace");
        fs::create_dir(&there).unwrap();
        let kept = write(&home, "kept", &line("SessionStart", "a", there.to_str().unwrap()));
        let gone = write(&home, "gone", &line("SessionStart", "a", "/nowhere/at/all"));
        let now = SystemTime::now();
        let day = Duration::from_secs(24 * 60 * 60);
        assert_eq!(remove_old(home.path(), now + 29 * day).unwrap(), 0);
        assert_eq!(remove_old(home.path(), now + 31 * day).unwrap(), 1);
        assert_eq!((kept.exists(), gone.exists()), (true, false));
    }
}
