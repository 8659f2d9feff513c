//! What a thread is doing, from the end of its rollout.

use std::fs;
use std::io;
use std::path::Path;

use crate::error::{Error, Result};
use crate::rollout::file_name::RolloutName;
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
        let (tracker, model, last_record_ms, begins) = follow(&lines);
        let at_the_beginning =
            lines.len() < count || lines.first().is_none_or(|line| line.offset == 0);
        if begins || at_the_beginning {
            return Ok(Some(Activity {
                turn: tracker.state(),
                turn_id: tracker.turn_id().map(str::to_owned),
                model,
                last_record_ms,
                modified_ms: modified_ms(&metadata),
                size: metadata.len(),
            }));
        }
        count *= 8;
    }
}

/// Follows the turns through some records, and tells whether the beginning of one is among them.
fn follow(lines: &[TailLine]) -> (TurnTracker, Option<String>, Option<i64>, bool) {
    let mut tracker = TurnTracker::default();
    let mut model = None;
    let mut last_ms = None;
    let mut begins = false;
    for line in lines {
        let Ok(record) = parse(&line.bytes) else { continue };
        last_ms = record.timestamp.as_deref().and_then(parse_timestamp).or(last_ms);
        match record.item {
            Item::Turn(turn) => {
                begins |= matches!(turn.event, TurnEvent::Started | TurnEvent::Prompted);
                tracker.event(turn.event, turn.turn_id.as_deref());
            }
            Item::TurnContext(context) => {
                tracker.context(context.turn_id.as_deref());
                model = context.model.map(std::borrow::Cow::into_owned).or(model);
            }
            Item::Passed(passed) => tracker.passed(passed),
            Item::SessionMeta
            | Item::Settings(_)
            | Item::TokenCount(_)
            | Item::TokenUsageRecord(_) => {}
        }
    }
    (tracker, model, last_ms, begins)
}
