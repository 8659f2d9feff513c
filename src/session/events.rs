//! The sum of the lines of an event file: the threads of the session, its last prompt, and what is being asked.

use crate::session::event_line::{Kind, Line, launch};

/// The events that hooks told of one session.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct SessionEvents {
    /// The threads that a person talked to in this session, the one that was started or prompted last first.
    pub threads: Vec<ThreadEvents>,
    /// The last prompt, and whether its turn has ended since.
    pub prompt: Option<Prompt>,
    /// Questions that no later event has answered, newest first.
    pub questions: Vec<Question>,
    /// The time when anything last happened, in milliseconds since 1970.
    pub last_ms: Option<i64>,
    /// The time when Codex was last started with hooks, in milliseconds since 1970.
    pub launched_ms: Option<i64>,
}

/// One thread of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadEvents {
    /// Its id.
    pub thread_id: String,
    /// Its rollout, as Codex named it last.
    pub rollout_path: Option<String>,
    /// The directory in which it runs.
    pub cwd: Option<String>,
    /// The time when it was last started or prompted, in milliseconds since 1970.
    pub at_ms: i64,
}

/// A prompt that was submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The thread.
    pub thread_id: String,
    /// The turn that answers it.
    pub turn_id: Option<String>,
    /// The end of that turn, by the events alone.
    pub end: PromptEnd,
    /// The time when the prompt was submitted, in milliseconds since 1970.
    pub at_ms: i64,
    /// The time when the turn ended, in milliseconds since 1970.
    pub ended_ms: Option<i64>,
}

/// The end of a prompt's turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromptEnd {
    /// No event tells of its end. A turn that an error ended has none.
    None,
    /// The model was done.
    Stopped,
    /// The person stopped it.
    Interrupted,
}

/// A question to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The thread that asks: one of the session's, or a subagent of one.
    pub thread_id: String,
    /// Its rollout.
    pub rollout_path: Option<String>,
    /// The turn that waits.
    pub turn_id: Option<String>,
    /// The tool that may not run yet.
    pub tool: Option<String>,
    /// The time when it was asked, in milliseconds since 1970.
    pub at_ms: i64,
}

/// The lines of a file that count.
#[derive(Debug, Default, Clone, PartialEq, Eq, Hash)]
pub struct Only {
    /// Only those of this session of the terminal, or of none: two orchestrators may give one id to two sessions.
    pub runtime: Option<String>,
    /// Only those behind the first one from this time on, in milliseconds since 1970: an id may be given again. A file
    /// grows at its end, whichever way the clock is set.
    pub since_ms: Option<i64>,
}

impl SessionEvents {
    /// Folds an event file.
    #[must_use]
    pub fn read(text: &[u8], only: &Only) -> Self {
        let mut events = Self::default();
        let mut is_of_session = only.since_ms.is_none();
        let mut is_since = |at_ms| {
            is_of_session |= only.since_ms.is_some_and(|since_ms| at_ms >= since_ms);
            is_of_session
        };
        for text in text.split(|byte| *byte == b'\n') {
            if let Some(line) = Line::parse(text) {
                if is_since(line.at_ms) && only.admits(&line) {
                    events.add(&line);
                }
            } else if let Some(at_ms) = launch(text) {
                is_since(at_ms);
                events.launched_ms = Some(at_ms);
            }
        }
        events.threads.reverse();
        events.questions.reverse();
        events
    }

    fn add(&mut self, line: &Line<'_>) {
        self.last_ms = Some(line.at_ms);
        // Whatever a thread does after it has asked, it has its answer.
        if line.kind != Kind::Asked {
            self.questions.retain(|question| question.thread_id != line.speaker());
        }
        if line.agent.is_none() {
            self.know(line);
        }
        match line.kind {
            Kind::Asked => self.questions.push(Question {
                thread_id: line.speaker().to_owned(),
                rollout_path: owned(line.rollout.as_deref()),
                turn_id: owned(line.turn.as_deref()),
                tool: owned(line.tool.as_deref()),
                at_ms: line.at_ms,
            }),
            Kind::Prompted if line.agent.is_none() => {
                self.prompt = Some(Prompt {
                    thread_id: line.thread.clone().into_owned(),
                    turn_id: owned(line.turn.as_deref()),
                    end: PromptEnd::None,
                    at_ms: line.at_ms,
                    ended_ms: None,
                });
            }
            Kind::Stopped => self.end(line, PromptEnd::Stopped),
            Kind::Interrupted => self.end(line, PromptEnd::Interrupted),
            Kind::Started | Kind::Resumed | Kind::Prompted => {}
        }
    }

    fn know(&mut self, line: &Line<'_>) {
        let known = self.threads.iter().position(|thread| thread.thread_id == line.thread);
        let Some(at) = known else {
            self.threads.push(ThreadEvents {
                thread_id: line.thread.clone().into_owned(),
                rollout_path: owned(line.rollout.as_deref()),
                cwd: owned(line.cwd.as_deref()),
                at_ms: line.at_ms,
            });
            return;
        };
        let Some(thread) = self.threads.get_mut(at) else { return };
        thread.rollout_path = owned(line.rollout.as_deref()).or(thread.rollout_path.take());
        if matches!(line.kind, Kind::Started | Kind::Resumed | Kind::Prompted) {
            thread.cwd = owned(line.cwd.as_deref()).or(thread.cwd.take());
            thread.at_ms = line.at_ms;
            // The last one stands last.
            if let Some(rest) = self.threads.get_mut(at..) {
                rest.rotate_left(1);
            }
        }
    }

    /// An end counts for the last prompt only: a thread that was left behind may still be at work.
    fn end(&mut self, line: &Line<'_>, end: PromptEnd) {
        let Some(prompt) = &mut self.prompt else { return };
        let same_turn = line.turn.is_none()
            || prompt.turn_id.is_none()
            || line.turn.as_deref() == prompt.turn_id.as_deref();
        if line.agent.is_none() && line.thread == prompt.thread_id && same_turn {
            prompt.end = end;
            prompt.ended_ms = Some(line.at_ms);
        }
    }
}

impl Only {
    fn admits(&self, line: &Line<'_>) -> bool {
        let other = self.runtime.as_deref().zip(line.runtime.as_deref());
        other.is_none_or(|(wanted, found)| wanted == found)
    }
}

fn owned(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}

#[cfg(test)]
mod tests;
