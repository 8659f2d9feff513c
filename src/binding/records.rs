//! The activity of a thread by the last records of its rollout, for Node.

use ::napi::Result;
use napi_derive::napi;

use crate::binding::answer::count;
use crate::binding::argument::Given;
use crate::binding::erased as napi;
use crate::binding::runtime::blocking;
use crate::index::reading::activity::activity_of;
use crate::rollout::activity::Activity;
use crate::rollout::record::failure::Failure;
use crate::rollout::turn::TurnState;

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
