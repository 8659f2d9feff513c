//! The state of a thread's last turn, from its records alone.
//!
//! Versions from 0.105 on write when a turn starts and ends. Before, a turn's end has no record of its own: there the
//! model's words end it, unless a tool call follows.

use crate::codec::{codec_fields, codec_variants};
use crate::rollout::record::TurnEvent;
use crate::rollout::record::prefilter::Unneeded;

/// The state of a thread's last turn.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum TurnState {
    /// The thread has had no turn.
    #[default]
    None,
    /// It started and has not ended, however long nothing was written.
    Running,
    /// The model was done.
    Finished,
    /// The user stopped it.
    Aborted,
    /// An error stopped it.
    Failed,
}

codec_variants!(TurnState { None, Running, Finished, Aborted, Failed });

impl TurnState {
    /// The name that programs see.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Aborted => "aborted",
            Self::Failed => "failed",
        }
    }
}

/// Follows the turns of a thread, record by record.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct TurnTracker {
    state: TurnState,
    turn_id: Option<String>,
    /// True if the rollout says when turns start and end.
    explicit: bool,
    /// True if the turn answers a person: others, such as a compaction, have no last word.
    prompted: bool,
}

codec_fields!(TurnTracker { state, turn_id, explicit, prompted });

impl TurnTracker {
    /// The state of the last turn.
    #[must_use]
    pub fn state(&self) -> TurnState {
        self.state
    }

    /// The last turn, where its records name it.
    #[must_use]
    pub fn turn_id(&self) -> Option<&str> {
        self.turn_id.as_deref()
    }

    /// An event of a turn's life.
    pub fn event(&mut self, event: TurnEvent, turn_id: Option<&str>) {
        match event {
            TurnEvent::Started => {
                self.explicit = true;
                self.prompted = false;
                self.state = TurnState::Running;
                self.turn_id = turn_id.map(str::to_owned);
            }
            TurnEvent::Prompted => {
                self.prompted = true;
                self.goes_on();
            }
            // An error that ended the turn is followed by its completion in some versions.
            TurnEvent::Completed | TurnEvent::CompletedSilently
                if self.state == TurnState::Failed => {}
            // Up to 0.144 nothing else tells that the provider gave no answer.
            TurnEvent::CompletedSilently if self.prompted => self.state = TurnState::Failed,
            TurnEvent::Completed | TurnEvent::CompletedSilently => {
                self.state = TurnState::Finished;
            }
            TurnEvent::Failed | TurnEvent::Erred => self.state = TurnState::Failed,
            TurnEvent::Aborted => self.state = TurnState::Aborted,
        }
    }

    /// A `turn_context`: the beginning of a turn, or of a request in it.
    pub fn context(&mut self, turn_id: Option<&str>) {
        if let Some(turn_id) = turn_id {
            self.turn_id = Some(turn_id.to_owned());
        }
        self.goes_on();
    }

    /// A record that carries no event of its own.
    pub fn unneeded(&mut self, unneeded: Unneeded) {
        match unneeded {
            Unneeded::ToolCall => self.goes_on(),
            Unneeded::AgentMessage if !self.explicit => self.state = TurnState::Finished,
            Unneeded::AgentMessage | Unneeded::ToolOutput | Unneeded::Other => {}
        }
    }

    fn goes_on(&mut self) {
        if !self.explicit || self.state == TurnState::Failed {
            self.state = TurnState::Running;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(steps: &[&dyn Fn(&mut TurnTracker)]) -> TurnState {
        let mut tracker = TurnTracker::default();
        for step in steps {
            step(&mut tracker);
        }
        tracker.state()
    }

    fn event(event: TurnEvent) -> impl Fn(&mut TurnTracker) {
        move |tracker| tracker.event(event, Some("t-1"))
    }

    #[test]
    fn a_turn_runs_from_its_start_to_its_end_whatever_the_model_says_between() {
        let says = |tracker: &mut TurnTracker| tracker.unneeded(Unneeded::AgentMessage);
        let (started, completed) = (event(TurnEvent::Started), event(TurnEvent::Completed));
        assert_eq!(after(&[&started, &says]), TurnState::Running);
        assert_eq!(after(&[&started, &says, &completed]), TurnState::Finished);
        assert_eq!(after(&[&started, &event(TurnEvent::Aborted)]), TurnState::Aborted);
    }

    #[test]
    fn a_turn_that_an_error_ended_stays_failed_through_its_completion() {
        let started = event(TurnEvent::Started);
        let (erred, completed) = (event(TurnEvent::Erred), event(TurnEvent::Completed));
        assert_eq!(after(&[&started, &erred, &completed]), TurnState::Failed);
        assert_eq!(after(&[&started, &event(TurnEvent::Failed)]), TurnState::Failed);
        assert_eq!(after(&[&started, &erred, &completed, &started]), TurnState::Running);
    }

    #[test]
    fn a_turn_that_answers_a_person_without_a_word_has_failed_and_any_other_has_not() {
        let (started, prompted) = (event(TurnEvent::Started), event(TurnEvent::Prompted));
        let silent = event(TurnEvent::CompletedSilently);
        assert_eq!(after(&[&started, &prompted, &silent]), TurnState::Failed);
        // A compaction, or a command of the user's own.
        assert_eq!(after(&[&started, &silent]), TurnState::Finished);
        assert_eq!(after(&[&started, &prompted, &silent, &started, &silent]), TurnState::Finished);
    }

    #[test]
    fn without_records_of_a_turns_end_the_models_words_end_it_unless_a_tool_call_follows() {
        let prompted = event(TurnEvent::Prompted);
        let says = |tracker: &mut TurnTracker| tracker.unneeded(Unneeded::AgentMessage);
        let calls = |tracker: &mut TurnTracker| tracker.unneeded(Unneeded::ToolCall);
        assert_eq!(after(&[&prompted]), TurnState::Running);
        assert_eq!(after(&[&prompted, &says]), TurnState::Finished);
        assert_eq!(after(&[&prompted, &says, &calls]), TurnState::Running);
    }
}
