//! Reads the rows of one file of an export: all of them or, where it is damaged or none, not one.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::codec::stable_hash;
use crate::error::{Error, Result};
use crate::export::day_file::MAX_LINE_BYTES;
use crate::export::reading::files::ExportFile;
use crate::export::row::SCHEMA_VERSION;
use crate::fs::open::open_rollout;
use crate::index::reading::progress::Watch;
use crate::ledger::thread_kind::ThreadKind;
use crate::rollout::record::TokenUsage;
use crate::rollout::record::service_tier::ServiceTier;
use crate::rollout::record::text::Text;
use crate::rollout::timestamp::parse_timestamp;

/// The number of rows that are held until it is known that their file is whole. A file that has more is read twice.
const MAX_HELD: usize = 64 * 1024;

/// A count above this is none: no number of JavaScript could tell it.
const MAX_COUNT: u64 = 1 << 53;

/// The number of bytes that are read and decompressed at a time.
const BUFFER: usize = 64 * 1024;

const READ: &str = "read export";

/// A thread as the rows describe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowThread {
    /// The thread.
    pub thread_id: Arc<str>,
    /// The thread that it was copied from or spawned by.
    pub parent: Option<String>,
    /// Its kind.
    pub kind: ThreadKind,
    /// The version of Codex that began it.
    pub codex_version: Option<String>,
}

/// The properties of responses beside their buckets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The machine that exported them.
    pub host: Arc<str>,
    /// The repository.
    pub repo: Option<Arc<str>>,
    /// The branch.
    pub branch: Option<Arc<str>>,
    /// The orchestrator's session.
    pub session: Option<Arc<str>>,
    /// The labels that `--label` gave.
    pub labels: BTreeMap<String, Arc<str>>,
}

/// A response, as it was exported.
#[derive(Debug, Clone)]
pub struct ReadRow {
    /// A hash of the response's id.
    pub id: u64,
    /// Its thread.
    pub head: Arc<RowThread>,
    /// The machine and the labels of its export.
    pub origin: Arc<Origin>,
    /// The time when it was written, in milliseconds since 1970.
    pub at_ms: i64,
    /// The model that answered.
    pub model: Option<Arc<str>>,
    /// The directory in which the turn ran.
    pub workspace: Option<Arc<str>>,
    /// The tier that the turn asked for.
    pub tier: ServiceTier,
    /// The usage that it was billed.
    pub usage: TokenUsage,
    /// True if it is one response.
    pub single: bool,
}

/// The rows of a file.
#[derive(Debug)]
pub enum Content {
    /// These rows.
    Rows(Vec<ReadRow>),
    /// More than are held at a time; all of them are in order.
    Many(File),
}

/// Reads a file to its end.
///
/// # Errors
///
/// When it is damaged, no export's or cannot be read, or the caller cancelled it.
pub fn read(file: &ExportFile, watch: &Watch) -> Result<Content> {
    let (opened, _) = open_rollout(&file.path)?;
    let mut rows = Some(Vec::new());
    read_each(file, &opened, watch, |row| match &mut rows {
        Some(held) if held.len() < MAX_HELD => held.push(row),
        _ => rows = None,
    })?;
    Ok(match rows {
        Some(rows) => Content::Rows(rows),
        None => Content::Many(opened),
    })
}

/// Reads a file that was read before once more, row by row.
///
/// # Errors
///
/// Those of [`read`].
pub fn read_again(
    file: &ExportFile,
    mut opened: File,
    watch: &Watch,
    take: impl FnMut(ReadRow),
) -> Result<()> {
    opened.rewind().map_err(|source| Error::io(READ, &file.path, source))?;
    read_each(file, &opened, watch, take)
}

fn read_each(
    file: &ExportFile,
    opened: &File,
    watch: &Watch,
    mut take: impl FnMut(ReadRow),
) -> Result<()> {
    let compressed = BufReader::with_capacity(BUFFER, opened);
    let mut reader = BufReader::with_capacity(BUFFER, MultiGzDecoder::new(compressed));
    let mut names = Names::new(Arc::clone(&file.host));
    let mut line = Vec::new();
    let mut number = 0_u64;
    loop {
        if watch.is_cancelled() {
            return Err(Error::cancelled(READ, &file.path));
        }
        line.clear();
        let read = (&mut reader).take(MAX_LINE_BYTES).read_until(b'\n', &mut line);
        if read.map_err(|source| damaged(file, source))? == 0 {
            return Ok(());
        }
        number += 1;
        let row = line.strip_suffix(b"\n").and_then(|line| names.row(line));
        match row {
            Some(Ok(row)) => take(row),
            Some(Err(Newer(version))) => {
                let reason = format!("of schema version {version}; a newer ao-codex reads it");
                return Err(Error::invalid(READ, &file.path, reason));
            }
            None => {
                let reason = format!("its line {number} is no row of an export");
                return Err(Error::invalid(READ, &file.path, reason));
            }
        }
    }
}

/// Words an error: what the system refuses is said as it says it, and anything else is damage.
fn damaged(file: &ExportFile, source: io::Error) -> Error {
    if source.raw_os_error().is_some() {
        return Error::io(READ, &file.path, source);
    }
    Error::invalid(READ, &file.path, format!("damaged: {source}"))
}

/// A line of an export. What is absent or of another type is null.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line<'l> {
    schema_version: u32,
    #[serde(borrow)]
    id: Text<'l>,
    #[serde(borrow)]
    thread_id: Text<'l>,
    #[serde(borrow, default)]
    parent_thread_id: Text<'l>,
    #[serde(borrow)]
    kind: Text<'l>,
    #[serde(borrow)]
    at: Text<'l>,
    #[serde(borrow, default)]
    model: Text<'l>,
    #[serde(default)]
    tier: ServiceTier,
    input_tokens: u64,
    cached_input_tokens: u64,
    #[serde(default)]
    cache_write_input_tokens: u64,
    output_tokens: u64,
    #[serde(default)]
    reasoning_output_tokens: u64,
    #[serde(borrow, default)]
    repo: Text<'l>,
    #[serde(borrow, default)]
    branch: Text<'l>,
    #[serde(borrow, default)]
    workspace: Text<'l>,
    #[serde(borrow, default)]
    session: Text<'l>,
    #[serde(borrow, default)]
    codex_version: Text<'l>,
    #[serde(borrow, default)]
    labels: Option<&'l RawValue>,
    #[serde(default)]
    several: bool,
}

/// The version of a row that a newer build wrote.
struct Newer(u32);

/// The names of a file, each once: a file has many rows and few threads.
struct Names {
    host: Arc<str>,
    texts: HashMap<Box<str>, Arc<str>>,
    threads: HashMap<Box<str>, Known>,
}

/// The thread and the origin of a row, and what they were made of.
struct Known {
    head: Arc<RowThread>,
    origin: Arc<Origin>,
    labels: Box<str>,
}

impl Names {
    fn new(host: Arc<str>) -> Self {
        Self { host, texts: HashMap::new(), threads: HashMap::new() }
    }

    /// The row of a line; `None` for a line that is none.
    fn row(&mut self, line: &[u8]) -> Option<std::result::Result<ReadRow, Newer>> {
        let line: Line<'_> = serde_json::from_slice(line).ok()?;
        if line.schema_version > SCHEMA_VERSION {
            return Some(Err(Newer(line.schema_version)));
        }
        let usage = TokenUsage {
            input: line.input_tokens,
            cached_input: line.cached_input_tokens,
            cache_write_input: line.cache_write_input_tokens,
            output: line.output_tokens,
            reasoning_output: line.reasoning_output_tokens,
        };
        let counts = [
            usage.input,
            usage.cached_input,
            usage.cache_write_input,
            usage.output,
            usage.reasoning_output,
        ];
        if counts.iter().any(|count| *count > MAX_COUNT) {
            return None;
        }
        let id = line.id.0.as_deref().filter(|id| !id.is_empty())?;
        let at_ms = parse_timestamp(line.at.0.as_deref()?)?;
        let (head, origin) = self.thread(&line)?;
        let row = ReadRow {
            id: stable_hash(id),
            head,
            origin,
            at_ms,
            model: self.text(&line.model),
            workspace: self.text(&line.workspace),
            tier: line.tier,
            usage,
            single: !line.several,
        };
        Some(Ok(row))
    }

    fn thread(&mut self, line: &Line<'_>) -> Option<(Arc<RowThread>, Arc<Origin>)> {
        let thread_id = line.thread_id.0.as_deref().filter(|id| !id.is_empty())?;
        let labels = line.labels.map_or("", RawValue::get);
        if let Some(known) = self.threads.get(thread_id).filter(|known| known.is_of(line, labels)) {
            return Some((Arc::clone(&known.head), Arc::clone(&known.origin)));
        }
        let head = Arc::new(RowThread {
            thread_id: Arc::from(thread_id),
            parent: line.parent_thread_id.0.as_deref().map(str::to_owned),
            kind: ThreadKind::of_name(line.kind.0.as_deref()?)?,
            codex_version: line.codex_version.0.as_deref().map(str::to_owned),
        });
        let origin = Arc::new(Origin {
            host: Arc::clone(&self.host),
            repo: self.text(&line.repo),
            branch: self.text(&line.branch),
            session: self.text(&line.session),
            labels: self.labels(labels)?,
        });
        let known =
            Known { head: Arc::clone(&head), origin: Arc::clone(&origin), labels: labels.into() };
        self.threads.insert(thread_id.into(), known);
        Some((head, origin))
    }

    fn labels(&mut self, json: &str) -> Option<BTreeMap<String, Arc<str>>> {
        if json.is_empty() || json == "null" {
            return Some(BTreeMap::new());
        }
        let labels: BTreeMap<String, Text<'_>> = serde_json::from_str(json).ok()?;
        let labels = labels.into_iter().filter_map(|(key, value)| Some((key, self.text(&value)?)));
        Some(labels.collect())
    }

    fn text(&mut self, text: &Text<'_>) -> Option<Arc<str>> {
        let text = text.0.as_deref()?;
        if let Some(known) = self.texts.get(text) {
            return Some(Arc::clone(known));
        }
        let known: Arc<str> = Arc::from(text);
        self.texts.insert(text.into(), Arc::clone(&known));
        Some(known)
    }
}

impl Known {
    fn is_of(&self, line: &Line<'_>, labels: &str) -> bool {
        let Self { head, origin, labels: known_labels } = self;
        line.kind.0.as_deref() == Some(head.kind.as_str())
            && line.parent_thread_id.0.as_deref() == head.parent.as_deref()
            && line.codex_version.0.as_deref() == head.codex_version.as_deref()
            && line.repo.0.as_deref() == origin.repo.as_deref()
            && line.branch.0.as_deref() == origin.branch.as_deref()
            && line.session.0.as_deref() == origin.session.as_deref()
            && **known_labels == *labels
    }
}
