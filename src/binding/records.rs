//! The last records of a rollout, and what they say its thread is doing.

use std::borrow::Cow;

use ::napi::Result;
use napi_derive::napi;

use crate::binding::answer::count;
use crate::binding::argument::Given;
use crate::binding::erased as napi;
use crate::binding::runtime::blocking;
use crate::index::reading::activity::activity_of;
use crate::rollout::activity::Activity;
use crate::rollout::record::describe;
use crate::rollout::record::failure::Failure;
use crate::rollout::tail::{TailLine, read_tail};
use crate::rollout::timestamp::parse_timestamp;
use crate::rollout::turn::TurnState;

/// One record of a rollout.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct RolloutRecord {
    /// Its beginning, in bytes from the beginning of the (decompressed) file.
    pub offset: i64,
    /// The time when it was written, in milliseconds since 1970.
    pub timestamp_ms: Option<i64>,
    /// `session_meta`, `turn_context`, `event_msg`, `response_item`, …
    #[napi(js_name = "type")]
    pub kind: Option<String>,
    /// The kind of its payload: `token_count`, `task_started`, `message`, …
    pub payload_type: Option<String>,
    /// The whole record as written.
    pub json: String,
}

/// The activity of a thread, by the end of its rollout.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct RolloutActivity {
    /// The state of the last turn.
    #[napi(ts_type = "'none' | 'running' | 'finished' | 'aborted' | 'failed'")]
    pub turn: String,
    /// The last turn, where its records name it.
    pub turn_id: Option<String>,
    /// The model of the last turn, where the end of the rollout names it.
    pub model: Option<String>,
    /// Tools that the last turn has called and that have not answered yet.
    pub open_calls: u32,
    /// The time when a tool last answered in the last turn, in milliseconds since 1970.
    pub last_answer_at_ms: Option<i64>,
    /// The time when the last record was written, in milliseconds since 1970.
    pub last_record_at_ms: Option<i64>,
    /// The time when the rollout was last written, in milliseconds since 1970.
    pub updated_at_ms: i64,
    /// Bytes on disk.
    pub size_bytes: i64,
}

/// The reason why a turn failed, as far as its records say.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct TurnFailure {
    /// In words for a person.
    pub error: Option<String>,
    /// Codex's own name for it: `usage_limit_exceeded`, `internal_server_error`, …
    pub error_kind: Option<String>,
    /// The time when the usage limit that the turn failed at is reset, in milliseconds since 1970.
    pub limit_resets_at_ms: Option<i64>,
}

/// Reads the last records of a rollout, oldest first: at most `count`, no more than 131,072, and none that begin more
/// than 16 MB before its end. A line that is still being written is no record yet.
///
/// Rejects when the file cannot be read.
#[napi]
pub async fn read_last_records(
    rollout_path: Given<String>,
    count: Given<f64>,
) -> Result<Vec<RolloutRecord>> {
    let path = rollout_path.path("rolloutPath")?;
    let count = count.count("count")?;
    blocking(move || {
        let compressed = path.extension().is_some_and(|extension| extension == "zst");
        Ok(read_tail(&path, compressed, count)?.iter().filter_map(rollout_record).collect())
    })
    .await
}

/// Tells what a thread is doing from the end of its rollout; `null` when the rollout is not there.
///
/// Reads back to the beginning of the last turn, 16 MB at most. Rejects when the file cannot be read.
#[napi]
pub async fn read_activity(rollout_path: Given<String>) -> Result<Option<RolloutActivity>> {
    let path = rollout_path.path("rolloutPath")?;
    blocking(move || Ok(activity_of(&path)?.map(rollout_activity))).await
}

/// Tells why the last turn of a thread failed; `null` where it did not, or the rollout is not there. Reads as
/// `readActivity` does.
#[napi]
pub async fn read_turn_failure(rollout_path: Given<String>) -> Result<Option<TurnFailure>> {
    let path = rollout_path.path("rolloutPath")?;
    blocking(move || Ok(activity_of(&path)?.as_ref().and_then(turn_failure))).await
}

fn rollout_record(line: &TailLine) -> Option<RolloutRecord> {
    let described = describe(&line.bytes)?;
    Some(RolloutRecord {
        offset: i64::try_from(line.offset).unwrap_or(i64::MAX),
        timestamp_ms: described.timestamp.as_deref().and_then(parse_timestamp),
        kind: described.kind.map(Cow::into_owned),
        payload_type: described.payload_kind.map(Cow::into_owned),
        json: String::from_utf8_lossy(&line.bytes).into_owned(),
    })
}

/// The reason why its last turn failed, for Node.
pub(super) fn turn_failure(activity: &Activity) -> Option<TurnFailure> {
    let Failure { message, kind } = activity.failure.clone().unwrap_or_default();
    (activity.turn == TurnState::Failed).then_some(TurnFailure {
        error: message,
        error_kind: kind,
        limit_resets_at_ms: activity.limit_resets_ms,
    })
}

/// The activity of a thread, for Node.
pub(super) fn rollout_activity(activity: Activity) -> RolloutActivity {
    RolloutActivity {
        turn: activity.turn.as_str().to_owned(),
        turn_id: activity.turn_id,
        model: activity.model,
        open_calls: activity.open_calls,
        last_answer_at_ms: activity.last_answer_ms,
        last_record_at_ms: activity.last_record_ms,
        updated_at_ms: activity.modified_ms,
        size_bytes: count(activity.size),
    }
}
