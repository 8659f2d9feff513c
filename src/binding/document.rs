//! The document that `ao-codex usage --json` prints, written here: as objects of JavaScript ten thousand threads cost
//! more than reading them. The keys and the order of their keys are public.

use std::io;

use chrono::{DateTime, Datelike, Timelike};
use serde::Serialize;

use crate::binding::answer::{SkippedFile, ThreadUsage, Usage};
use crate::binding::bill::{Pricing, Reading, UsageGroup};
use crate::binding::json;

/// The first and the last moment that are written with four digits of the year, in milliseconds since 1970.
const FIRST_MS: i64 = -62_167_219_200_000;
const LAST_MS: i64 = 253_402_300_799_999;

/// The version of the document: raised when a field goes, or means something else.
const SCHEMA_VERSION: u32 = 1;

/// By how much a level is indented.
const INDENT: usize = 2;

const NULL: &[u8] = b"null";

/// How an object begins and ends.
const OPENED: &[u8] = b"{";
const CLOSED: &[u8] = b"\n}";

/// How long a piece of the document is, in bytes: so that nothing long is ever moved, and few calls write it.
const PIECE: usize = 256 * 1024;

/// How much more one thread may take, so that a piece need not grow for the last one in it.
const THREAD: usize = 8 * 1024;

/// The document while it is written: its list of threads, in pieces.
#[derive(Debug, Default)]
pub(super) struct Document {
    full: Vec<Vec<u8>>,
    last: Vec<u8>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Head<'a> {
    schema_version: u32,
    codex_home: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    codex_homes: &'a Option<Vec<String>>,
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
        for one in threads {
            let separator: &[u8] = if self.is_empty() { b"\n    " } else { b",\n    " };
            if self.last.len() >= PIECE {
                self.full.push(std::mem::take(&mut self.last));
            }
            if self.last.is_empty() {
                self.last.reserve_exact(PIECE + THREAD);
            }
            self.last.extend_from_slice(separator);
            thread(&mut self.last, &one)?;
        }
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.full.is_empty() && self.last.is_empty()
    }

    /// The pieces of the document, a line break at its end. What comes before the threads is known last.
    pub(super) fn finish(self, reading: &Reading) -> io::Result<Vec<Vec<u8>>> {
        let Reading { codex_home, codex_homes, pricing, totals, groups, skipped, .. } = reading;
        let end: &[u8] = if self.is_empty() { b"]," } else { b"\n  ]," };
        let mut head = Vec::new();
        json::write(
            &mut head,
            &Head { schema_version: SCHEMA_VERSION, codex_home, codex_homes, pricing },
            0,
        )?;
        head.truncate(head.len() - CLOSED.len());
        head.extend_from_slice(b",\n  \"threads\": [");
        let mut rest = Vec::new();
        json::write(&mut rest, &Tail { groups, totals, skipped }, 0)?;

        let mut tail = end.to_vec();
        tail.extend_from_slice(rest.strip_prefix(OPENED).unwrap_or(&rest));
        tail.push(b'\n');
        let mut pieces = vec![head];
        pieces.extend(self.full);
        pieces.extend([self.last, tail]);
        Ok(pieces)
    }
}

/// Writes a thread. By hand: the same by fields takes three times as long, and there are ten thousand.
fn thread(bytes: &mut Vec<u8>, thread: &ThreadUsage) -> io::Result<()> {
    let lines: [(&str, Option<&str>); 5] = [
        ("{\n      \"threadId\": ", Some(&thread.thread_id)),
        (",\n      \"rolloutPath\": ", Some(&thread.rollout_path)),
        (",\n      \"workspacePath\": ", thread.workspace_path.as_deref()),
        (",\n      \"kind\": ", Some(&thread.kind)),
        (",\n      \"parentThreadId\": ", thread.parent_thread_id.as_deref()),
    ];
    for (key, value) in lines {
        bytes.extend_from_slice(key.as_bytes());
        optional(bytes, value)?;
    }
    bytes.extend_from_slice(b",\n      \"archived\": ");
    bytes.extend_from_slice(if thread.archived { b"true" } else { b"false" });
    bytes.extend_from_slice(b",\n      \"createdAt\": ");
    time(bytes, thread.created_at_ms);
    bytes.extend_from_slice(b",\n      \"updatedAt\": ");
    time(bytes, Some(thread.updated_at_ms));
    bytes.extend_from_slice(b",\n      \"model\": ");
    optional(bytes, thread.model.as_deref())?;
    bytes.extend_from_slice(b",\n      \"usage\": ");
    usage(bytes, &thread.usage, "\n        ")?;
    bytes.extend_from_slice(b",\n      \"models\": {");
    for (at, (model, billed)) in thread.models.iter().enumerate() {
        bytes.extend_from_slice(if at == 0 { b"\n        " } else { b",\n        " });
        json::text(bytes, model)?;
        bytes.extend_from_slice(b": ");
        usage(bytes, billed, "\n          ")?;
    }
    bytes.extend_from_slice(if thread.models.is_empty() { b"}" } else { b"\n      }" });
    bytes.extend_from_slice(b",\n      \"tiers\": {");
    for (at, (tier, billed)) in thread.tiers.iter().enumerate() {
        bytes.extend_from_slice(if at == 0 { b"\n        " } else { b",\n        " });
        json::text(bytes, tier)?;
        bytes.extend_from_slice(b": ");
        usage(bytes, billed, "\n          ")?;
    }
    bytes.extend_from_slice(if thread.tiers.is_empty() { b"}" } else { b"\n      }" });
    bytes.extend_from_slice(b",\n      \"planType\": ");
    optional(bytes, thread.plan_type.as_deref())?;
    bytes.extend_from_slice(b",\n      \"isEstimate\": ");
    bytes.extend_from_slice(if thread.is_estimate { b"true" } else { b"false" });
    bytes.extend_from_slice(b",\n      \"skippedRecords\": ");
    json::integer(bytes, thread.skipped_records);
    bytes.extend_from_slice(b"\n    }");
    Ok(())
}

/// Writes a usage, each line of it after `line`.
fn usage(bytes: &mut Vec<u8>, usage: &Usage, line: &str) -> io::Result<()> {
    let counts: [(&str, i64); 6] = [
        ("\"inputTokens\": ", usage.input_tokens),
        ("\"cachedInputTokens\": ", usage.cached_input_tokens),
        ("\"cacheWriteInputTokens\": ", usage.cache_write_input_tokens),
        ("\"outputTokens\": ", usage.output_tokens),
        ("\"reasoningOutputTokens\": ", usage.reasoning_output_tokens),
        ("\"totalTokens\": ", usage.total_tokens),
    ];
    bytes.push(b'{');
    for (key, count) in counts {
        bytes.extend_from_slice(line.as_bytes());
        bytes.extend_from_slice(key.as_bytes());
        json::integer(bytes, count);
        bytes.push(b',');
    }
    bytes.extend_from_slice(line.as_bytes());
    bytes.extend_from_slice(b"\"estimatedCostUsd\": ");
    json::number(bytes, usage.estimated_cost_usd)?;
    // The line on which it began is indented by one level less.
    bytes.extend_from_slice(line.get(..line.len() - INDENT).unwrap_or_default().as_bytes());
    bytes.push(b'}');
    Ok(())
}

fn optional(bytes: &mut Vec<u8>, text: Option<&str>) -> io::Result<()> {
    let Some(text) = text else {
        bytes.extend_from_slice(NULL);
        return Ok(());
    };
    json::text(bytes, text)
}

/// Writes the time as JavaScript does; `null` beyond the years that have four digits, in which no file was written.
fn time(bytes: &mut Vec<u8>, ms: Option<i64>) {
    let known = ms.filter(|ms| (FIRST_MS..=LAST_MS).contains(ms));
    let Some(time) = known.and_then(DateTime::from_timestamp_millis) else {
        bytes.extend_from_slice(NULL);
        return;
    };
    // Each part of a time with an offset would be computed from the whole.
    let time = time.naive_utc();
    bytes.push(b'"');
    for (part, digits, end) in [
        (time.year().unsigned_abs(), 4, b'-'),
        (time.month(), 2, b'-'),
        (time.day(), 2, b'T'),
        (time.hour(), 2, b':'),
        (time.minute(), 2, b':'),
        (time.second(), 2, b'.'),
        (time.nanosecond() / 1_000_000, 3, b'Z'),
    ] {
        json::padded(bytes, part, digits);
        bytes.push(end);
    }
    bytes.push(b'"');
}
