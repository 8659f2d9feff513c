//! The activity log of a workspace, `.ao/activity.jsonl`, from which dashboards without this plugin learn that an agent
//! waits for a person or is blocked.
//!
//! The agent may write into the workspace, and so may the repository that was checked out: no link is followed on the
//! way to the file, and nothing but a regular file with one name is written to. Readers want its last line only, so it
//! never exceeds `MAX_BYTES`.

use std::ffi::CStr;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::SystemTime;

use chrono::{DateTime, SecondsFormat, Utc};
use rustix::fs::{AtFlags, CWD, Mode, OFlags, fstat, mkdirat, openat, renameat, unlinkat};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::session::notes::OUR_SOURCE;
use crate::wrapper::git_exclude;

const DIRECTORY: &CStr = c".ao";
const FILE: &CStr = c"activity.jsonl";
/// A new file, before it takes the old one's place.
const PENDING: &CStr = c"activity.jsonl.new";
/// The file, below a workspace.
pub const PATH: &str = ".ao/activity.jsonl";

/// Readers look at the last 4 KB; a file that would grow beyond this is begun anew, in bytes.
const MAX_BYTES: u64 = 32 * 1024;

/// The longest reason that is noted, in characters: a line must stay far below what readers look at.
const MAX_TRIGGER: usize = 300;

/// The modes of the log and of its directory: only the user writes them.
const FILE_MODE: Mode = Mode::from_raw_mode(0o600);
const DIRECTORY_MODE: Mode = Mode::from_raw_mode(0o755);

/// The outcome for a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is the last line of the log.
    Noted,
    /// A link, or something else that is no log, is in the log's place, or git could not be told to pass it over.
    Left,
}

#[derive(Serialize)]
struct Line<'a> {
    ts: String,
    state: &'a str,
    source: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    trigger: Option<String>,
}

/// Appends a state, and in words why it is so, where somebody has to act.
///
/// # Errors
/// The workspace is not there, or the log cannot be written.
pub fn note(
    workspace: &Path,
    state: &str,
    trigger: Option<&str>,
    at: SystemTime,
) -> Result<Outcome> {
    let ts = DateTime::<Utc>::from(at).to_rfc3339_opts(SecondsFormat::Millis, true);
    let trigger = trigger.map(|text| text.chars().take(MAX_TRIGGER).collect());
    let line = Line { ts, state, source: OUR_SOURCE, trigger };
    let failed = |error: io::Error| Error::io("note activity in", &workspace.join(PATH), error);
    let mut text = serde_json::to_vec(&line).map_err(|error| failed(error.into()))?;
    text.push(b'\n');
    append(workspace, &text).map_err(failed)
}

/// Begins the log anew, with nothing in it, and keeps it out of commits: what stands there is of an earlier launch.
///
/// # Errors
/// The workspace is not there, or the log cannot be written.
pub fn begin(workspace: &Path) -> Result<Outcome> {
    let failed = |error: io::Error| Error::io("begin activity log", &workspace.join(PATH), error);
    let Some(directory) = directory(workspace).map_err(failed)? else { return Ok(Outcome::Left) };
    if matches!(existing(&directory).map_err(failed)?, Existing::Left) || !is_excluded(workspace)? {
        return Ok(Outcome::Left);
    }
    replace(&directory, b"").map_err(failed)?;
    Ok(Outcome::Noted)
}

/// Takes the log away where every line of it is ours, and its directory with it where nothing else is in there. A dry
/// run only says so.
///
/// # Errors
/// The log or the repository's `info/exclude` cannot be written.
pub fn remove(workspace: &Path, is_dry: bool) -> Result<bool> {
    let failed = |error: io::Error| Error::io("remove activity log", &workspace.join(PATH), error);
    let Some(directory) = opened(workspace).map_err(failed)? else { return Ok(false) };
    let Existing::File { .. } = existing(&directory).map_err(failed)? else { return Ok(false) };
    if !is_all_ours(&directory).map_err(failed)? {
        return Ok(false);
    }
    if is_dry {
        return Ok(true);
    }
    unlinkat(&directory, FILE, AtFlags::empty()).map_err(|error| failed(error.into()))?;
    git_exclude::remove(&workspace.join(PATH))?;
    // Others may keep something there.
    let _ = std::fs::remove_dir(workspace.join(".ao"));
    Ok(true)
}

fn append(workspace: &Path, text: &[u8]) -> io::Result<Outcome> {
    let Some(directory) = directory(workspace)? else { return Ok(Outcome::Left) };
    match existing(&directory)? {
        Existing::Left => return Ok(Outcome::Left),
        Existing::File { file, size } if size + text.len() as u64 <= MAX_BYTES => {
            // One write: lines of processes that run at once never mix.
            std::fs::File::from(file).write_all(text)?;
            return Ok(Outcome::Noted);
        }
        Existing::File { .. } => {}
        Existing::Absent => {
            if !is_excluded(workspace).map_err(|error| io::Error::other(error.to_string()))? {
                return Ok(Outcome::Left);
            }
        }
    }
    replace(&directory, text)?;
    Ok(Outcome::Noted)
}

fn is_unsuitable(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::InvalidInput
}

/// Tells whether nobody else has written into it.
fn is_all_ours(directory: &OwnedFd) -> io::Result<bool> {
    #[derive(Deserialize)]
    struct Source {
        source: String,
    }
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = std::fs::File::from(openat(directory, FILE, flags, Mode::empty())?);
    let mut text = Vec::new();
    // What is longer is none of ours.
    let length = file.take(MAX_BYTES + 1).read_to_end(&mut text)?;
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let mut sources = lines.map(serde_json::from_slice::<Source>);
    let is_ours = sources.all(|line| line.is_ok_and(|line| line.source == OUR_SOURCE));
    Ok(is_ours && length as u64 <= MAX_BYTES)
}

/// Tells whether no `git add` takes the log: it is listed before it is there.
fn is_excluded(workspace: &Path) -> Result<bool> {
    match git_exclude::add(&workspace.join(PATH)) {
        Ok(()) => Ok(true),
        Err(error) if error.is_invalid() => Ok(false),
        // Of a file that is none of git's.
        Err(error) if error.io_error().is_some_and(is_unsuitable) => Ok(false),
        Err(error) => Err(error),
    }
}

enum Existing {
    Absent,
    File {
        file: OwnedFd,
        size: u64,
    },
    /// A link, a directory, a pipe, or a file that has another name, too.
    Left,
}

fn existing(directory: &OwnedFd) -> io::Result<Existing> {
    let flags = OFlags::WRONLY | OFlags::APPEND | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = match openat(directory, FILE, flags | OFlags::CLOEXEC, Mode::empty()) {
        Ok(file) => file,
        Err(rustix::io::Errno::NOENT) => return Ok(Existing::Absent),
        // A link; a directory; a pipe that nobody reads.
        Err(
            rustix::io::Errno::LOOP
            | rustix::io::Errno::MLINK
            | rustix::io::Errno::ISDIR
            | rustix::io::Errno::NXIO,
        ) => return Ok(Existing::Left),
        Err(error) => return Err(error.into()),
    };
    let found = fstat(&file)?;
    let is_file = rustix::fs::FileType::from_raw_mode(found.st_mode).is_file();
    let is_alone = is_file && found.st_nlink == 1;
    Ok(if is_alone {
        Existing::File { file, size: found.st_size.unsigned_abs() }
    } else {
        Existing::Left
    })
}

/// Puts a new file in place; whatever is there is not written to.
fn replace(directory: &OwnedFd, text: &[u8]) -> io::Result<()> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let create = || openat(directory, PENDING, flags, FILE_MODE);
    let file = match create() {
        // Of a process that was killed, or of one that does the same now: either's is as good.
        Err(rustix::io::Errno::EXIST) => {
            unlinkat(directory, PENDING, AtFlags::empty())?;
            create()?
        }
        created => created?,
    };
    std::fs::File::from(file).write_all(text)?;
    renameat(directory, PENDING, directory, FILE)?;
    Ok(())
}

/// `.ao` in the workspace, made where it is not there; `None` where it is a link, or no directory.
fn directory(workspace: &Path) -> io::Result<Option<OwnedFd>> {
    if let Some(directory) = opened(workspace)? {
        return Ok(Some(directory));
    }
    let top = top(workspace)?;
    match mkdirat(&top, DIRECTORY, DIRECTORY_MODE) {
        Ok(()) | Err(rustix::io::Errno::EXIST) => opened(workspace),
        Err(error) => Err(error.into()),
    }
}

fn opened(workspace: &Path) -> io::Result<Option<OwnedFd>> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    match openat(top(workspace)?, DIRECTORY, flags, Mode::empty()) {
        Ok(directory) => Ok(Some(directory)),
        Err(
            rustix::io::Errno::NOENT
            | rustix::io::Errno::LOOP
            | rustix::io::Errno::NOTDIR
            | rustix::io::Errno::MLINK,
        ) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The workspace itself is what the host named, through links or not.
fn top(workspace: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    Ok(openat(CWD, workspace, flags, Mode::empty())?)
}

#[cfg(test)]
mod tests;
