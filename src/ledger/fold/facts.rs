//! The facts that a fold knows of its thread.

use crate::ledger::fold::{Fold, Part};
use crate::ledger::limit_readings::LimitReadings;
use crate::rollout::record::TokenUsage;
use crate::rollout::record::rate_limits::ContextUse;
use crate::rollout::record::session_meta::SessionMeta;
use crate::rollout::turn::TurnTracker;

impl Fold {
    /// The first record, if it is a `session_meta`.
    #[must_use]
    pub fn meta(&self) -> Option<&SessionMeta> {
        self.meta.as_ref()
    }

    /// The thread's own id: the `session_meta`'s, else the file name's.
    #[must_use]
    pub fn thread_id(&self) -> Option<&str> {
        self.thread_id.as_deref()
    }

    /// The thread whose records the rollout begins with, where it does.
    #[must_use]
    pub fn copied_from(&self) -> Option<&str> {
        self.copied_from.as_deref()
    }

    /// The model of the last turn.
    #[must_use]
    pub fn last_model(&self) -> Option<&str> {
        self.last_model.as_deref()
    }

    /// The plan of the account that was billed; `None` where no record names one.
    #[must_use]
    pub fn plan_type(&self) -> Option<&str> {
        self.plan_type.as_deref()
    }

    /// The limits of the account, as its records tell of them.
    #[must_use]
    pub fn limits(&self) -> &LimitReadings {
        &self.limits
    }

    /// The use of the model's context window.
    #[must_use]
    pub fn context(&self) -> Option<ContextUse> {
        self.context.get()
    }

    /// The time when the last record was written, in milliseconds since 1970.
    #[must_use]
    pub fn last_record_ms(&self) -> Option<i64> {
        self.written_ms
    }

    /// The number of lines that were no records.
    #[must_use]
    pub fn skipped_records(&self) -> u64 {
        self.skipped
    }

    /// Tells whether any line was a record or broken: a file without is empty.
    #[must_use]
    pub fn saw_anything(&self) -> bool {
        self.meta.is_some() || self.last_ms.is_some() || self.skipped > 0
    }

    /// The thread's last turn; `None` for a copy that has had no turn of its own.
    #[must_use]
    pub fn turn(&self) -> Option<&TurnTracker> {
        let only_copied = self.part == Part::Copied && self.turns_have_ids;
        (!only_copied).then_some(&self.tracker)
    }

    /// The value of the thread's counter.
    #[must_use]
    pub fn counted(&self) -> Option<TokenUsage> {
        self.counter.total()
    }
}
