//! The question, of those that hooks told of, that still waits for its answer.

use std::path::PathBuf;

use crate::fs::disk;
use crate::index::reading::activity::activity_of;
use crate::rollout::activity::Activity;
use crate::rollout::turn::TurnState;
use crate::session::events::Question;
use crate::session::running::Codex;

/// The newest of them. `codex` is what runs for the session, where somebody looked.
#[must_use]
pub fn open_question<'q>(questions: &'q [Question], codex: Option<&Codex>) -> Option<&'q Question> {
    questions.iter().find(|question| is_open(question, codex))
}

fn is_open(question: &Question, codex: Option<&Codex>) -> bool {
    // A Codex that was started later has never asked it.
    if codex.and_then(Codex::started_ms).is_some_and(|started| question.at_ms < started) {
        return false;
    }
    // One that cannot be read says nothing against what Codex said itself.
    let rollout = question.rollout_path.as_deref().map(PathBuf::from);
    let rollout = rollout.filter(|path| disk::check(path).is_ok());
    let rollout = rollout.and_then(|path| activity_of(&path).ok()?);
    let Some(rollout) = rollout else { return true };
    if is_answered(&rollout, question) {
        return false;
    }
    // Nothing tells that it was allowed while what was allowed runs, but that it runs. Where a response has called
    // several tools, it may be another one of them.
    let Some(codex) = codex.filter(|_| rollout.open_calls == 1) else { return true };
    !codex.has_started_since(question.at_ms).unwrap_or(false)
}

fn is_answered(rollout: &Activity, question: &Question) -> bool {
    let recorded_ms = rollout.last_record_ms.unwrap_or_default();
    let is_other_turn = question
        .turn_id
        .as_deref()
        .zip(rollout.turn_id.as_deref())
        .is_some_and(|(asked, last)| asked != last);
    if is_other_turn {
        return recorded_ms > question.at_ms;
    }
    if rollout.turn != TurnState::Running {
        return recorded_ms >= question.at_ms;
    }
    rollout.last_answer_ms.unwrap_or_default() > question.at_ms
}
