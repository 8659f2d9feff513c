//! The summary of a fold: all that a thread is made of, without the state to go on from.

use crate::codec::{Codec, Decoder, codec_fields};
use crate::ledger::buckets::UsageBuckets;
use crate::ledger::fold::Fold;
use crate::ledger::thread_kind::ThreadKind;
use crate::rollout::record::rate_limits::ContextUse;
use crate::rollout::record::session_meta::{Git, SessionMeta};
use crate::rollout::timestamp::parse_timestamp;
use crate::rollout::turn::{TurnState, TurnTracker};

/// A rollout in a nutshell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// True if it holds neither a record nor a broken one.
    pub is_empty: bool,
    /// The thread: the `session_meta`'s id, else the file name's.
    pub thread_id: Option<String>,
    /// The last quarter of an hour in which anything was billed, counted from 1970, as far as `buckets` tells.
    pub last_quarter: Option<i64>,
    /// The state of the last turn.
    pub turn: TurnState,
    /// The time when the last record was written, in milliseconds since 1970.
    pub last_record_ms: Option<i64>,
    /// The account's limits as its records tell them, encoded: few who ask for threads ask for them. Empty where none
    /// does.
    pub limits: Box<[u8]>,
    /// True if its `session_meta` says that it continues its own thread after a revert.
    pub is_revert: bool,
    /// The kind of the thread, by its `session_meta`.
    pub kind: ThreadKind,
    /// The thread that it was spawned by or copied from, by its `session_meta`.
    pub parent: Option<String>,
    /// The thread whose records it begins with.
    pub copied_from: Option<String>,
    /// The directory in which the thread began.
    pub workspace: Option<String>,
    /// The repository in which the thread began.
    pub git: Option<Git>,
    /// The time when the thread began, in milliseconds since 1970.
    pub created_ms: Option<i64>,
    /// The version of Codex that began it.
    pub cli_version: Option<String>,
    /// The model of the last turn.
    pub last_model: Option<String>,
    /// The plan of the account that was billed.
    pub plan_type: Option<String>,
    /// The use of the model's context window.
    pub context: Option<ContextUse>,
    /// Lines that were no records.
    pub skipped_records: u64,
    /// The id of the last turn.
    pub turn_id: Option<String>,
    /// True if only other threads can tell what was billed: `buckets` then holds what none of them matters to.
    pub inherits: bool,
    /// The usage that was billed.
    pub buckets: UsageBuckets,
}

codec_fields!(Summary {
    is_empty,
    inherits,
    thread_id,
    last_quarter,
    turn,
    last_record_ms,
    limits,
    is_revert,
    kind,
    parent,
    copied_from,
    workspace,
    git,
    created_ms,
    cli_version,
    last_model,
    plan_type,
    context,
    skipped_records,
    turn_id,
    buckets,
});

/// The fields that a summary begins with: they decide whether a rollout is a thread of its own, and which questions it
/// matters to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SummaryPrefix {
    /// See [`Summary::is_empty`].
    pub is_empty: bool,
    /// See [`Summary::inherits`].
    pub inherits: bool,
    /// See [`Summary::thread_id`].
    pub thread_id: Option<String>,
    /// See [`Summary::last_quarter`].
    pub last_quarter: Option<i64>,
    /// See [`Summary::turn`].
    pub turn: TurnState,
    /// See [`Summary::last_record_ms`].
    pub last_record_ms: Option<i64>,
}

impl SummaryPrefix {
    /// Decodes it from an encoded summary, and leaves the rest.
    #[must_use]
    pub fn of(encoded: &[u8]) -> Option<Self> {
        Self::decode(&mut Decoder::new(encoded))
    }

    /// Decodes it and the [`Summary::limits`], which follow it.
    #[must_use]
    pub fn with_limits(encoded: &[u8]) -> Option<(Self, Box<[u8]>)> {
        let decoder = &mut Decoder::new(encoded);
        Some((Self::decode(decoder)?, Codec::decode(decoder)?))
    }
}

codec_fields!(SummaryPrefix { is_empty, inherits, thread_id, last_quarter, turn, last_record_ms });

impl From<&Summary> for SummaryPrefix {
    fn from(summary: &Summary) -> Self {
        Self {
            is_empty: summary.is_empty,
            inherits: summary.inherits,
            thread_id: summary.thread_id.clone(),
            last_quarter: summary.last_quarter,
            turn: summary.turn,
            last_record_ms: summary.last_record_ms,
        }
    }
}

impl Summary {
    /// The sums of a fold when nothing follows.
    #[must_use]
    pub fn new(fold: &Fold) -> Self {
        let meta = fold.meta();
        let buckets = fold.settle(&|_| None);
        Self {
            is_empty: !fold.saw_anything(),
            thread_id: fold.thread_id().map(str::to_owned),
            last_quarter: buckets.iter().map(|(key, _)| key.quarter).max(),
            is_revert: meta.is_some_and(SessionMeta::is_revert),
            kind: meta.map_or(ThreadKind::Root, ThreadKind::of_meta),
            parent: meta.and_then(SessionMeta::parent).map(str::to_owned),
            copied_from: fold.copied_from().map(str::to_owned),
            workspace: meta.and_then(|meta| meta.cwd.clone()),
            git: meta.and_then(|meta| meta.git.clone()),
            created_ms: meta.and_then(|meta| meta.timestamp.as_deref()).and_then(parse_timestamp),
            cli_version: meta.and_then(|meta| meta.cli_version.clone()),
            last_model: fold.last_model().map(str::to_owned),
            plan_type: fold.plan_type().map(str::to_owned),
            context: fold.context(),
            limits: fold.limits().encoded(),
            skipped_records: fold.skipped_records(),
            turn: fold.turn().map_or(TurnState::None, TurnTracker::state),
            turn_id: fold.turn().and_then(TurnTracker::turn_id).map(str::to_owned),
            last_record_ms: fold.last_record_ms(),
            inherits: fold.depends_on().next().is_some(),
            buckets,
        }
    }
}
