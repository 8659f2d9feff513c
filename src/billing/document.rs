//! The JSON document that `ao-codex usage --json` prints. Its keys and their order are public.
//!
//! It is written in pieces while threads are read: ten thousand of them are 20 MB of text.

use std::collections::BTreeMap;
use std::io;
use std::mem;

use chrono::{DateTime, SecondsFormat};
use serde::{Serialize, Serializer};

use crate::billing::json;
use crate::billing::report::{Group, PricedThread, PricedUsage, Pricing, Report, UNKNOWN};
use crate::rollout::file::Skipped;

/// The first and the last moment that are written with four digits of the year, in milliseconds since 1970.
const FIRST_MS: i64 = -62_167_219_200_000;
const LAST_MS: i64 = 253_402_300_799_999;

/// The version of the document: raised when a field goes, or means something else.
const SCHEMA_VERSION: u32 = 1;

/// The beginning and the end of an object.
const OPENED: &[u8] = b"{";
const CLOSED: &[u8] = b"\n}";

/// The depth of a thread in the document.
const THREAD_LEVEL: usize = 2;

/// The length of a piece of the document, in bytes: so that nothing long is ever moved, and few calls write it.
const PIECE: usize = 256 * 1024;

/// The room that one more thread may take, so that a piece need not grow for the last one in it.
const THREAD: usize = 8 * 1024;

/// The document while it is written: its list of threads, in pieces.
#[derive(Debug, Default)]
pub struct Document {
    full: Vec<Vec<u8>>,
    last: Vec<u8>,
}

/// The fields before the threads.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Head<'a> {
    schema_version: u32,
    codex_home: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    codex_homes: &'a Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: &'a Option<Vec<String>>,
    pricing: &'a Pricing,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ThreadObject<'a> {
    thread_id: &'a str,
    rollout_path: &'a str,
    workspace_path: Option<&'a str>,
    kind: &'static str,
    parent_thread_id: Option<&'a str>,
    archived: bool,
    created_at: Option<String>,
    updated_at: Option<String>,
    model: Option<&'a str>,
    usage: Usage,
    #[serde(serialize_with = "usage_by_name")]
    models: &'a BTreeMap<String, PricedUsage>,
    #[serde(serialize_with = "usage_by_name")]
    tiers: &'a BTreeMap<&'static str, PricedUsage>,
    plan_type: Option<&'a str>,
    is_estimate: bool,
    skipped_records: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Usage {
    input_tokens: u64,
    cached_input_tokens: u64,
    cache_write_input_tokens: u64,
    output_tokens: u64,
    reasoning_output_tokens: u64,
    total_tokens: u64,
    estimated_cost_usd: f64,
}

/// The fields after the threads.
#[derive(Serialize)]
struct Tail<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Vec<UsageGroup<'a>>>,
    totals: Usage,
    skipped: Vec<SkippedFile<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UsageGroup<'a> {
    key: Key<'a>,
    threads: u64,
    usage: Usage,
    is_estimate: bool,
}

/// The name of a group, or its two names.
#[derive(Serialize)]
#[serde(untagged)]
enum Key<'a> {
    One(&'a str),
    Several(Vec<&'a str>),
}

#[derive(Serialize)]
struct SkippedFile<'a> {
    path: String,
    reason: &'a str,
}

impl Document {
    /// Adds threads.
    ///
    /// # Errors
    /// When a value cannot be written as JSON.
    pub fn add(&mut self, threads: &[PricedThread]) -> io::Result<()> {
        for thread in threads {
            let separator: &[u8] = if self.is_empty() { b"\n    " } else { b",\n    " };
            if self.last.len() >= PIECE {
                self.full.push(mem::take(&mut self.last));
            }
            if self.last.is_empty() {
                self.last.reserve_exact(PIECE + THREAD);
            }
            self.last.extend_from_slice(separator);
            let path = thread.thread.file.path.to_string_lossy();
            json::write(&mut self.last, &ThreadObject::new(thread, &path), THREAD_LEVEL)?;
        }
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.full.is_empty() && self.last.is_empty()
    }

    /// The pieces of the document, a line break at its end. What comes before the threads is known last.
    ///
    /// # Errors
    /// When a value cannot be written as JSON.
    pub fn finish(self, report: &Report) -> io::Result<Vec<Vec<u8>>> {
        let Report { codex_home, codex_homes, from, pricing, totals, groups, skipped, .. } = report;
        let head = Head { schema_version: SCHEMA_VERSION, codex_home, codex_homes, from, pricing };
        let groups = groups.as_ref().map(|groups| groups.iter().map(UsageGroup::from).collect());
        let skipped = skipped.iter().map(SkippedFile::from).collect();
        let tail = Tail { groups, totals: (*totals).into(), skipped };

        let mut first = Vec::new();
        json::write(&mut first, &head, 0)?;
        first.truncate(first.len() - CLOSED.len());
        first.extend_from_slice(b",\n  \"threads\": [");

        let mut rest = Vec::new();
        json::write(&mut rest, &tail, 0)?;
        let mut end: Vec<u8> = if self.is_empty() { b"],".into() } else { b"\n  ],".into() };
        end.extend_from_slice(rest.strip_prefix(OPENED).unwrap_or(&rest));
        end.push(b'\n');

        let mut pieces = vec![first];
        pieces.extend(self.full);
        pieces.extend([self.last, end]);
        Ok(pieces)
    }
}

impl<'a> ThreadObject<'a> {
    fn new(priced: &'a PricedThread, rollout_path: &'a str) -> Self {
        let PricedThread { thread, usage, models, tiers, is_estimate } = priced;
        Self {
            thread_id: &thread.thread_id,
            rollout_path,
            workspace_path: thread.workspace.as_deref(),
            kind: thread.kind.as_str(),
            parent_thread_id: thread.parent_thread_id.as_deref(),
            archived: thread.file.archived,
            created_at: thread.created_ms.and_then(time),
            updated_at: time(thread.file.updated_ms()),
            model: thread.model.as_deref(),
            usage: (*usage).into(),
            models,
            tiers,
            plan_type: thread.plan_type.as_deref(),
            is_estimate: *is_estimate,
            skipped_records: thread.skipped_records,
        }
    }
}

fn usage_by_name<K: Serialize, S: Serializer>(
    usages: &BTreeMap<K, PricedUsage>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(usages.iter().map(|(name, usage)| (name, Usage::from(*usage))))
}

impl From<PricedUsage> for Usage {
    fn from(PricedUsage { tokens, cost_usd }: PricedUsage) -> Self {
        Self {
            input_tokens: tokens.input,
            cached_input_tokens: tokens.cached_input,
            cache_write_input_tokens: tokens.cache_write_input,
            output_tokens: tokens.output,
            reasoning_output_tokens: tokens.reasoning_output,
            total_tokens: tokens.total(),
            estimated_cost_usd: cost_usd,
        }
    }
}

impl<'a> From<&'a Group> for UsageGroup<'a> {
    fn from(group: &'a Group) -> Self {
        let names = group.key.iter().map(|name| name.as_deref().unwrap_or(UNKNOWN));
        let names: Vec<&str> = names.collect();
        Self {
            key: match names.as_slice() {
                [name] => Key::One(name),
                _ => Key::Several(names),
            },
            threads: group.threads,
            usage: PricedUsage::new(group.usage, group.cost).into(),
            is_estimate: group.cost.is_estimate,
        }
    }
}

impl<'a> From<&'a Skipped> for SkippedFile<'a> {
    fn from(Skipped { path, reason }: &'a Skipped) -> Self {
        Self { path: path.to_string_lossy().into_owned(), reason }
    }
}

/// The time as JavaScript writes it; `None` beyond the years that have four digits, in which no file was written.
fn time(ms: i64) -> Option<String> {
    let known = Some(ms).filter(|ms| (FIRST_MS..=LAST_MS).contains(ms));
    let time = known.and_then(DateTime::from_timestamp_millis)?;
    Some(time.to_rfc3339_opts(SecondsFormat::Millis, true))
}
