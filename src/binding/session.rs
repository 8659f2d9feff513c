//! The evidence of the orchestrator's sessions, for Node.

use std::cell::LazyCell;
use std::path::PathBuf;
use std::sync::Arc;

use ::napi::Result;
use napi_derive::napi;

use crate::billing::price_table::PriceTable;
use crate::billing::report::{PricedThread, PricedUsage};
use crate::binding::answer::Usage;
use crate::binding::argument::{self, Fields, Given};
use crate::binding::erased as napi;
use crate::binding::events::{EventPrompt, EventQuestion};
use crate::binding::home::{ao_home, codex_home};
use crate::binding::records::{RolloutActivity, TurnFailure, rollout_activity, turn_failure};
use crate::binding::runtime::blocking;
use crate::binding::usage::prices_or_built_in;
use crate::index::homes::store_of;
use crate::session::events::Only;
use crate::session::evidence::{self, Homes};
use crate::session::running::{Codex, Place, Running};

/// A session of the orchestrator, and what is asked of it.
#[napi(object, object_to_js = false)]
pub struct SessionQuery {
    /// The orchestrator's id of the session.
    pub session_id: Given<String>,
    /// Its terminal's name: events that name another one are another session's of the same id.
    pub runtime: Option<Given<String>>,
    /// Only events from this time on, in milliseconds since 1970.
    pub since_ms: Option<Given<f64>>,
    /// The session's directory.
    pub workspace_path: Option<Given<String>>,
    /// The thread that the orchestrator recorded for it.
    pub recorded_thread: Option<Given<String>>,
    /// The session of tmux in whose panes its Codex runs. Whether it does is not asked without this or `pid`.
    pub tmux: Option<Given<String>>,
    /// The process in or below which its Codex runs.
    pub pid: Option<Given<f64>>,
    /// The time when that was made, in milliseconds since 1970: a process that was started later is another one.
    pub created_at_ms: Option<Given<f64>>,
    /// True if the process is another user's, whom the system may hide.
    pub is_foreign: Option<Given<bool>>,
    /// True if only the process is asked for.
    pub process_only: Option<Given<bool>>,
    /// True if what the session is about and what it cost is asked for, too.
    pub with_info: Option<Given<bool>>,
}

impl Fields for SessionQuery {}

/// The places to look in.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct EvidenceOptions {
    /// The Codex home; `$CODEX_HOME`, else `~/.codex`, when it is not given.
    pub codex_home: Option<Given<String>>,
    /// The orchestrator's home; `$AO_HOME`, else `~/.ao`, when it is not given.
    pub ao_home: Option<Given<String>>,
    /// The Codex binary that is configured or was found: processes of its name are Codexes, too.
    pub binary: Option<Given<String>>,
    /// True if tmux may be asked, which takes a process and some 5 ms. Without, what is remembered has to tell.
    pub ask_tmux: Option<Given<bool>>,
}

impl Fields for EvidenceOptions {}

/// The thread of a session.
#[napi(object, object_from_js = false)]
pub struct OwnThread {
    /// The thread.
    pub thread_id: String,
    /// Its rollout.
    pub rollout_path: String,
}

/// The evidence of a session. Where no Codex runs, or that is not known, nothing else was looked for.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct SessionEvidence {
    /// True if its Codex runs: `running`, `none`, `unknown` where the system or tmux does not say, `unasked` where tmux
    /// has to be asked; `null` where that was not asked.
    pub process: Option<String>,
    /// The time when its Codex was started, as early as that may have been, in milliseconds since 1970.
    pub started_at_ms: Option<i64>,
    /// The program by which it was started.
    pub program: Option<String>,
    /// The last prompt that its hooks told of.
    pub prompt: Option<EventPrompt>,
    /// Of the questions that they told of, the one that waits for its answer.
    pub question: Option<EventQuestion>,
    /// Its thread: the one that its hooks named last, else the recorded one, else the newest one of its directory.
    pub thread: Option<OwnThread>,
    /// The activity of that thread.
    pub activity: Option<RolloutActivity>,
    /// The reason why its last turn failed, where it did.
    pub turn_failure: Option<TurnFailure>,
    /// The state that a later orchestrator saw last, in its word.
    pub seen_state: Option<String>,
    /// The time when it saw it, in milliseconds since 1970.
    pub seen_state_at_ms: Option<i64>,
    /// True if that is a note of this plugin, for dashboards without it.
    pub seen_state_is_ours: bool,
    /// The time when a question was last seen on its screen, in milliseconds since 1970.
    pub question_seen_at_ms: Option<i64>,
    /// The model of its thread's last turn.
    pub model: Option<String>,
    /// The usage of its threads and their subagents, each once.
    pub usage: Option<Usage>,
    /// The name of its thread, else the first line of its first prompt.
    pub summary: Option<String>,
    /// The reason why something of it could not be read.
    pub failure: Option<String>,
}

/// Gathers all that tells what sessions are doing and what they cost, in their order, in one look for all of them.
#[napi]
pub async fn session_evidence(
    sessions: Given<Vec<SessionQuery>>,
    options: Option<Given<EvidenceOptions>>,
) -> Result<Vec<SessionEvidence>> {
    let queries = sessions.objects("sessions")?.into_iter().map(query);
    let queries = queries.collect::<Result<Vec<_>>>()?;
    let EvidenceOptions { codex_home: codex, ao_home: ao, binary, ask_tmux } =
        argument::options(options)?;
    let (codex, ao) = (codex_home(codex)?, ao_home(ao)?);
    let binary: Option<PathBuf> = argument::optional_path(binary, "binary")?;
    let may_ask_tmux = argument::flag(ask_tmux, "askTmux")?;
    blocking(move || {
        let store = store_of(&codex);
        let homes = Homes { ao: &ao, codex: &store, binary: binary.as_deref() };
        let collected = evidence::collect(&queries, &homes, may_ask_tmux);
        let prices: LazyCell<Arc<PriceTable>> = LazyCell::new(prices_or_built_in);
        let answers = queries.iter().zip(collected).map(|(query, one)| answer(query, one, &prices));
        Ok(answers.collect())
    })
    .await
}

fn query(given: SessionQuery) -> Result<evidence::SessionQuery> {
    let runtime = argument::optional_text(given.runtime, "runtime", "the name of a terminal")?;
    let since_ms = argument::optional_time_ms(given.since_ms, "sinceMs")?;
    let tmux = argument::optional_text(given.tmux, "tmux", "the name of a session of tmux")?;
    let pid = argument::optional_count(given.pid, "pid")?;
    let created_ms = argument::optional_time_ms(given.created_at_ms, "createdAtMs")?;
    let is_foreign = argument::flag(given.is_foreign, "isForeign")?;
    let pid = pid.map(|pid| u32::try_from(pid).unwrap_or(u32::MAX));
    let process = pid.map(|pid| Place::Process { pid, created_ms, is_foreign });
    Ok(evidence::SessionQuery {
        session_id: given.session_id.string("sessionId")?,
        only: Only { runtime, since_ms },
        workspace: argument::optional_path(given.workspace_path, "workspacePath")?,
        recorded_thread: argument::optional_text(
            given.recorded_thread,
            "recordedThread",
            "the id of a thread",
        )?,
        place: tmux.map(Place::Tmux).or(process),
        process_only: argument::flag(given.process_only, "processOnly")?,
        with_info: argument::flag(given.with_info, "withInfo")?,
    })
}

fn answer(
    query: &evidence::SessionQuery,
    collected: evidence::EvidenceResult,
    prices: &LazyCell<Arc<PriceTable>>,
) -> SessionEvidence {
    let failure = collected.as_ref().err().map(ToString::to_string);
    let one = collected.unwrap_or_default();
    let codex = one.running.as_ref().and_then(codex_of);
    let mut usages = one.threads.into_iter().map(|one| PricedThread::new(one, prices));
    let first = usages.next();
    let model = first.as_ref().and_then(|first| first.thread.model.clone());
    let usage = first.map(|first| {
        let subagents = usages.map(|subagent| subagent.usage);
        Usage::from(subagents.fold(first.usage, PricedUsage::plus))
    });
    SessionEvidence {
        process: one.running.as_ref().map(|running| word_for(running).to_owned()),
        started_at_ms: codex.and_then(Codex::started_ms),
        program: codex.filter(|_| query.process_only).and_then(Codex::program),
        prompt: one.events.and_then(|events| events.prompt.clone()).map(EventPrompt::from),
        question: one.question.map(EventQuestion::from),
        thread: one.thread.map(|thread| OwnThread {
            thread_id: thread.thread_id,
            rollout_path: thread.rollout_path.to_string_lossy().into_owned(),
        }),
        turn_failure: one.activity.as_ref().and_then(turn_failure),
        activity: one.activity.map(rollout_activity),
        seen_state_at_ms: one.seen.as_ref().map(|seen| seen.at_ms),
        seen_state_is_ours: one.seen.as_ref().is_some_and(|seen| seen.is_ours),
        seen_state: one.seen.map(|seen| seen.state),
        question_seen_at_ms: one.question_seen_ms,
        model,
        usage,
        summary: one.summary.map(|summary| (*summary).to_owned()),
        failure,
    }
}

fn codex_of(running: &Running) -> Option<&Codex> {
    match running {
        Running::Codex(codex) => Some(codex),
        Running::Nothing | Running::Unknown | Running::Unasked => None,
    }
}

fn word_for(running: &Running) -> &'static str {
    match running {
        Running::Codex(_) => "running",
        Running::Nothing => "none",
        Running::Unknown => "unknown",
        Running::Unasked => "unasked",
    }
}
