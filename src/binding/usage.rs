//! The usage that threads were billed.

use std::sync::Arc;

use ::napi::Result;
use napi_derive::napi;

use crate::billing::price_table::PriceTable;
use crate::billing::report::{PricedThread, PricedUsage};
use crate::billing::user_prices::prices_in_force;
use crate::binding::answer::{SkippedFile, ThreadUsage, Usage};
use crate::binding::argument::Given;
use crate::binding::erased as napi;
use crate::binding::home::{HomeOptions, home_of};
use crate::binding::runtime::blocking;
use crate::index::homes::store_of;
use crate::index::query::family::{Family, family};
use crate::index::query::rollout::read_one;

/// A thread and the subagents that it spawned.
#[napi(object, object_from_js = false)]
pub struct ThreadFamilyUsage {
    /// The thread.
    pub thread: ThreadUsage,
    /// Its subagents, and theirs.
    pub subagents: Vec<ThreadUsage>,
    /// All of them together.
    pub total: Usage,
    /// The rollouts that could not be read: a subagent may be among them.
    pub skipped: Vec<SkippedFile>,
}

/// Reads what a thread and the subagents that it spawned were billed; `null` when the home has no such thread, or is
/// not there yet.
///
/// Rejects when the home, or the thread's own rollout, is there and cannot be read.
#[napi]
pub async fn thread_usage(
    thread_id: Given<String>,
    options: Option<Given<HomeOptions>>,
) -> Result<Option<ThreadFamilyUsage>> {
    let thread_id = thread_id.text("threadId", "the id of a thread")?;
    let home = home_of(options)?;
    blocking(move || {
        let prices = prices_or_built_in();
        Ok(family(&store_of(&home), &thread_id)?.map(|family| family_usage(family, &prices)))
    })
    .await
}

/// Reads what the thread of one rollout was billed, as far as this file tells: without the thread's other rollouts, and
/// without its parent to compare with. `null` when the file holds no record.
///
/// Rejects when the file cannot be read.
#[napi]
pub async fn rollout_usage(rollout_path: Given<String>) -> Result<Option<ThreadUsage>> {
    let path = rollout_path.path("rolloutPath")?;
    blocking(move || {
        let thread = read_one(&path)?;
        Ok(thread.map(|thread| PricedThread::new(thread, &prices_or_built_in()).into()))
    })
    .await
}

fn family_usage(family: Family, prices: &PriceTable) -> ThreadFamilyUsage {
    let thread = PricedThread::new(family.thread, prices);
    let subagents = family.subagents.into_iter().map(|thread| PricedThread::new(thread, prices));
    let subagents: Vec<PricedThread> = subagents.collect();
    let total = subagents.iter().map(|subagent| subagent.usage);
    ThreadFamilyUsage {
        total: total.fold(thread.usage, PricedUsage::plus).into(),
        thread: thread.into(),
        subagents: subagents.into_iter().map(ThreadUsage::from).collect(),
        skipped: family.skipped.into_iter().map(SkippedFile::from).collect(),
    }
}

/// The prices in force where the cost is a by-product: a broken price file must not hide a thread.
pub(super) fn prices_or_built_in() -> Arc<PriceTable> {
    prices_in_force().unwrap_or_else(|_broken| PriceTable::built_in())
}
