//! What a huge rollout comes to, from its beginning and its end: an answer at once, for as long as its fold takes.
//!
//! The counter at the end is all that the thread ever used. What it says beyond the place to which the records were read
//! is put down to the last model, at the last time. A counter that was restarted in between, as old versions did at
//! every resume, makes that too little; the fold will tell.

use std::io::Read;

use crate::error::{Error, Result};
use crate::fs::open::open_rollout;
use crate::index::catalog::discover::RolloutFile;
use crate::ledger::buckets::Response;
use crate::ledger::fold::Fold;
use crate::ledger::summary::Summary;
use crate::rollout::activity::End;
use crate::rollout::lines::scan_lines;
use crate::rollout::name::RolloutName;
use crate::rollout::record::{Item, TokenCount, TokenUsage, parse};
use crate::rollout::tail::read_tail;
use crate::rollout::timestamp::parse_timestamp;

/// How much of the beginning is read, in bytes: there stands who the thread is.
const BEGINNING: u64 = 1024 * 1024;

/// How much is read where the beginning is a copy of another thread's records, which is not to be billed, in bytes.
const COPIED_BEGINNING: u64 = 16 * 1024 * 1024;

/// How many of the last records are looked at: the counter is repeated with every response.
const LAST_RECORDS: usize = 512;

/// What a rollout comes to, as far as `before`, its fold up to some place, and its end tell.
///
/// # Errors
///
/// When it cannot be read.
pub fn glance(file: &RolloutFile, before: Option<Box<Fold>>) -> Result<Summary> {
    let fold = match before {
        Some(fold) => fold,
        None => beginning(file)?,
    };
    let lines = read_tail(&file.path, false, LAST_RECORDS)?;
    let mut last: Option<(TokenUsage, Option<i64>)> = None;
    for record in lines.iter().filter_map(|line| parse(&line.bytes).ok()) {
        if let Item::TokenCount(TokenCount::Counter { total: Some(total), .. }) = record.item {
            last = Some((total, record.timestamp.as_deref().and_then(parse_timestamp)));
        }
    }
    // Whether words end a turn, the beginning tells.
    let mut end = fold.turn().cloned().map_or_else(End::default, End::after);
    for line in &lines {
        end.read(&line.bytes);
    }
    let end = end.activity(file.modified_ms, file.size);
    let mut summary = Summary::new(&fold);
    summary.last_model = end.model.or(summary.last_model);
    (summary.turn, summary.turn_id) = (end.turn, end.turn_id);
    summary.last_record_ms = end.last_record_ms.or(summary.last_record_ms);
    if let Some((total, at_ms)) = last {
        let counted = fold.counted().unwrap_or(TokenUsage::ZERO);
        summary.slices.add(Response {
            model: summary.last_model.as_deref().map(Into::into),
            workspace: summary.workspace.as_deref().map(Into::into),
            at_ms: at_ms.unwrap_or(file.modified_ms),
            usage: total.minus(counted).unwrap_or(total),
            single: false,
        });
    }
    Ok(summary)
}

fn beginning(file: &RolloutFile) -> Result<Box<Fold>> {
    let short = fold_first(file, BEGINNING)?;
    let is_copy = short.copied_from().is_some();
    if is_copy { fold_first(file, COPIED_BEGINNING) } else { Ok(short) }
}

fn fold_first(file: &RolloutFile, length: u64) -> Result<Box<Fold>> {
    let (opened, _) = open_rollout(&file.path)?;
    let mut fold = Box::new(Fold::new(RolloutName::parse_stem(&file.stem)));
    let read = scan_lines(opened.take(length), &mut Vec::new(), &mut *fold);
    read.map_err(|source| Error::io("read rollout", &file.path, source))?;
    Ok(fold)
}
