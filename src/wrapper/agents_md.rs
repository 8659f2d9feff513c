//! The section of a workspace's `AGENTS.md` that tells an agent how its session is kept up to date.
//!
//! It stands between two markers, so that it can be brought up to date and taken away; every other byte of the file
//! stays as it is, the lack of a last newline and the kind of line ends included. Each change is computed from the
//! whole file and put in place by one rename: two processes that do so at once write the same.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use memchr::memmem;

use crate::error::{Error, Result};
use crate::fs::atomic::Pending;
use crate::fs::disk;
use crate::fs::guarded;
use crate::wrapper::git_exclude;
use crate::wrapper::removal::{Removal, Task};
use crate::wrapper::repository::Repository;

/// The file, in the root of a workspace.
pub const FILE_NAME: &str = "AGENTS.md";

const BEGIN: &str = "<!-- @ao/plugin-codex begin -->";
/// In place of [`BEGIN`] where the text before had no last newline and was given one.
const BEGIN_AFTER_NEWLINE: &str = "<!-- @ao/plugin-codex begin, newline added -->";
const BEGIN_PREFIX: &[u8] = b"<!-- @ao/plugin-codex begin";
const END: &str = "<!-- @ao/plugin-codex end -->";
/// Under this heading the orchestrator's own plugins say the same; their section is enough.
const HEADING: &[u8] = b"## Agent Orchestrator (ao) Session";

const SECTION: &str = "\
## Agent Orchestrator (ao) Session

This work tree belongs to a session of the agent orchestrator. Use `git` and `gh` as always: switching
to a branch, opening a pull request and merging it are noted for the session by themselves.

If the session shows something else than what is true, say so:

```sh
. ~/.ao/bin/ao-metadata-helper.sh
update_ao_metadata <key> <value>
```

Keys are `branch`, `pr` (the address of the pull request) and `status` (`pr_open`, `merged`).
";

/// Of a larger file nothing is read: no instructions for an agent are that long.
const LIMIT_BYTES: u64 = 8 * 1024 * 1024;
/// Tries, when others change the file at the same time.
const TRIES: usize = 8;

/// The outcome of an installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// There was no file; it was created, and excluded from commits.
    Created,
    /// The section was put at the end of the file.
    Added,
    /// An older section of ours was replaced.
    Updated,
    /// The section was there already.
    Unchanged,
    /// The orchestrator's own section is there, or the file is none that may be changed.
    Left,
}

/// Sees to it that the workspace's file has the section.
///
/// # Errors
/// The file or the repository's `info/exclude` cannot be read or written.
pub fn install(workspace: &Path) -> Result<Outcome> {
    let path = workspace.join(FILE_NAME);
    for _ in 0..TRIES {
        match File::open(&path)? {
            Opened::File(file) => {
                // One that has nothing else in it is ours, and an earlier setup may have been killed half-way.
                if file.target == path && Section::is_all_of(&file.content) {
                    git_exclude::add(workspace, FILE_NAME)?;
                }
                return file.install();
            }
            Opened::Unsuitable => return Ok(Outcome::Left),
            Opened::Absent => {
                // Before the file is there: one that git offers for a commit would end up in somebody's branch.
                git_exclude::add(workspace, FILE_NAME)?;
                let written = Pending::write(&path, section("\n", BEGIN).as_bytes(), 0o644);
                match written.and_then(Pending::create) {
                    Ok(()) => return Ok(Outcome::Created),
                    // Somebody else was faster: look again.
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                    Err(error) => return Err(Error::io("create", &path, error)),
                }
            }
        }
    }
    Ok(Outcome::Left)
}

/// Takes the section away, and the file with it where there was nothing else in it; and our line of `info/exclude`,
/// also where a person has taken the file for their own or away. A dry run only says so.
///
/// # Errors
/// The file or the repository's `info/exclude` cannot be read or written.
pub fn remove(workspace: &Path, task: &Task) -> Result<Removal> {
    let path = workspace.join(FILE_NAME);
    let is_removed = match File::open(&path)? {
        Opened::File(file) => file.remove(&path, task.is_dry)?,
        Opened::Absent | Opened::Unsuitable => false,
    };
    let exclude = task.exclude(workspace, FILE_NAME, &has_section)?;
    Ok(Removal { is_removed, exclude })
}

fn has_section(path: &Path) -> bool {
    let opened = File::open(path);
    matches!(opened, Ok(Opened::File(file)) if Section::find(&file.content).is_some())
}

/// The file as found; `target` is what it is a link to, or itself.
struct File {
    target: PathBuf,
    content: Vec<u8>,
    mode: u32,
}

enum Opened {
    File(File),
    Absent,
    Unsuitable,
}

impl File {
    fn open(path: &Path) -> Result<Opened> {
        let failed = |error| Error::io("read", path, error);
        disk::check(path).map_err(failed)?;
        let link = match fs::symlink_metadata(path) {
            Ok(found) => found.is_symlink(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Opened::Absent),
            Err(error) => return Err(failed(error)),
        };
        let target = if link {
            let Some(target) = text_in_work_tree(path) else { return Ok(Opened::Unsuitable) };
            target
        } else {
            path.to_owned()
        };
        let content = match guarded::read(&target, LIMIT_BYTES) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                return Ok(Opened::Unsuitable);
            }
            Err(error) => return Err(failed(error)),
        };
        let found = fs::symlink_metadata(&target).map_err(failed)?;
        Ok(Opened::File(Self { target, content, mode: found.permissions().mode() & 0o7777 }))
    }

    fn install(&self) -> Result<Outcome> {
        let eol = line_end(&self.content);
        if let Some(found) = Section::find(&self.content) {
            let begin = if found.newline_added { BEGIN_AFTER_NEWLINE } else { BEGIN };
            let new = found.replaced(&self.content, section(eol, begin).as_bytes());
            if new == self.content {
                return Ok(Outcome::Unchanged);
            }
            self.write(&new)?;
            return Ok(Outcome::Updated);
        }
        let damaged = memmem::find(&self.content, BEGIN_PREFIX).is_some();
        if damaged || memmem::find(&self.content, HEADING).is_some() {
            return Ok(Outcome::Left);
        }
        let ends = self.content.is_empty() || self.content.ends_with(b"\n");
        let separator = match (self.content.is_empty(), ends) {
            (true, _) => String::new(),
            (false, true) => eol.to_owned(),
            (false, false) => eol.repeat(2),
        };
        let begin = if ends { BEGIN } else { BEGIN_AFTER_NEWLINE };
        let added = [&self.content, separator.as_bytes(), section(eol, begin).as_bytes()].concat();
        self.write(&added)?;
        Ok(Outcome::Added)
    }

    /// Tells whether there was a section of ours.
    fn remove(&self, path: &Path, is_dry: bool) -> Result<bool> {
        let Some(found) = Section::find(&self.content) else { return Ok(false) };
        if is_dry {
            return Ok(true);
        }
        let rest = found.without(&self.content);
        if rest.is_empty() && self.target == path {
            fs::remove_file(path).map_err(|error| Error::io("remove", path, error))?;
        } else {
            self.write(&rest)?;
        }
        Ok(true)
    }

    fn write(&self, content: &[u8]) -> Result<()> {
        Pending::write(&self.target, content, self.mode)
            .and_then(Pending::replace)
            .map(drop)
            .map_err(|error| Error::io("write", &self.target, error))
    }
}

/// The Markdown file that a link names, if it lies in the same work tree. The link may come with a repository that
/// nobody has looked at: it must lead us neither out of it nor to a file that is no text for agents.
fn text_in_work_tree(link: &Path) -> Option<PathBuf> {
    let directory = link.parent()?.canonicalize().ok()?;
    let top = match Repository::of(&directory).ok()? {
        Some(repository) => repository.top,
        None => directory,
    };
    let target = link.canonicalize().ok()?;
    let below = target.strip_prefix(&top).ok()?;
    let is_gits = below.components().any(|part| part.as_os_str().eq_ignore_ascii_case(".git"));
    let is_markdown = target.extension().is_some_and(|end| end.eq_ignore_ascii_case("md"));
    (is_markdown && !is_gits).then_some(target)
}

/// The range of our section, markers included.
struct Section {
    start: usize,
    end: usize,
    newline_added: bool,
}

impl Section {
    fn find(content: &[u8]) -> Option<Self> {
        let start = memmem::find(content, BEGIN_PREFIX)?;
        let length = memmem::find(content.get(start..)?, END.as_bytes())?;
        let mut end = start + length + END.len();
        let rest = content.get(end..)?;
        end += match rest {
            [b'\r', b'\n', ..] => 2,
            [b'\n', ..] => 1,
            _ => 0,
        };
        let newline_added = content.get(start..)?.starts_with(BEGIN_AFTER_NEWLINE.as_bytes());
        Some(Self { start, end, newline_added })
    }

    /// Tells whether a file has a section of ours and nothing else.
    fn is_all_of(content: &[u8]) -> bool {
        Self::find(content).is_some_and(|found| found.without(content).is_empty())
    }

    fn replaced(&self, content: &[u8], section: &[u8]) -> Vec<u8> {
        let (before, after) = self.around(content);
        [before, section, after].concat()
    }

    /// The file without the section and without the empty line (and the newline) that came with it.
    fn without(&self, content: &[u8]) -> Vec<u8> {
        let (mut before, after) = self.around(content);
        let section = content.get(self.start..self.end).unwrap_or_default();
        let eol = line_end(section).as_bytes();
        for _ in 0..=usize::from(self.newline_added) {
            before = before.strip_suffix(eol).unwrap_or(before);
        }
        [before, after].concat()
    }

    fn around<'a>(&self, content: &'a [u8]) -> (&'a [u8], &'a [u8]) {
        (content.get(..self.start).unwrap_or_default(), content.get(self.end..).unwrap_or_default())
    }
}

/// The kind of line end that the file has most of.
fn line_end(content: &[u8]) -> &'static str {
    let all = memchr::memchr_iter(b'\n', content).count();
    let windows = memmem::find_iter(content, b"\r\n").count();
    if windows * 2 > all { "\r\n" } else { "\n" }
}

fn section(eol: &str, begin: &str) -> String {
    format!("{begin}\n{SECTION}{END}\n").replace('\n', eol)
}

#[cfg(test)]
mod tests;
