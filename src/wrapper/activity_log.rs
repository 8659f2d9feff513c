//! The activity log of a workspace, `.ao/activity.jsonl`, from which dashboards without this plugin learn that an agent
//! waits for a person or is blocked.
//!
//! The agent may write into the workspace, and so may the repository that was checked out: no link is followed on the
//! way to the file, and nothing but a regular file with one name is written to. The orchestrator writes there too: only
//! lines that name this package are ever taken out. Readers want the last line only, so ours never make the log exceed
//! `MAX_BYTES`.

use std::io;
use std::path::Path;
use std::time::SystemTime;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::fs::guarded;
use crate::session::notes::{OUR_NAME, SOURCE};
use crate::wrapper::activity_log::file::{Directory, Existing};
use crate::wrapper::git_exclude;
use crate::wrapper::removal::{Removal, Task};

mod file;

/// The file, below a workspace.
pub const PATH: &str = ".ao/activity.jsonl";

/// Readers look at the last 4 KB; a log that would grow beyond this loses the lines of ours that it has, in bytes.
const MAX_BYTES: u64 = 32 * 1024;

/// A longer file, in bytes, is no log that anybody keeps, and is left as it is.
const MAX_SHARED_BYTES: u64 = 1 << 20;

/// The longest reason that is noted, in characters: a line must stay far below what readers look at.
const MAX_TRIGGER: usize = 300;

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
    /// Others may have hooks too; readers pass over what they do not know.
    plugin: &'static str,
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
    let failed = |error: io::Error| Error::io("note activity in", &workspace.join(PATH), error);
    let text = line(state, trigger, at).map_err(failed)?;
    let Some(directory) = Directory::make(workspace).map_err(failed)? else {
        return Ok(Outcome::Left);
    };
    match directory.log().map_err(failed)? {
        Existing::Left => return Ok(Outcome::Left),
        Existing::Absent if !is_excluded(workspace)? => return Ok(Outcome::Left),
        Existing::Absent => directory.replace(&text, None).map_err(failed)?,
        Existing::File(mut log) if log.size + text.len() as u64 <= MAX_BYTES => {
            log.append(&text).map_err(failed)?;
        }
        Existing::File(mut log) => {
            let Some(found) = log.text(MAX_SHARED_BYTES).map_err(failed)? else {
                return Ok(Outcome::Left);
            };
            let theirs = theirs(&found);
            let is_ended = theirs.is_empty() || theirs.ends_with(b"\n");
            let separator: &[u8] = if is_ended { b"" } else { b"\n" };
            let whole = [&theirs, separator, &text].concat();
            directory.replace(&whole, Some(log.mode)).map_err(failed)?;
        }
    }
    Ok(Outcome::Noted)
}

/// Begins the log, and keeps it out of commits: what we noted there is of an earlier launch. Where others have written
/// into it too it stays, and its last word is no need of somebody's from before.
///
/// # Errors
/// The workspace is not there, or the log cannot be written.
pub fn begin(workspace: &Path, at: SystemTime) -> Result<Outcome> {
    let failed = |error: io::Error| Error::io("begin activity log", &workspace.join(PATH), error);
    let Some(directory) = Directory::make(workspace).map_err(failed)? else {
        return Ok(Outcome::Left);
    };
    let found = directory.log().map_err(failed)?;
    if matches!(found, Existing::Left) || !is_excluded(workspace)? {
        return Ok(Outcome::Left);
    }
    let Existing::File(mut log) = found else {
        directory.replace(b"", None).map_err(failed)?;
        return Ok(Outcome::Noted);
    };
    let Some(text) = log.text(MAX_SHARED_BYTES).map_err(failed)? else { return Ok(Outcome::Left) };
    if theirs(&text).is_empty() {
        directory.replace(b"", Some(log.mode)).map_err(failed)?;
    } else if ends_in_need(&text) {
        return note(workspace, "active", None, at);
    }
    Ok(Outcome::Noted)
}

/// Takes our lines out of the log, and the log with them where nobody else has written into it, and its directory where
/// nothing else is in there; and our line of `info/exclude`, also where the log is gone. A dry run only says so.
///
/// # Errors
/// The log or the repository's `info/exclude` cannot be written.
pub fn remove(workspace: &Path, task: &Task) -> Result<Removal> {
    let failed = |error: io::Error| Error::io("remove activity log", &workspace.join(PATH), error);
    let is_removed = remove_lines(workspace, task.is_dry).map_err(failed)?;
    let exclude = task.exclude(workspace, PATH, &|other| {
        guarded::read(other, MAX_SHARED_BYTES).is_ok_and(|text| is_ours(&text))
    })?;
    Ok(Removal { is_removed, exclude })
}

/// Tells whether there was something of ours.
fn remove_lines(workspace: &Path, is_dry: bool) -> io::Result<bool> {
    let Some(directory) = Directory::open(workspace)? else { return Ok(false) };
    let Existing::File(mut log) = directory.log()? else { return Ok(false) };
    let Some(text) = log.text(MAX_SHARED_BYTES)? else { return Ok(false) };
    if is_dry || !is_ours(&text) {
        return Ok(is_ours(&text));
    }
    let theirs = theirs(&text);
    if theirs.is_empty() {
        directory.remove_log()?;
        // Others may keep something there.
        let _ = std::fs::remove_dir(workspace.join(file::DIRECTORY));
    } else {
        directory.replace(&theirs, Some(log.mode))?;
    }
    Ok(true)
}

fn line(state: &str, trigger: Option<&str>, at: SystemTime) -> io::Result<Vec<u8>> {
    let ts = DateTime::<Utc>::from(at).to_rfc3339_opts(SecondsFormat::Millis, true);
    let trigger = trigger.map(|text| text.chars().take(MAX_TRIGGER).collect());
    let line = Line { ts, state, source: SOURCE, plugin: OUR_NAME, trigger };
    let mut text = serde_json::to_vec(&line)?;
    text.push(b'\n');
    Ok(text)
}

/// An empty log is one that we have begun.
fn is_ours(text: &[u8]) -> bool {
    text.is_empty() || theirs(text).len() < text.len()
}

/// The log without our lines.
fn theirs(text: &[u8]) -> Vec<u8> {
    #[derive(Deserialize)]
    struct Source {
        plugin: String,
    }
    let is_ours = |line: &[u8]| {
        serde_json::from_slice::<Source>(line).is_ok_and(|line| line.plugin == OUR_NAME)
    };
    text.split_inclusive(|byte| *byte == b'\n')
        .filter(|line| !is_ours(line))
        .collect::<Vec<_>>()
        .concat()
}

/// Tells whether the last line says that somebody has to act.
fn ends_in_need(text: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct State {
        state: String,
    }
    let lines = text.split(|byte| *byte == b'\n').rev();
    let last = lines.map(<[u8]>::trim_ascii).find(|line| !line.is_empty());
    last.and_then(|line| serde_json::from_slice::<State>(line).ok())
        .is_some_and(|line| matches!(line.state.as_str(), "waiting_input" | "blocked"))
}

/// Tells whether no `git add` takes the log: it is listed before it is there.
fn is_excluded(workspace: &Path) -> Result<bool> {
    match git_exclude::add(workspace, PATH) {
        Ok(()) => Ok(true),
        Err(error) if git_exclude::is_unsuitable(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
