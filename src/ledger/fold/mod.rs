//! The fold over one rollout's records: *state + bytes → state*. It can stop behind any complete line and go on later.
//!
//! Every response that Codex wrote down counts once: a `token_usage_record` by its `response_id`, a step of the
//! `token_count` counter unless it is the echo of such a record. What a fork or a subagent copied from its parent is
//! passed over.

pub mod facts;
mod lines;
pub mod settle;
mod usage;

use std::sync::Arc;

use crate::codec::{codec_fields, codec_variants};
use crate::ledger::buckets::{Response, UsageBuckets};
use crate::ledger::copied_history::CopiedHistory;
use crate::ledger::counter::Counter;
use crate::ledger::counter_base::{CounterBase, CounterCheckpoints};
use crate::ledger::last_context::LastContext;
use crate::ledger::limit_readings::LimitReadings;
use crate::ledger::turn_context::{TurnFacts, Turns};
use crate::ledger::usage_records::UsageRecords;
use crate::rollout::lines::LineSink;
use crate::rollout::name::uuid_v7_ms;
use crate::rollout::record::plan_type::plan_type;
use crate::rollout::record::prefilter::{LineKind, Unneeded, classify};
use crate::rollout::record::recover::recover;
use crate::rollout::record::session_meta::{CaptureEnd, Captured, SessionMeta, capture};
use crate::rollout::record::{Item, Turn, TurnContext, TurnEvent, parse, parse_as};
use crate::rollout::timestamp::parse_timestamp;
use crate::rollout::turn::{TurnState, TurnTracker};

/// The longest time after the beginning of a fork at which its copied records are written, in milliseconds.
const COPIED_WITHIN_MS: i64 = 2_000;

/// The state of the fold over one rollout.
#[derive(Debug, Default, Clone)]
pub struct Fold {
    meta: Option<SessionMeta>,
    /// The thread's own id, and the time in it.
    thread_id: Option<String>,
    born_ms: Option<i64>,
    /// The thread whose records are copied at the beginning: the id of the second `session_meta`.
    copied_from: Option<String>,
    part: Part,
    counter: Counter,
    recorded: UsageRecords,
    turns: Turns,
    /// True if the model said anything since the turn started.
    answered: bool,
    tracker: TurnTracker,
    buckets: UsageBuckets,
    /// Responses that may be copies: which, only the parent's copied history can tell.
    ambiguous: Vec<(usize, Response)>,
    copied_history: CopiedHistory,
    /// The first value of a counter that may go on from the parent's: what of it is new, only the parent's can tell.
    counter_base: Option<CounterBase>,
    /// The values of the counter by the `ordinal` of their records, for a fork that points into this rollout.
    counter_checkpoints: CounterCheckpoints,
    /// True if turns have ids from here on; the copied history ends there.
    turns_have_ids: bool,
    last_model: Option<String>,
    /// The plan of the account, as the last record of its limits names it.
    plan_type: Option<String>,
    /// The limits of the account.
    limits: LimitReadings,
    /// The use of the context window: the text of the last record that says so.
    context: LastContext,
    /// The time when the last record was written that was read.
    last_ms: Option<i64>,
    /// The time when the last record was written, also of those that count nothing and are not read.
    written_ms: Option<i64>,
    skipped: u64,
}

codec_fields!(Fold {
    meta,
    thread_id,
    born_ms,
    copied_from,
    part,
    counter,
    recorded,
    turns,
    answered,
    tracker,
    buckets,
    ambiguous,
    copied_history,
    counter_base,
    counter_checkpoints,
    turns_have_ids,
    last_model,
    plan_type,
    limits,
    context,
    last_ms,
    written_ms,
    skipped,
});

/// Whose history the records belong to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The thread's own.
    #[default]
    Own,
    /// Copied from the parent, until a turn of the thread's own begins.
    Copied,
}

codec_variants!(Part { Own, Copied });

impl Fold {
    /// The fold before the first record of a rollout whose file name carries `thread_id`.
    #[must_use]
    pub fn new(thread_id: Option<&str>) -> Self {
        let mut fold = Self::default();
        fold.set_thread(thread_id);
        fold
    }

    /// The fold that also lists each response by itself.
    #[must_use]
    pub fn listing_responses(thread_id: Option<&str>) -> Self {
        Self { buckets: UsageBuckets::listing_responses(), ..Self::new(thread_id) }
    }

    /// Forgets each response by itself: somebody has taken them.
    pub fn stop_listing(&mut self) {
        self.buckets.stop_listing();
    }

    /// Reads the text behind the last terminator: a record if it is whole, and nothing yet if it is not.
    pub fn unterminated(&mut self, rest: &[u8]) {
        let rest = rest.trim_ascii_end();
        if rest.last() == Some(&b'}') && (parse(rest).is_ok() || !recover(rest).is_empty()) {
            self.line(rest);
        }
    }

    /// Gives back what is only needed to go on: no record follows.
    pub fn close(&mut self) {
        self.turns.close();
        self.counter.close();
        self.recorded.close();
        self.buckets.shrink();
        self.ambiguous.shrink_to_fit();
    }

    fn set_thread(&mut self, thread_id: Option<&str>) {
        self.thread_id = thread_id.map(str::to_owned);
        self.born_ms = thread_id.and_then(uuid_v7_ms);
    }

    /// Reads a line; one that is no record is counted, and the whole records in it are read.
    fn read(&mut self, line: &[u8], kind: LineKind) {
        if self.record(line, kind) {
            return;
        }
        self.skipped += 1;
        for (_, record) in recover(line) {
            if record.len() < line.len() {
                self.record(record, classify(record));
            }
        }
    }

    /// Reads a record; `false` when it is none.
    fn record(&mut self, line: &[u8], kind: LineKind) -> bool {
        if kind == LineKind::SessionMeta {
            return self.begin(capture(line));
        }
        let Ok(record) = parse_as(line, kind) else { return false };
        let written = record.timestamp.as_deref().and_then(parse_timestamp);
        self.last_ms = written.or(self.last_ms);
        self.written_ms = written.or(self.written_ms);
        match record.item {
            Item::SessionMeta => return self.begin(capture(line)),
            // The oldest shape begins without a kind.
            Item::Unneeded(unneeded) if self.meta.is_none() && self.copied_history.is_empty() => {
                self.begin(capture(line));
                self.unneeded(unneeded);
            }
            Item::TurnContext(context) => self.turn_context(&context, written),
            Item::Settings(settings) => self.settings(&settings),
            Item::TokenCount(count) => {
                self.account(line, written);
                self.token_count(&count, written, record.ordinal);
            }
            Item::TokenUsageRecord(record) => self.token_usage_record(&record),
            Item::Turn(turn) => self.turn_event(&turn),
            Item::Unneeded(unneeded) => self.unneeded(unneeded),
        }
        true
    }

    /// Takes a `session_meta`; `false` when it is broken.
    fn begin(&mut self, captured: Captured) -> bool {
        let Captured { meta, written, end } = captured;
        if end != CaptureEnd::Whole {
            return false;
        }
        let written = written.as_deref().and_then(parse_timestamp);
        self.last_ms = written.or(self.last_ms);
        self.written_ms = written.or(self.written_ms);
        if self.meta.is_some() {
            // Another thread's: the beginning of a copy. The first of several is the parent's.
            self.copied_history.begin(written);
            if self.copied_from.is_none() && meta.id.is_some() && meta.id != self.thread_id {
                self.copied_from = meta.id;
                self.part = Part::Copied;
            }
            return true;
        }
        if let Some(id) = &meta.id {
            self.set_thread(Some(id));
        }
        self.copied_history.begin(written);
        self.last_model.clone_from(&meta.model);
        self.turns.begin(TurnFacts {
            model: meta.model.as_deref().map(Arc::from),
            workspace: meta.cwd.as_deref().map(Arc::from),
            tier: None,
        });
        if meta.history_base.is_some() {
            self.counter = Counter::with_foreign_base();
        } else if let Some(parent) = &meta.forked_from_id {
            // A migrated fork has lost its parent's `session_meta`, and kept the rest of the copy.
            self.copied_from = Some(parent.clone());
            self.part = Part::Copied;
        }
        self.meta = Some(meta);
        true
    }

    fn turn_context(&mut self, context: &TurnContext<'_>, written: Option<i64>) {
        let turn_id = context.turn_id.as_deref();
        self.reaches_turn(turn_id);
        self.note_for_copies(&(context.model.as_deref(), context.cwd.as_deref()), written);
        self.tracker.context(turn_id);
        if let Some(model) = &context.model {
            self.last_model = Some(model.as_ref().to_owned());
        }
        for response in self.turns.context(turn_id, facts(context)) {
            self.buckets.add(response);
        }
    }

    fn settings(&mut self, settings: &TurnContext<'_>) {
        let turn_runs = self.tracker.state() == TurnState::Running;
        self.turns.settings(facts(settings), turn_runs, self.answered);
    }

    fn turn_event(&mut self, turn: &Turn<'_>) {
        let turn_id = turn.turn_id.as_deref();
        self.reaches_turn(turn_id);
        if turn.event == TurnEvent::Started {
            self.answered = false;
            self.turns.start();
        }
        if let Some(counter_base) = &mut self.counter_base {
            counter_base.turn_event(turn.event);
        }
        self.tracker.event(turn.event, turn_id);
    }

    fn unneeded(&mut self, unneeded: Unneeded) {
        self.answered |= matches!(unneeded, Unneeded::ToolCall | Unneeded::AgentMessage);
        self.tracker.unneeded(unneeded);
    }

    /// Notes the plan of the account, which changes once in a thread's life if ever, its limits, and the context.
    fn account(&mut self, line: &[u8], written: Option<i64>) {
        self.context.read(line);
        if let Some(read_ms) = written.filter(|read_ms| self.is_read_at(*read_ms)) {
            self.limits.read(line, read_ms);
        }
        if let Some(plan) = plan_type(line)
            && self.plan_type.as_deref() != Some(plan)
        {
            self.plan_type = Some(plan.to_owned());
        }
    }

    /// Tells whether a record was made when it says: a copied one carries the time of the fork.
    fn is_read_at(&self, written_ms: i64) -> bool {
        let named = || parse_timestamp(self.meta.as_ref()?.timestamp.as_deref()?);
        let forked = || self.born_ms.max(named());
        let made_at_once = || forked().is_none_or(|forked| written_ms - forked <= COPIED_WITHIN_MS);
        self.part == Part::Own || !(self.turns_have_ids || made_at_once())
    }
}

fn facts(context: &TurnContext<'_>) -> TurnFacts {
    TurnFacts {
        model: context.model.as_deref().map(Arc::from),
        workspace: context.cwd.as_deref().map(Arc::from),
        tier: context.service_tier,
    }
}

#[cfg(test)]
mod tests;
