//! One row: a response, as a line of JSON.

use chrono::{DateTime, SecondsFormat};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

use crate::billing::report::SessionLabel;
use crate::codec::stable_hash;
use crate::export::options::{Options, Paths};
use crate::export::sort::Row;
use crate::ledger::buckets::{Listed, Standing};
use crate::ledger::threads::Thread;
use crate::rollout::repository::remote_name;

/// The version of the columns; columns are only added.
pub(crate) const SCHEMA_VERSION: u32 = 1;

/// The facts of a thread that are not in its rollouts.
#[derive(Debug, Default, Clone, PartialEq, Eq, Hash)]
pub struct ThreadFacts {
    /// The repository, as it is written everywhere.
    pub repo: Option<String>,
    /// The branch on which the thread began.
    pub branch: Option<String>,
    /// The orchestrator's session.
    pub session: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Columns<'r> {
    schema_version: u32,
    id: &'r str,
    thread_id: &'r str,
    parent_thread_id: Option<&'r str>,
    kind: &'r str,
    at: &'r str,
    model: Option<&'r str>,
    tier: &'r str,
    input_tokens: u64,
    cached_input_tokens: u64,
    cache_write_input_tokens: u64,
    output_tokens: u64,
    reasoning_output_tokens: u64,
    repo: Option<String>,
    branch: Option<String>,
    workspace: Option<String>,
    session: Option<&'r str>,
    codex_version: Option<&'r str>,
    labels: &'r BTreeMap<String, String>,
    /// True if it is the sum of several responses, whose contexts may each be short: they were lost but for their sum.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    several: bool,
}

/// The row of a response that was read as `source`; `None` for one without an id or beyond the times that can be
/// written.
#[must_use]
pub fn row(
    thread: &Thread,
    facts: &ThreadFacts,
    listed: &Listed,
    options: &Options,
    source: u64,
) -> Option<Row> {
    let Listed { response, standing } = listed;
    let (standing, at_ms) = (*standing, response.at_ms);
    let id = response.id.as_deref()?;
    let at = DateTime::from_timestamp_millis(at_ms)?;
    if standing == Standing::Inherited {
        return Some(Row { at_ms, id: id.into(), standing, line: Box::default(), source });
    }
    let at = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let hidden = |name: &str| match options.paths {
        Paths::Hash => format!("{:016x}", stable_hash(name)),
        Paths::Full | Paths::Repo => name.to_owned(),
    };
    let workspace = response.workspace.as_deref().filter(|_| options.paths != Paths::Repo);
    let usage = response.usage;
    let columns = Columns {
        schema_version: SCHEMA_VERSION,
        id,
        thread_id: &thread.thread_id,
        parent_thread_id: thread.parent_thread_id.as_deref(),
        kind: thread.kind.as_str(),
        at: &at,
        model: response.model.as_deref(),
        tier: response.tier.as_str(),
        input_tokens: usage.input,
        cached_input_tokens: usage.cached_input,
        cache_write_input_tokens: usage.cache_write_input,
        output_tokens: usage.output,
        reasoning_output_tokens: usage.reasoning_output,
        repo: facts.repo.as_deref().map(hidden),
        branch: facts.branch.as_deref().map(hidden),
        workspace: workspace.map(hidden),
        session: facts.session.as_deref(),
        codex_version: thread.cli_version.as_deref(),
        labels: options.labels(),
        several: !response.single,
    };
    let line = serde_json::to_string(&columns).ok()?;
    Some(Row { at_ms, id: id.into(), standing, line: line.into(), source })
}

/// The orchestrator's sessions by what names their threads.
#[derive(Debug, Default)]
pub struct Sessions<'s> {
    by_thread: HashMap<&'s str, &'s str>,
    by_workspace: HashMap<&'s str, &'s str>,
}

impl<'s> Sessions<'s> {
    /// Some sessions.
    #[must_use]
    pub fn new(sessions: &'s [SessionLabel]) -> Self {
        let mut all = Self::default();
        for session in sessions {
            let threads = session.thread_ids.iter().map(|id| (id.as_str(), session.id.as_str()));
            all.by_thread.extend(threads);
            let workspace = session.workspace.as_deref();
            all.by_workspace.extend(workspace.map(|path| (path, session.id.as_str())));
        }
        all
    }

    /// The facts of a thread that are not in its rollouts.
    #[must_use]
    pub fn facts_of(&self, thread: &Thread) -> ThreadFacts {
        let git = thread.git.as_ref();
        let by_thread = self.by_thread.get(thread.thread_id.as_str());
        let by_workspace = || self.by_workspace.get(thread.workspace.as_deref()?);
        ThreadFacts {
            repo: git.and_then(|git| git.repository_url.as_deref()).and_then(remote_name),
            branch: git.and_then(|git| git.branch.clone()),
            session: by_thread.or_else(by_workspace).map(|session| (*session).to_owned()),
        }
    }
}
