//! The objects that Node gets, and how they are made from the core's values.

use std::collections::BTreeMap;

use napi_derive::napi;

use crate::billing::report::{PricedThread, PricedUsage, UNKNOWN};
use crate::ledger::threads::ThreadKind;
use crate::rollout::file::{RolloutFile, Skipped};
use crate::rollout::record::rate_limits;
use crate::rollout::repository::remote_name;

/// Counts of tokens as Codex writes them, and what they cost.
#[napi(object, object_from_js = false)]
#[derive(Clone, Default)]
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
pub struct SkippedFile {
    /// Its path.
    pub path: String,
    /// The reason why it does not count.
    pub reason: String,
}

/// A thread as the head of its rollout shows it.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct ThreadHead {
    /// `session_meta.payload.id`, else the id in the rollout's name.
    pub thread_id: String,
    /// The rollout; of several (a reverted thread) the one that was written last.
    pub rollout_path: String,
    /// The directory in which the thread began, as Codex wrote it: links are not resolved.
    pub workspace_path: Option<String>,
    /// The kind of the thread: how it came to be.
    #[napi(ts_type = "'root' | 'fork' | 'subagent'")]
    pub kind: String,
    /// The thread that it was copied from or spawned by.
    pub parent_thread_id: Option<String>,
    /// True if the rollout lies in `archived_sessions/`.
    pub archived: bool,
    /// True if the rollout is a `.jsonl.zst`.
    pub compressed: bool,
    /// The time when the thread began, in milliseconds since 1970.
    pub created_at_ms: Option<i64>,
    /// The time when the rollout was last written, in milliseconds since 1970.
    pub updated_at_ms: i64,
    /// Bytes on disk.
    pub size_bytes: i64,
    /// The version of Codex that began the thread.
    pub cli_version: Option<String>,
}

/// The use of a model's context window.
#[napi(object, object_from_js = false)]
pub struct ContextUse {
    /// Tokens of the last response, all that it was sent among them.
    pub tokens: i64,
    /// Tokens that the model takes.
    pub window: i64,
}

/// A thread, and what it was billed without anything inherited.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct ThreadUsage {
    /// `session_meta.payload.id`, else the id in the rollout's name.
    pub thread_id: String,
    /// The rollout; of several (a reverted thread) the one that was written last.
    pub rollout_path: String,
    /// The directory in which the thread began, as Codex wrote it: links are not resolved.
    pub workspace_path: Option<String>,
    /// The kind of the thread: how it came to be.
    #[napi(ts_type = "'root' | 'fork' | 'subagent'")]
    pub kind: String,
    /// The thread that it was copied from or spawned by.
    pub parent_thread_id: Option<String>,
    /// True if the rollout lies in `archived_sessions/`.
    pub archived: bool,
    /// True if the rollout is a `.jsonl.zst`.
    pub compressed: bool,
    /// The time when the thread began, in milliseconds since 1970.
    pub created_at_ms: Option<i64>,
    /// The time when the rollout was last written, in milliseconds since 1970.
    pub updated_at_ms: i64,
    /// Bytes on disk.
    pub size_bytes: i64,
    /// The version of Codex that began the thread.
    pub cli_version: Option<String>,
    /// The model of the last turn.
    pub model: Option<String>,
    /// The usage that the thread was billed.
    pub usage: Usage,
    /// The usage by model; `unknown` where the rollout names none.
    pub models: BTreeMap<String, Usage>,
    /// The usage by the service tier that the turns asked for: `standard`, `priority`, `flex`, `ultrafast`.
    pub tiers: BTreeMap<String, Usage>,
    /// The plan of the account that was billed, as the rollout names it: on a subscription the cost is what the same
    /// tokens cost at API prices. `null` where no record names one.
    pub plan_type: Option<String>,
    /// The repository in which the thread began, where its rollout says so, however it is spelled:
    /// `github.com/acme/shop`.
    pub repository: Option<String>,
    /// The branch on which the thread began, where its rollout says so.
    pub branch: Option<String>,
    /// The tokens in the context of the model after its last response, and how many it takes. `null` where no record
    /// says so.
    pub context: Option<ContextUse>,
    /// True if the cost holds rates that are not the model's own at its tier.
    pub is_estimate: bool,
    /// Lines of the rollout that were no records.
    pub skipped_records: i64,
    /// The state of the last turn, by the records alone.
    #[napi(ts_type = "'none' | 'running' | 'finished' | 'aborted' | 'failed'")]
    pub turn: String,
    /// The last turn, where its records name it.
    pub turn_id: Option<String>,
    /// The time when the last record was written, in milliseconds since 1970.
    pub last_record_at_ms: Option<i64>,
}

impl From<rate_limits::ContextUse> for ContextUse {
    fn from(rate_limits::ContextUse { tokens, window }: rate_limits::ContextUse) -> Self {
        Self { tokens: count(tokens), window: count(window) }
    }
}

impl From<PricedUsage> for Usage {
    fn from(PricedUsage { tokens, cost_usd }: PricedUsage) -> Self {
        Self {
            input_tokens: count(tokens.input),
            cached_input_tokens: count(tokens.cached_input),
            cache_write_input_tokens: count(tokens.cache_write_input),
            output_tokens: count(tokens.output),
            reasoning_output_tokens: count(tokens.reasoning_output),
            total_tokens: count(tokens.total()),
            estimated_cost_usd: cost_usd,
        }
    }
}

impl From<Skipped> for SkippedFile {
    fn from(skipped: Skipped) -> Self {
        Self { path: skipped.path.to_string_lossy().into_owned(), reason: skipped.reason }
    }
}

/// The name of a model, a workspace or a session for Node.
pub(super) fn name_text(name: Option<&str>) -> String {
    name.unwrap_or(UNKNOWN).to_owned()
}

/// A path for Node.
pub(super) fn path_text(file: &RolloutFile) -> String {
    file.path.to_string_lossy().into_owned()
}

/// A kind for Node.
pub(super) fn kind_text(kind: ThreadKind) -> String {
    kind.as_str().to_owned()
}

/// A count for Node.
pub(super) fn count(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl From<PricedThread> for ThreadUsage {
    fn from(priced: PricedThread) -> Self {
        let PricedThread { thread, usage, models, tiers, is_estimate } = priced;
        let updated_at_ms = thread.file.updated_ms();
        let tiers = tiers.into_iter().map(|(tier, usage)| (tier.to_owned(), usage.into()));
        Self {
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
            usage: usage.into(),
            models: models.into_iter().map(|(model, usage)| (model, usage.into())).collect(),
            tiers: tiers.collect(),
            plan_type: thread.plan_type,
            repository: thread
                .git
                .as_ref()
                .and_then(|git| remote_name(git.repository_url.as_deref()?)),
            branch: thread.git.and_then(|git| git.branch),
            context: thread.context.map(ContextUse::from),
            is_estimate,
            skipped_records: count(thread.skipped_records),
            turn: thread.turn.as_str().to_owned(),
            turn_id: thread.turn_id,
            last_record_at_ms: thread.last_record_ms,
        }
    }
}
