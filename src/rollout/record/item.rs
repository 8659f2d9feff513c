//! The values that records become.

use std::borrow::Cow;

use crate::codec::codec_fields;
use crate::rollout::record::prefilter::Unneeded;
use crate::rollout::record::service_tier::ServiceTier;

/// A line that is no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// A record that may matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record<'a> {
    /// The time when it was written (ISO 8601), if it says so.
    pub timestamp: Option<Cow<'a, str>>,
    /// Its number in the thread's history, in paginated rollouts.
    pub ordinal: Option<u64>,
    /// Its content.
    pub item: Item<'a>,
}

/// The content of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item<'a> {
    /// `session_meta`: the thread's, or one that was copied from its parent. Read it with
    /// [`crate::rollout::record::session_meta`].
    SessionMeta,
    /// `turn_context`: what the turn runs with.
    TurnContext(TurnContext<'a>),
    /// `event_msg`/`thread_settings_applied`: what the next turn runs with, unless it says otherwise.
    Settings(TurnContext<'a>),
    /// `event_msg`/`token_count`.
    TokenCount(TokenCount),
    /// `token_usage_record`.
    TokenUsageRecord(TokenUsageRecord<'a>),
    /// `event_msg`/`task_started`, `task_complete`, `turn_aborted`, `error`, `user_message`.
    Turn(Turn<'a>),
    /// A record that carries nothing that counts.
    Unneeded(Unneeded),
}

/// `turn_context`.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct TurnContext<'a> {
    /// The turn, from 0.105 on.
    pub turn_id: Option<Cow<'a, str>>,
    /// The model that the turn asks.
    pub model: Option<Cow<'a, str>>,
    /// The directory in which the turn runs.
    pub cwd: Option<Cow<'a, str>>,
    /// The tier that it asks for, in settings from 0.148 on; `None` where the record does not say.
    pub service_tier: Option<ServiceTier>,
}

/// The counts of a usage. `cached_input` and `cache_write_input` are part of `input`, `reasoning_output` is part of
/// `output`. A `total_tokens` is not among them: it is the sum of input and output, or an estimate of a context's size.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenUsage {
    /// All tokens sent to the model.
    pub input: u64,
    /// Those that the provider had in its cache.
    pub cached_input: u64,
    /// Those that the provider wrote into its cache.
    pub cache_write_input: u64,
    /// All tokens that the model produced.
    pub output: u64,
    /// Those that were spent on reasoning.
    pub reasoning_output: u64,
}

codec_fields!(TokenUsage { input, cached_input, cache_write_input, output, reasoning_output });

/// `event_msg`/`token_count`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenCount {
    /// `info: null`: rate limits only.
    Empty,
    /// The counter of the thread, and the usage that Codex takes for the last response's.
    Counter {
        /// `total_token_usage`.
        total: Option<TokenUsage>,
        /// `last_token_usage`.
        last: Option<TokenUsage>,
    },
    /// The oldest shape: the usage of one response.
    Single(TokenUsage),
}

/// `token_usage_record`: the usage of one response, written as soon as it completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenUsageRecord<'a> {
    /// The thread that was billed; an ancestor's in a copied record.
    pub thread_id: Option<Cow<'a, str>>,
    /// The turn, whose `turn_context` has the model.
    pub turn_id: Option<Cow<'a, str>>,
    /// The provider's id of the response.
    pub response_id: Option<Cow<'a, str>>,
    /// The usage that the response was billed.
    pub usage: TokenUsage,
}

/// The events of a turn's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn<'a> {
    /// The event.
    pub event: TurnEvent,
    /// The turn, where the record names it.
    pub turn_id: Option<Cow<'a, str>>,
}

/// An event in the life of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnEvent {
    /// `task_started`.
    Started,
    /// `user_message`: the beginning of a turn in versions that write no `task_started`.
    Prompted,
    /// `task_complete`.
    Completed,
    /// `task_complete` with `last_agent_message: null`: the turn ended without a last word of the model.
    CompletedSilently,
    /// `task_complete` with an error: the turn ended, and not because the model was done.
    Failed,
    /// `error`: something failed; the turn may go on.
    Erred,
    /// `turn_aborted`: the user interrupted it.
    Aborted,
}
