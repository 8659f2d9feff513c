//! What the hooks noted of sessions, for Node.

use std::path::PathBuf;
use std::time::SystemTime;

use napi::{Env, Result};
use napi_derive::napi;
use serde::Serialize;

use crate::binding::blocking::{answered, off_thread};
use crate::binding::home;
use crate::binding::promise::{Answer, Promise};
use crate::session::event_files::{self, Named};
use crate::session::events::{Only, Prompt, PromptEnd, Question, SessionEvents, ThreadEvents};

/// Which session's events are meant.
#[napi(object)]
pub struct EventsQuery {
    /// The orchestrator's id of the session.
    pub session_id: String,
    /// Its terminal's name: events that name another one are another session's of the same id.
    pub runtime: Option<String>,
    /// Only events from this time on, in milliseconds since 1970.
    pub since_ms: Option<i64>,
}

/// A thread that a person talked to in a session.
#[napi(object, object_from_js = false, object_to_js = false, use_nullable = true)]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventThread {
    /// The thread.
    pub thread_id: String,
    /// Its rollout, as Codex named it last.
    pub rollout_path: Option<String>,
    /// Where it runs.
    pub cwd: Option<String>,
    /// When it was last started or prompted, in milliseconds since 1970.
    pub at_ms: i64,
}

/// A prompt that was submitted.
#[napi(object, object_from_js = false, object_to_js = false, use_nullable = true)]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventPrompt {
    /// The thread.
    pub thread_id: String,
    /// The turn that answers it.
    pub turn_id: Option<String>,
    /// How that turn ended by the events alone; a turn that an error ended has no event of its end.
    #[napi(ts_type = "'none' | 'stopped' | 'interrupted'")]
    pub end: String,
    /// When it was submitted, in milliseconds since 1970.
    pub at_ms: i64,
    /// When its turn ended, in milliseconds since 1970.
    pub ended_at_ms: Option<i64>,
}

/// A question to a person that no later event has answered.
#[napi(object, object_from_js = false, object_to_js = false, use_nullable = true)]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventQuestion {
    /// The thread that asks: one of the session's, or a subagent of one.
    pub thread_id: String,
    /// Its rollout.
    pub rollout_path: Option<String>,
    /// The turn that waits.
    pub turn_id: Option<String>,
    /// The tool that may not run yet.
    pub tool: Option<String>,
    /// When it was asked, in milliseconds since 1970.
    pub at_ms: i64,
}

/// What Codex itself told of a session.
#[napi(object, object_from_js = false, object_to_js = false, use_nullable = true)]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionEventsFound {
    /// The session's id, as far as the name of its file keeps it.
    pub session_id: String,
    /// Its threads, the one that was started or prompted last first.
    pub threads: Vec<EventThread>,
    /// Its last prompt.
    pub prompt: Option<EventPrompt>,
    /// What is being asked, newest first.
    pub questions: Vec<EventQuestion>,
    /// When anything last happened, in milliseconds since 1970.
    pub last_at_ms: Option<i64>,
    /// When Codex was last started with hooks for it, in milliseconds since 1970.
    pub launched_at_ms: Option<i64>,
}

/// A thread that a session is restored on.
#[napi(object)]
pub struct ResumedThread {
    /// The thread.
    pub thread_id: String,
    /// Its rollout.
    pub rollout_path: String,
}

/// Where events are noted.
#[napi(object)]
#[derive(Default)]
pub struct EventsOptions {
    /// The orchestrator's home. `$AO_HOME`, else `~/.ao`, when it is not given.
    pub ao_home: Option<String>,
}

/// Reads what the hooks noted of some sessions, in their order; `null` for a session of which nothing was noted, or
/// whose file cannot be read.
#[napi(ts_return_type = "Promise<Array<SessionEventsFound | null>>", catch_unwind)]
pub fn session_events(
    env: &Env,
    sessions: Vec<EventsQuery>,
    options: Option<EventsOptions>,
) -> Result<Promise<'_>> {
    off_thread(env, || {
        let home = ao_home(options)?;
        Ok(move || {
            let read = |query: EventsQuery| {
                let only = Only { runtime: query.runtime, since_ms: query.since_ms };
                let events = event_files::read(&home, &query.session_id, &only).unwrap_or(None)?;
                Some(found(query.session_id, events))
            };
            Ok(sessions.into_iter().map(read).collect::<Vec<_>>())
        })
    })
}

/// Reads what the hooks noted of all sessions. Rejects when the directory is there and cannot be read.
#[napi(ts_return_type = "Promise<Array<SessionEventsFound>>", catch_unwind)]
pub fn list_session_events(env: &Env, options: Option<EventsOptions>) -> Result<Promise<'_>> {
    off_thread(env, || {
        let home = ao_home(options)?;
        Ok(move || {
            let all = event_files::read_all(&home)?.into_iter();
            let found = all.map(|Named { session, events }| found(session, events));
            Ok(found.collect::<Vec<_>>())
        })
    })
}

/// Notes that Codex is about to be started with our hooks for a session, so that threads from before that are not taken
/// for the session's; `resumed` is the thread that it goes on with. Rejects when the file cannot be written.
#[napi(ts_return_type = "Promise<void>", catch_unwind)]
pub fn note_launch(
    env: &Env,
    session_id: String,
    resumed: Option<ResumedThread>,
    options: Option<EventsOptions>,
) -> Result<Promise<'_>> {
    let prepare = || {
        let home = ao_home(options)?;
        Ok(move || {
            let resumed = resumed.as_ref();
            let thread = resumed.map(|one| (one.thread_id.as_str(), one.rollout_path.as_str()));
            event_files::note_launch(&home, &session_id, thread)
        })
    };
    answered(env, prepare, |()| Ok(Answer::Nothing))
}

/// Removes the events of sessions whose workspace is gone and that had none for 30 days; says how many went.
/// Rejects when the directory is there and cannot be read.
#[napi(ts_return_type = "Promise<number>", catch_unwind)]
pub fn remove_old_events(env: &Env, options: Option<EventsOptions>) -> Result<Promise<'_>> {
    off_thread(env, || {
        let home = ao_home(options)?;
        Ok(move || {
            let removed = event_files::remove_old(&home, SystemTime::now())?;
            Ok(u32::try_from(removed).unwrap_or(u32::MAX))
        })
    })
}

fn ao_home(options: Option<EventsOptions>) -> Result<PathBuf> {
    let given = options.unwrap_or_default().ao_home.map(PathBuf::from);
    given.filter(|given| !given.as_os_str().is_empty()).map_or_else(home::ao_home, Ok)
}

fn found(session_id: String, events: SessionEvents) -> SessionEventsFound {
    let SessionEvents { threads, prompt, questions, last_ms, launched_ms } = events;
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
