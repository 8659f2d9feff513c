//! The activity of a thread, from the end of its rollout.

use std::path::Path;

use crate::error::Result;
use crate::rollout::record::failure::{Failure, Windows, failure, windows};
use crate::rollout::record::prefilter::Unneeded;
use crate::rollout::record::{Item, TurnEvent, parse};
use crate::rollout::tail::{TailLine, read_tail};
use crate::rollout::timestamp::parse_timestamp;
use crate::rollout::turn::{TurnState, TurnTracker};

/// The number of records that are read first; each further read takes eight times as many.
const FIRST_RECORDS: usize = 32;

/// The activity of a thread, as the end of its rollout tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// The state of the last turn.
    pub turn: TurnState,
    /// The id of that turn, where its records name it.
    pub turn_id: Option<String>,
    /// The model of the last `turn_context` that was read.
    pub model: Option<String>,
    /// The tools that the last turn has called and that have not answered yet.
    pub open_calls: u32,
    /// The time when a tool last answered in the last turn, in milliseconds since 1970.
    pub last_answer_ms: Option<i64>,
    /// The time when the last record was written, in milliseconds since 1970.
    pub last_record_ms: Option<i64>,
    /// The reason why the last turn failed, where it did and its records say so.
    pub failure: Option<Failure>,
    /// The time when the usage limit that it failed at is reset, in milliseconds since 1970.
    pub limit_resets_ms: Option<i64>,
    /// The time when the file was last written, in milliseconds since 1970.
    pub modified_ms: i64,
    /// Bytes on disk.
    pub size: u64,
}

/// Reads back from the end of a rollout until the beginning of its last turn is there, or the tail's cap is reached:
/// a turn that is longer than that is still running, since its end would have been its last record.
///
/// # Errors
///
/// When the file cannot be read.
pub fn read_end(path: &Path, compressed: bool) -> Result<Vec<TailLine>> {
    let mut count = FIRST_RECORDS;
    loop {
        let lines = read_tail(path, compressed, count)?;
        let at_the_beginning =
            lines.len() < count || lines.first().is_none_or(|line| line.offset == 0);
        if at_the_beginning || End::of(&lines).begins {
            return Ok(lines);
        }
        count *= 8;
    }
}

/// The activity by some records at the end of a rollout.
#[derive(Debug, Default, Clone)]
pub struct End {
    tracker: TurnTracker,
    model: Option<String>,
    open_calls: u32,
    last_answer_ms: Option<i64>,
    last_record_ms: Option<i64>,
    failure: Option<Failure>,
    /// The limits that the last turn met.
    limits: Option<Windows>,
    /// True if the beginning of a turn is among them.
    begins: bool,
}

impl End {
    /// The end of a rollout whose turn stands so.
    #[must_use]
    pub fn after(tracker: TurnTracker) -> Self {
        Self { tracker, ..Self::default() }
    }

    /// Reads records.
    #[must_use]
    pub fn of(lines: &[TailLine]) -> Self {
        let mut end = Self::default();
        for line in lines {
            end.read(&line.bytes);
        }
        end
    }

    /// Goes on with the next record.
    pub fn read(&mut self, line: &[u8]) {
        let Ok(record) = parse(line) else { return };
        let written_ms = record.timestamp.as_deref().and_then(parse_timestamp);
        self.last_record_ms = written_ms.or(self.last_record_ms);
        match &record.item {
            Item::Turn(turn) if matches!(turn.event, TurnEvent::Failed | TurnEvent::Erred) => {
                self.failure = failure(line).or(self.failure.take());
            }
            Item::TokenCount(_) => self.limits = windows(line, written_ms).or(self.limits.take()),
            _ => {}
        }
        self.follow(record.item, written_ms);
        // An error that the turn got over is none.
        if self.tracker.state() == TurnState::Running {
            self.failure = None;
        }
    }

    /// The activity when nothing follows in a rollout that was written then and has so many bytes.
    #[must_use]
    pub fn activity(&self, modified_ms: i64, size: u64) -> Activity {
        let has_failed = self.tracker.state() == TurnState::Failed;
        let failure = self.failure.as_ref().filter(|_| has_failed);
        let limits = self.limits.as_ref().filter(|_| has_failed);
        Activity {
            limit_resets_ms: limits.and_then(|limits| limits.reset_after(failure)),
            failure: failure.cloned(),
            turn: self.tracker.state(),
            turn_id: self.tracker.turn_id().map(str::to_owned),
            model: self.model.clone(),
            open_calls: self.open_calls,
            last_answer_ms: self.last_answer_ms,
            last_record_ms: self.last_record_ms,
            modified_ms,
            size,
        }
    }

    fn follow(&mut self, item: Item<'_>, written_ms: Option<i64>) {
        match item {
            Item::Turn(turn) => {
                self.begins |= matches!(turn.event, TurnEvent::Started | TurnEvent::Prompted);
                self.tracker.event(turn.event, turn.turn_id.as_deref());
                if turn.event == TurnEvent::Started {
                    (self.open_calls, self.last_answer_ms) = (0, None);
                    (self.failure, self.limits) = (None, None);
                }
            }
            Item::TurnContext(context) => {
                self.tracker.context(context.turn_id.as_deref());
                self.model = context.model.map(std::borrow::Cow::into_owned).or(self.model.take());
            }
            Item::Unneeded(unneeded) => {
                self.tracker.unneeded(unneeded);
                match unneeded {
                    Unneeded::ToolCall => self.open_calls += 1,
                    Unneeded::ToolOutput => {
                        self.open_calls = self.open_calls.saturating_sub(1);
                        self.last_answer_ms = written_ms.or(self.last_answer_ms);
                    }
                    Unneeded::AgentMessage | Unneeded::Other => {}
                }
            }
            Item::SessionMeta
            | Item::Settings(_)
            | Item::TokenCount(_)
            | Item::TokenUsageRecord(_) => {}
        }
    }
}
