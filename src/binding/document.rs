//! The document that `ao-codex usage --json` prints, written here: as objects of JavaScript ten thousand threads cost
//! more than reading them. The keys and the order of their keys are public.

use std::collections::BTreeMap;
use std::io;

use chrono::DateTime;
use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter};

use crate::binding::answer::{SkippedFile, ThreadUsage, Usage};
use crate::binding::bill::{Pricing, Reading, UsageGroup};

/// The document while it is written: its list of threads.
#[derive(Debug, Default)]
pub(super) struct Document {
    threads: Vec<u8>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Head<'a> {
    codex_home: &'a str,
    pricing: &'a Pricing,
}

#[derive(Serialize)]
struct Tail<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: &'a Option<Vec<UsageGroup>>,
    totals: &'a Usage,
    skipped: &'a [SkippedFile],
}

impl Document {
    /// Adds threads.
    pub(super) fn add(&mut self, threads: Vec<ThreadUsage>) -> io::Result<()> {
        for thread in threads {
            let separator: &[u8] = if self.threads.is_empty() { b"\n    " } else { b",\n    " };
            self.threads.extend_from_slice(separator);
            write(&mut self.threads, &OneThread::from(thread), 2)?;
        }
        Ok(())
    }

    /// The document, with a line break at its end. What comes before the threads is known last: the list is moved
    /// behind it.
    pub(super) fn finish(self, reading: &Reading) -> io::Result<Vec<u8>> {
        let Reading { codex_home, pricing, totals, groups, skipped, .. } = reading;
        let mut head = Vec::new();
        write(&mut head, &Head { codex_home, pricing }, 0)?;
        head.truncate(head.len() - CLOSED.len());
        head.extend_from_slice(b",\n  \"threads\": [");
        let mut tail = Vec::new();
        write(&mut tail, &Tail { groups, totals, skipped }, 0)?;

        let mut document = self.threads;
        let end: &[u8] = if document.is_empty() { b"]," } else { b"\n  ]," };
        document.extend_from_slice(end);
        document.extend_from_slice(tail.strip_prefix(OPENED).unwrap_or(&tail));
        document.push(b'\n');
        document.splice(0..0, head);
        Ok(document)
    }
}

/// How an object begins and ends.
const OPENED: &[u8] = b"{";
const CLOSED: &[u8] = b"\n}";

/// Writes a value that stands so many levels deep.
fn write(bytes: &mut Vec<u8>, value: &impl Serialize, levels: usize) -> io::Result<()> {
    let mut format = Safe(PrettyFormatter::new());
    for _ in 0..levels {
        format.0.begin_object(&mut io::sink())?;
    }
    value.serialize(&mut serde_json::Serializer::with_formatter(bytes, format))?;
    Ok(())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OneThread {
    thread_id: String,
    rollout_path: String,
    workspace_path: Option<String>,
    kind: String,
    parent_thread_id: Option<String>,
    archived: bool,
    created_at: Option<String>,
    updated_at: Option<String>,
    model: Option<String>,
    usage: Usage,
    models: BTreeMap<String, Usage>,
    skipped_records: i64,
}

impl From<ThreadUsage> for OneThread {
    fn from(thread: ThreadUsage) -> Self {
        Self {
            thread_id: thread.thread_id,
            rollout_path: thread.rollout_path,
            workspace_path: thread.workspace_path,
            kind: thread.kind,
            parent_thread_id: thread.parent_thread_id,
            archived: thread.archived,
            created_at: thread.created_at_ms.and_then(iso),
            updated_at: iso(thread.updated_at_ms),
            model: thread.model,
            usage: thread.usage,
            models: thread.models,
            skipped_records: thread.skipped_records,
        }
    }
}

/// The end of the year 9999, in milliseconds since 1970.
const LAST_MS: i64 = 253_402_300_799_999;

/// The time as JavaScript writes it; `None` beyond the year 9999, which no file was written in.
fn iso(ms: i64) -> Option<String> {
    let time = DateTime::from_timestamp_millis(ms).filter(|_| ms.abs() <= LAST_MS)?;
    Some(time.format("%FT%T%.3fZ").to_string())
}

/// JSON as JavaScript writes it, indented, in which no control character is left that a terminal would obey.
struct Safe(PrettyFormatter<'static>);

impl Formatter for Safe {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        // Neither has an exponent between 1e-6 and 1e21, and both write as few digits as tell the number.
        if value != 0.0 && value.abs() < 1e-6 {
            return write!(writer, "{value:e}");
        }
        write!(writer, "{value}")
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        // Nearly all are: looking at each character would take longer than writing them.
        if fragment.is_ascii() && memchr::memchr(0x7f, fragment.as_bytes()).is_none() {
            return writer.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some(at) = rest.find(is_obeyed) {
            let (safe, unsafe_on) = rest.split_at(at);
            writer.write_all(safe.as_bytes())?;
            let mut characters = unsafe_on.chars();
            if let Some(obeyed) = characters.next() {
                write!(writer, "\\u{:04x}", u32::from(obeyed))?;
            }
            rest = characters.as_str();
        }
        writer.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

/// Whether a terminal would obey a character, or let it hide others. Those below U+0020 are escaped in all JSON.
fn is_obeyed(character: char) -> bool {
    matches!(character,
        '\u{7f}'..='\u{9f}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}')
}
