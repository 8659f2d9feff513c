//! The events that hooks noted of sessions, for Node.

use std::time::SystemTime;

use ::napi::Result;
use napi_derive::napi;

use crate::binding::argument::{self, Fields, Given};
use crate::binding::erased as napi;
use crate::binding::home::ao_home;
use crate::binding::runtime::blocking;
use crate::session::event_files::{self, Named};
use crate::session::events::{Prompt, PromptEnd, Question, SessionEvents, ThreadEvents};

/// A thread that a person talked to in a session.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct EventThread {
    /// The thread.
    pub thread_id: String,
    /// Its rollout, as Codex named it last.
    pub rollout_path: Option<String>,
    /// The directory in which it runs.
    pub cwd: Option<String>,
    /// The time when it was last started or prompted, in milliseconds since 1970.
    pub at_ms: i64,
}

/// A prompt that was submitted.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct EventPrompt {
    /// The thread.
    pub thread_id: String,
    /// The turn that answers it.
    pub turn_id: Option<String>,
    /// The end of that turn by the events alone; a turn that an error ended has no event of its end.
    #[napi(ts_type = "'none' | 'stopped' | 'interrupted'")]
    pub end: String,
    /// The time when it was submitted, in milliseconds since 1970.
    pub at_ms: i64,
    /// The time when its turn ended, in milliseconds since 1970.
    pub ended_at_ms: Option<i64>,
}

/// A question to a person that no later event has answered.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct EventQuestion {
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

/// The events that Codex itself told of a session.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct SessionEventsFound {
    /// The session's id, as far as the name of its file keeps it.
    pub session_id: String,
    /// Its threads, the one that was started or prompted last first.
    pub threads: Vec<EventThread>,
    /// Its last prompt.
    pub prompt: Option<EventPrompt>,
    /// The questions that are open, newest first.
    pub questions: Vec<EventQuestion>,
    /// The time when anything last happened, in milliseconds since 1970.
    pub last_at_ms: Option<i64>,
    /// The time when Codex was last started with hooks for it, in milliseconds since 1970.
    pub launched_at_ms: Option<i64>,
}

/// A thread that a session is restored on.
#[napi(object, object_to_js = false)]
pub struct ResumedThread {
    /// The thread.
    pub thread_id: Given<String>,
    /// Its rollout.
    pub rollout_path: Given<String>,
}

impl Fields for ResumedThread {}

/// The place of the events.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct EventsOptions {
    /// The orchestrator's home. `$AO_HOME`, else `~/.ao`, when it is not given.
    pub ao_home: Option<Given<String>>,
}

impl Fields for EventsOptions {}

/// Reads what the hooks noted of all sessions. Rejects when the directory is there and cannot be read.
#[napi]
pub async fn list_session_events(
    options: Option<Given<EventsOptions>>,
) -> Result<Vec<SessionEventsFound>> {
    let home = ao_home(argument::options(options)?.ao_home)?;
    blocking(move || {
        let all = event_files::read_all(&home)?.into_iter();
        Ok(all.map(|Named { session, events }| found(session, &events)).collect())
    })
    .await
}

/// Notes that Codex is about to be started with our hooks for a session, so that threads from before that are not taken
/// for the session's; `resumed` is the thread that it goes on with. Rejects when the file cannot be written.
#[napi]
pub async fn note_launch(
    session_id: Given<String>,
    resumed: Option<Given<ResumedThread>>,
    options: Option<Given<EventsOptions>>,
) -> Result<()> {
    let session_id = session_id.text("sessionId", "the id of a session")?;
    let resumed = resumed.map(|given| thread(given.object("resumed")?)).transpose()?;
    let home = ao_home(argument::options(options)?.ao_home)?;
    blocking(move || {
        let resumed = resumed.as_ref().map(|(id, path)| (id.as_str(), path.as_str()));
        event_files::note_launch(&home, &session_id, resumed)
    })
    .await
}

fn thread(resumed: ResumedThread) -> Result<(String, String)> {
    let id = resumed.thread_id.text("threadId", "the id of a thread")?;
    Ok((id, resumed.rollout_path.text("rolloutPath", "a path")?))
}

/// Removes the events of sessions whose workspace is gone and that had none for 30 days; says how many went.
/// Rejects when the directory is there and cannot be read.
#[napi]
pub async fn remove_old_events(options: Option<Given<EventsOptions>>) -> Result<u32> {
    let home = ao_home(argument::options(options)?.ao_home)?;
    blocking(move || {
        let removed = event_files::remove_old(&home, SystemTime::now())?;
        Ok(u32::try_from(removed).unwrap_or(u32::MAX))
    })
    .await
}

/// The events of a session, for Node.
fn found(session_id: String, events: &SessionEvents) -> SessionEventsFound {
    let SessionEvents { threads, prompt, questions, last_ms, launched_ms } = events.clone();
    SessionEventsFound {
        session_id,
        threads: threads.into_iter().map(EventThread::from).collect(),
        prompt: prompt.map(EventPrompt::from),
        questions: questions.into_iter().map(EventQuestion::from).collect(),
        last_at_ms: last_ms,
        launched_at_ms: launched_ms,
    }
}

impl From<ThreadEvents> for EventThread {
    fn from(ThreadEvents { thread_id, rollout_path, cwd, at_ms }: ThreadEvents) -> Self {
        Self { thread_id, rollout_path, cwd, at_ms }
    }
}

impl From<Prompt> for EventPrompt {
    fn from(Prompt { thread_id, turn_id, end, at_ms, ended_ms }: Prompt) -> Self {
        let end = match end {
            PromptEnd::None => "none",
            PromptEnd::Stopped => "stopped",
            PromptEnd::Interrupted => "interrupted",
        };
        Self { thread_id, turn_id, end: end.to_owned(), at_ms, ended_at_ms: ended_ms }
    }
}

impl From<Question> for EventQuestion {
    fn from(Question { thread_id, rollout_path, turn_id, tool, at_ms }: Question) -> Self {
        Self { thread_id, rollout_path, turn_id, tool, at_ms }
    }
}
