//! What a thread is doing, from the end of its rollout.

use std::fs;
use std::io;
use std::path::Path;

use crate::error::{Error, Result};
use crate::rollout::file_name::RolloutName;
use crate::rollout::look::Passed;
use crate::rollout::open::modified_ms;
use crate::rollout::record::{Item, TurnEvent, parse};
use crate::rollout::tail::{TailLine, read_tail};
use crate::rollout::timestamp::parse_timestamp;
use crate::rollout::turn_state::{TurnState, TurnTracker};

/// How many records are read first; each further read takes eight times as many.
const FIRST_RECORDS: usize = 32;

/// What the end of a rollout says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// What the last turn is doing.
    pub turn: TurnState,
    /// That turn, where its records name it.
    pub turn_id: Option<String>,
    /// The model of the last `turn_context` that was read.
    pub model: Option<String>,
    /// The tools that the last turn has called and that have not answered yet.
    pub open_calls: u32,
    /// When a tool last answered in the last turn, in milliseconds since 1970.
    pub last_answer_ms: Option<i64>,
    /// When the last record was written, in milliseconds since 1970.
    pub last_record_ms: Option<i64>,
    /// When the file was last written, in milliseconds since 1970.
    pub modified_ms: i64,
    /// Bytes on disk.
    pub size: u64,
}

/// Reads back from the end of a rollout until the beginning of its last turn is there, or the tail's cap is reached:
/// a turn that is longer than that is still running, since its end would have been its last record. `None` when the
/// file is not there.
///
/// # Errors
///
/// When the file cannot be read.
pub fn read_activity(path: &Path) -> Result<Option<Activity>> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::io("read rollout", path, error)),
    };
    let name = path.file_name().and_then(|name| name.to_str()).and_then(RolloutName::parse);
    let compressed = name.is_some_and(|name| name.compressed);
    let mut count = FIRST_RECORDS;
    loop {
        let lines = match read_tail(path, compressed, count) {
            Ok(lines) => lines,
            // Archived or deleted since the line above.
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        let end = End::of(&lines);
        let at_the_beginning =
            lines.len() < count || lines.first().is_none_or(|line| line.offset == 0);
        if end.begins || at_the_beginning {
            return Ok(Some(Activity {
                turn: end.tracker.state(),
                turn_id: end.tracker.turn_id().map(str::to_owned),
                model: end.model,
                open_calls: end.open_calls,
                last_answer_ms: end.last_answer_ms,
                last_record_ms: end.last_record_ms,
                modified_ms: modified_ms(&metadata),
                size: metadata.len(),
            }));
        }
        count *= 8;
    }
}

/// What some records at the end of a rollout say.
#[derive(Default)]
struct End {
    tracker: TurnTracker,
    model: Option<String>,
    open_calls: u32,
    last_answer_ms: Option<i64>,
    last_record_ms: Option<i64>,
    /// Whether the beginning of a turn is among them.
    begins: bool,
}

impl End {
    fn of(lines: &[TailLine]) -> Self {
        let mut end = Self::default();
        for record in lines.iter().filter_map(|line| parse(&line.bytes).ok()) {
            let written_ms = record.timestamp.as_deref().and_then(parse_timestamp);
            end.last_record_ms = written_ms.or(end.last_record_ms);
            end.follow(record.item, written_ms);
        }
        end
    }

    fn follow(&mut self, item: Item<'_>, written_ms: Option<i64>) {
        match item {
            Item::Turn(turn) => {
                self.begins |= matches!(turn.event, TurnEvent::Started | TurnEvent::Prompted);
                self.tracker.event(turn.event, turn.turn_id.as_deref());
                if turn.event == TurnEvent::Started {
                    (self.open_calls, self.last_answer_ms) = (0, None);
                }
            }
            Item::TurnContext(context) => {
                self.tracker.context(context.turn_id.as_deref());
                self.model = context.model.map(std::borrow::Cow::into_owned).or(self.model.take());
            }
            Item::Passed(passed) => {
                self.tracker.passed(passed);
                match passed {
                    Passed::ToolCall => self.open_calls += 1,
                    Passed::ToolOutput => {
                        self.open_calls = self.open_calls.saturating_sub(1);
                        self.last_answer_ms = written_ms.or(self.last_answer_ms);
                    }
                    Passed::AgentMessage | Passed::Other => {}
                }
            }
            Item::SessionMeta
            | Item::Settings(_)
            | Item::TokenCount(_)
            | Item::TokenUsageRecord(_) => {}
        }
    }
}
