//! The document that `ao-codex usage --json` prints, written here: as objects of JavaScript ten thousand threads cost
//! more than reading them. The keys and the order of their keys are public.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;

use chrono::DateTime;
use serde::ser::{Serialize, SerializeSeq, Serializer};
use serde_json::ser::{Formatter, PrettyFormatter};

use crate::binding::answer::{self, SkippedFile, ThreadUsage, Usage};
use crate::binding::bill::{Pricing, Reading, UsageGroup};
use crate::error::{Error, Result};

/// What a thread takes in the document, mostly, in bytes.
const A_THREAD: usize = 1024;

/// The document, with a line break at its end.
pub(super) fn document(answer: &Reading) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(answer.threads.len() * A_THREAD);
    let totals = RefCell::default();
    let document = Document {
        codex_home: answer.home.path().to_string_lossy().into_owned(),
        pricing: answer.pricing(),
        groups: answer.groups(),
        threads: Threads { answer, totals: &totals },
        totals: &totals,
        skipped: answer.skipped.iter().cloned().map(SkippedFile::from).collect(),
    };
    let format = Safe(PrettyFormatter::new());
    let written =
        document.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, format));
    written.map_err(|failed| Error::io("write the bill of", answer.home.path(), failed.into()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    codex_home: String,
    pricing: Pricing,
    threads: Threads<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Vec<UsageGroup>>,
    totals: &'a RefCell<Usage>,
    skipped: Vec<SkippedFile>,
}

/// Threads, each made into its answer only while it is written.
struct Threads<'a> {
    answer: &'a Reading,
    /// Their sum, once they are written.
    totals: &'a RefCell<Usage>,
}

impl Serialize for Threads<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let Reading { threads, prices, .. } = self.answer;
        let mut list = serializer.serialize_seq(Some(threads.len()))?;
        let mut totals = Usage::default();
        for thread in threads {
            let thread = answer::thread_usage(thread, prices);
            totals.add_usage(&thread.usage);
            list.serialize_element(&OneThread::from(thread))?;
        }
        self.totals.replace(totals);
        list.end()
    }
}

#[derive(serde::Serialize)]
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
