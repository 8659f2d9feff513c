//! What threads were billed.

use std::sync::Arc;

use napi::{Env, Result};
use napi_derive::napi;
use serde::Serialize;

use crate::billing::price_table::PriceTable;
use crate::billing::user_prices::prices_in_force;
use crate::binding::answer::{self, SkippedFile, ThreadUsage, Usage};
use crate::binding::argument::{Given, GivenList, Options};
use crate::binding::blocking::off_thread;
use crate::binding::home::{HomeOptions, codex_home};
use crate::binding::promise::Promise;
use crate::index::homes::store_of;
use crate::index::query::family::{Family, families, family};
use crate::index::query::rollout::read_one;

/// A thread and the subagents that it spawned.
#[napi(object, object_from_js = false, object_to_js = false)]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ThreadFamilyUsage {
    /// The thread.
    pub thread: ThreadUsage,
    /// Its subagents, and theirs.
    pub subagents: Vec<ThreadUsage>,
    /// All of them together.
    pub total: Usage,
    /// What of the home could not be read: a subagent may be among it.
    pub skipped: Vec<SkippedFile>,
}

/// Reads what a thread and the subagents that it spawned were billed; `null` when the home has no such thread, or is
/// not there yet.
///
/// Rejects when the home, or the thread's own rollout, is there and cannot be read.
#[napi(
    ts_args_type = "threadId: string, options?: HomeOptions | undefined | null",
    ts_return_type = "Promise<ThreadFamilyUsage | null>",
    catch_unwind
)]
pub fn thread_usage(
    env: &Env,
    thread_id: Given,
    options: Options<HomeOptions>,
) -> Result<Promise<'_>> {
    off_thread(env, || {
        let thread_id = thread_id.text("threadId", "the id of a thread")?;
        let home = codex_home(options.get()?.codex_home)?;
        Ok(move || {
            let prices = prices_or_built_in();
            Ok(family(&store_of(&home), &thread_id)?.map(|family| family_usage(family, &prices)))
        })
    })
}

/// Reads what many threads and the subagents that they spawned were billed, in their order, with one look at the home;
/// `null` for a thread that the home has not, or whose own rollout cannot be read: it must not lose the others.
///
/// Rejects when the home is there and cannot be read.
#[napi(
    ts_args_type = "threadIds: Array<string>, options?: HomeOptions | undefined | null",
    ts_return_type = "Promise<Array<ThreadFamilyUsage | null>>",
    catch_unwind
)]
pub fn thread_usages(
    env: &Env,
    thread_ids: GivenList,
    options: Options<HomeOptions>,
) -> Result<Promise<'_>> {
    off_thread(env, || {
        let thread_ids = thread_ids.texts("threadIds", "the id of a thread")?;
        let home = codex_home(options.get()?.codex_home)?;
        Ok(move || {
            let prices = prices_or_built_in();
            let families = families(&store_of(&home), &thread_ids)?.into_iter();
            Ok(families
                .map(|family| family.map(|family| family_usage(family, &prices)))
                .collect::<Vec<_>>())
        })
    })
}

fn family_usage(family: Family, prices: &PriceTable) -> ThreadFamilyUsage {
    let thread = answer::thread_usage(family.thread, prices);
    let subagents: Vec<ThreadUsage> =
        family.subagents.into_iter().map(|thread| answer::thread_usage(thread, prices)).collect();
    let mut total = thread.usage.clone();
    for subagent in &subagents {
        total.add_usage(&subagent.usage);
    }
    let skipped = family.skipped.into_iter().map(SkippedFile::from).collect();
    ThreadFamilyUsage { thread, subagents, total, skipped }
}

/// Reads what the thread of one rollout was billed, as far as this file tells: without the thread's other rollouts, and
/// without its parent to compare with. `null` when the file holds no record.
///
/// Rejects when the file cannot be read.
#[napi(
    ts_args_type = "rolloutPath: string",
    ts_return_type = "Promise<ThreadUsage | null>",
    catch_unwind
)]
pub fn rollout_usage(env: &Env, rollout_path: Given) -> Result<Promise<'_>> {
    off_thread(env, || {
        let path = rollout_path.path("rolloutPath")?;
        Ok(move || {
            let thread = read_one(&path)?;
            Ok(thread.map(|thread| answer::thread_usage(thread, &prices_or_built_in())))
        })
    })
}

/// The prices in force where the cost is a by-product: a broken price file must not hide a thread.
fn prices_or_built_in() -> Arc<PriceTable> {
    prices_in_force().unwrap_or_else(|_broken| PriceTable::built_in())
}
