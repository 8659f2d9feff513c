//! The objects that Node gets, and how they are made from the core's values.

use std::collections::BTreeMap;

use napi::bindgen_prelude::{Either, Null};
use napi_derive::napi;
use serde::Serialize;

use crate::billing::cost::Cost;
use crate::billing::price_table::PriceTable;
use crate::billing::report::Prices;
use crate::ledger::buckets::Slices;
use crate::ledger::threads::{Thread, ThreadKind};
use crate::rollout::file::{RolloutFile, Skipped};
use crate::rollout::record::TokenUsage;
use crate::rollout::record::service_tier::ServiceTier;

/// The key in `models` for responses whose rollout names no model.
const NO_MODEL: &str = "unknown";

/// Counts of tokens as Codex writes them, and what they cost.
#[napi(object, object_from_js = false)]
#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// All tokens sent to the model, cached and cache-write tokens among them.
    pub input_tokens: i64,
    /// Tokens that the provider had in its cache.
    pub cached_input_tokens: i64,
    /// Tokens that the provider wrote into its cache.
    pub cache_write_input_tokens: i64,
    /// All tokens that the model produced, reasoning among them.
    pub output_tokens: i64,
    /// Tokens spent on reasoning.
    pub reasoning_output_tokens: i64,
    /// Input and output together.
    pub total_tokens: i64,
    /// US dollars, at the prices of the table.
    pub estimated_cost_usd: f64,
}

/// A file or directory that was passed over.
#[napi(object, object_from_js = false)]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SkippedFile {
    /// Where it is.
    pub path: String,
    /// Why it does not count.
    pub reason: String,
}

/// A thread as the head of its rollout shows it.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct ThreadHead {
    /// `session_meta.payload.id`, else the id in the rollout's name.
    pub thread_id: String,
    /// The rollout; of several (a reverted thread) the one that was written last.
    pub rollout_path: String,
    /// Where the thread began, as Codex wrote it: links are not resolved.
    pub workspace_path: Option<String>,
    /// How the thread came to be.
    #[napi(ts_type = "'root' | 'fork' | 'subagent'")]
    pub kind: String,
    /// The thread that it was copied from or spawned by.
    pub parent_thread_id: Option<String>,
    /// Whether the rollout lies in `archived_sessions/`.
    pub archived: bool,
    /// Whether the rollout is a `.jsonl.zst`.
    pub compressed: bool,
    /// When the thread began, in milliseconds since 1970.
    pub created_at_ms: Option<i64>,
    /// When the rollout was last written, in milliseconds since 1970.
    pub updated_at_ms: i64,
    /// Bytes on disk.
    pub size_bytes: i64,
    /// The version of Codex that began the thread.
    pub cli_version: Option<String>,
}

/// A thread, and what it was billed without anything inherited.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct ThreadUsage {
    /// `session_meta.payload.id`, else the id in the rollout's name.
    pub thread_id: String,
    /// The rollout; of several (a reverted thread) the one that was written last.
    pub rollout_path: String,
    /// Where the thread began, as Codex wrote it: links are not resolved.
    pub workspace_path: Option<String>,
    /// How the thread came to be.
    #[napi(ts_type = "'root' | 'fork' | 'subagent'")]
    pub kind: String,
    /// The thread that it was copied from or spawned by.
    pub parent_thread_id: Option<String>,
    /// Whether the rollout lies in `archived_sessions/`.
    pub archived: bool,
    /// Whether the rollout is a `.jsonl.zst`.
    pub compressed: bool,
    /// When the thread began, in milliseconds since 1970.
    pub created_at_ms: Option<i64>,
    /// When the rollout was last written, in milliseconds since 1970.
    pub updated_at_ms: i64,
    /// Bytes on disk.
    pub size_bytes: i64,
    /// The version of Codex that began the thread.
    pub cli_version: Option<String>,
    /// The model of the last turn.
    pub model: Option<String>,
    /// What the thread was billed.
    pub usage: Usage,
    /// The same by model; `unknown` where the rollout names none.
    pub models: BTreeMap<String, Usage>,
    /// The same by the service tier that the turns asked for: `standard`, `priority`, `flex`, `ultrafast`.
    pub tiers: BTreeMap<String, Usage>,
    /// The plan of the account that was billed, as the rollout names it: on a subscription the cost is what the same
    /// tokens cost at API prices. `null` where no record names one.
    pub plan_type: Option<String>,
    /// Whether the cost holds rates that are not the model's own at its tier.
    pub is_estimate: bool,
    /// Lines of the rollout that were no records.
    pub skipped_records: i64,
    /// What the last turn is doing, by the records alone.
    #[napi(ts_type = "'none' | 'running' | 'finished' | 'aborted' | 'failed'")]
    pub turn: String,
    /// The last turn, where its records name it.
    pub turn_id: Option<String>,
    /// When the last record was written, in milliseconds since 1970.
    pub last_record_at_ms: Option<i64>,
}

impl From<TokenUsage> for Usage {
    fn from(usage: TokenUsage) -> Self {
        Self {
            input_tokens: count(usage.input),
            cached_input_tokens: count(usage.cached_input),
            cache_write_input_tokens: count(usage.cache_write_input),
            output_tokens: count(usage.output),
            reasoning_output_tokens: count(usage.reasoning_output),
            total_tokens: count(usage.total()),
            estimated_cost_usd: 0.0,
        }
    }
}

impl Usage {
    /// Adds usage and what it costs.
    pub(super) fn add(&mut self, usage: TokenUsage, cost_usd: f64) {
        let added = Self::from(usage);
        self.input_tokens += added.input_tokens;
        self.cached_input_tokens += added.cached_input_tokens;
        self.cache_write_input_tokens += added.cache_write_input_tokens;
        self.output_tokens += added.output_tokens;
        self.reasoning_output_tokens += added.reasoning_output_tokens;
        self.total_tokens += added.total_tokens;
        self.add_cost(cost_usd);
    }

    /// Adds another usage with its cost.
    pub(super) fn add_usage(&mut self, other: &Self) {
        self.input_tokens += other.input_tokens;
        self.cached_input_tokens += other.cached_input_tokens;
        self.cache_write_input_tokens += other.cache_write_input_tokens;
        self.output_tokens += other.output_tokens;
        self.reasoning_output_tokens += other.reasoning_output_tokens;
        self.total_tokens += other.total_tokens;
        self.add_cost(other.estimated_cost_usd);
    }

    /// JSON knows no infinity, which a user's own prices could lead to.
    fn add_cost(&mut self, cost_usd: f64) {
        self.estimated_cost_usd = (self.estimated_cost_usd + cost_usd).min(f64::MAX);
    }
}

impl From<Skipped> for SkippedFile {
    fn from(skipped: Skipped) -> Self {
        Self { path: skipped.path.to_string_lossy().into_owned(), reason: skipped.reason }
    }
}

/// A usage by model and by tier, priced.
#[derive(Default)]
struct Parts {
    models: BTreeMap<String, Usage>,
    tiers: BTreeMap<String, Usage>,
    cost: Cost,
}

fn parts(slices: &Slices, prices: &PriceTable) -> Parts {
    // A long thread has thousands of slices, and few models and tiers: each is looked up once.
    let mut prices = Prices::new(prices);
    let mut sums: Vec<(Option<&str>, ServiceTier, TokenUsage, Cost)> = Vec::new();
    for (key, usage) in slices.iter() {
        let (model, tier) = (key.model.as_deref(), key.tier);
        let cost = prices.cost(key, *usage);
        match sums.iter_mut().find(|(known, at, ..)| *known == model && *at == tier) {
            Some((_, _, sum, sum_cost)) => {
                *sum = sum.plus(*usage);
                sum_cost.add(cost);
            }
            None => sums.push((model, tier, *usage, cost)),
        }
    }
    let mut parts = Parts::default();
    for (model, tier, usage, cost) in sums {
        parts.models.entry(model_name(model)).or_default().add(usage, cost.usd);
        parts.tiers.entry(tier.as_str().to_owned()).or_default().add(usage, cost.usd);
        parts.cost.add(cost);
    }
    parts
}

/// The key of a model in an answer.
pub(super) fn model_name(model: Option<&str>) -> String {
    model.unwrap_or(NO_MODEL).to_owned()
}

/// The model of a key in an answer.
pub(super) fn known_model(key: &str) -> Option<&str> {
    (key != NO_MODEL).then_some(key)
}

/// A path for Node.
pub(super) fn path_text(file: &RolloutFile) -> String {
    file.path.to_string_lossy().into_owned()
}

/// A kind for Node.
pub(super) fn kind_text(kind: ThreadKind) -> String {
    kind.as_str().to_owned()
}

/// An element of a list for Node: napi infers `undefined` too for an `Option` there.
pub(super) fn or_null<T>(element: Option<T>) -> Either<T, Null> {
    element.map_or(Either::B(Null), Either::A)
}

/// A count for Node.
pub(super) fn count(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A thread for Node.
pub(super) fn thread_usage(thread: Thread, prices: &PriceTable) -> ThreadUsage {
    let Parts { models, tiers, cost } = parts(&thread.slices, prices);
    let mut usage = Usage::default();
    for model in models.values() {
        usage.add_usage(model);
    }
    let updated_at_ms = thread.file.updated_ms();
    ThreadUsage {
        thread_id: thread.thread_id,
        rollout_path: match thread.file.path.into_os_string().into_string() {
            Ok(path) => path,
            Err(path) => path.to_string_lossy().into_owned(),
        },
        workspace_path: thread.workspace,
        kind: kind_text(thread.kind),
        parent_thread_id: thread.parent_thread_id,
        archived: thread.file.archived,
        compressed: thread.file.compressed,
        created_at_ms: thread.created_ms,
        updated_at_ms,
        size_bytes: count(thread.file.size),
        cli_version: thread.cli_version,
        model: thread.model,
        usage,
        models,
        tiers,
        plan_type: thread.plan_type,
        is_estimate: cost.is_estimate,
        skipped_records: count(thread.skipped_records),
        turn: thread.turn.as_str().to_owned(),
        turn_id: thread.turn_id,
        last_record_at_ms: thread.last_record_ms,
    }
}
