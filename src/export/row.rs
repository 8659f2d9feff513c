//! One row: a response, as a line of JSON.

use chrono::{DateTime, SecondsFormat};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::billing::report::SessionLabel;
use crate::codec::stable_hash;
use crate::export::options::{Options, Paths};
use crate::export::ordered::Row;
use crate::ledger::buckets::{Listed, Response, Standing};
use crate::ledger::threads::Thread;
use crate::rollout::record::service_tier::ServiceTier;
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

/// The columns of a row, in their order: those of a group are the same in many rows of a thread.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResponseColumns<'r> {
    schema_version: u32,
    id: &'r str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ThreadColumns<'r> {
    thread_id: &'r str,
    parent_thread_id: Option<&'r str>,
    kind: &'r str,
}

#[derive(Serialize)]
struct TimeColumns<'r> {
    at: &'r str,
}

#[derive(Serialize)]
struct ModelColumns<'r> {
    model: Option<&'r str>,
    tier: &'r str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "they are the names of the columns")]
struct TokenColumns {
    input_tokens: u64,
    cached_input_tokens: u64,
    cache_write_input_tokens: u64,
    output_tokens: u64,
    reasoning_output_tokens: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OriginColumns<'r> {
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

/// Appends the columns of a group, each with a comma behind it.
fn append(json: &mut Vec<u8>, columns: &impl Serialize) -> Option<()> {
    let at = json.len();
    serde_json::to_writer(&mut *json, columns).ok()?;
    // Without the braces of an object of their own.
    json.remove(at);
    *json.last_mut()? = b',';
    Some(())
}

/// Columns as they stand in a row, and what they were made of.
type Written<K> = (K, Vec<u8>);

/// Makes the rows of one thread, and writes once what they have in common.
#[derive(Debug)]
pub struct RowWriter<'r> {
    thread: &'r Thread,
    facts: &'r ThreadFacts,
    options: &'r Options,
    source: u64,
    of_thread: Vec<u8>,
    of_model: Option<Written<(Option<Arc<str>>, ServiceTier)>>,
    of_origin: Option<Written<(Option<Arc<str>>, bool)>>,
    line: Vec<u8>,
}

impl<'r> RowWriter<'r> {
    /// A writer of rows of what was read as `source`.
    #[must_use]
    pub fn new(
        thread: &'r Thread,
        facts: &'r ThreadFacts,
        options: &'r Options,
        source: u64,
    ) -> Self {
        let (of_thread, line) = (Vec::new(), Vec::new());
        let (of_model, of_origin) = (None, None);
        Self { thread, facts, options, source, of_thread, of_model, of_origin, line }
    }

    /// The row of a response; `None` for one without an id or beyond the times that can be written.
    #[must_use]
    pub fn row(&mut self, Listed { response, standing }: &Listed) -> Option<Row> {
        let (standing, at_ms) = (*standing, response.at_ms);
        let id = response.id.as_deref()?;
        let at = DateTime::from_timestamp_millis(at_ms)?;
        if standing == Standing::Inherited {
            return Some(Row::new(at_ms, standing, self.source, id.as_bytes(), &[]));
        }
        self.line.clear();
        self.line.push(b'{');
        append(&mut self.line, &ResponseColumns { schema_version: SCHEMA_VERSION, id })?;
        self.append_thread()?;
        let at = at.to_rfc3339_opts(SecondsFormat::Millis, true);
        append(&mut self.line, &TimeColumns { at: &at })?;
        self.append_model(response)?;
        let usage = response.usage;
        let tokens = TokenColumns {
            input_tokens: usage.input,
            cached_input_tokens: usage.cached_input,
            cache_write_input_tokens: usage.cache_write_input,
            output_tokens: usage.output,
            reasoning_output_tokens: usage.reasoning_output,
        };
        append(&mut self.line, &tokens)?;
        self.append_origin(response)?;
        *self.line.last_mut()? = b'}';
        Some(Row::new(at_ms, standing, self.source, id.as_bytes(), &self.line))
    }

    fn append_thread(&mut self) -> Option<()> {
        if self.of_thread.is_empty() {
            let columns = ThreadColumns {
                thread_id: &self.thread.thread_id,
                parent_thread_id: self.thread.parent_thread_id.as_deref(),
                kind: self.thread.kind.as_str(),
            };
            append(&mut self.of_thread, &columns)?;
        }
        self.line.extend_from_slice(&self.of_thread);
        Some(())
    }

    fn append_model(&mut self, response: &Response) -> Option<()> {
        let Response { model, tier, .. } = response;
        let is_known = |((known, of), _): &&(_, _)| (known, of) == (model, tier);
        if let Some((_, columns)) = self.of_model.as_ref().filter(is_known) {
            self.line.extend_from_slice(columns);
            return Some(());
        }
        let mut columns = Vec::new();
        append(&mut columns, &ModelColumns { model: model.as_deref(), tier: tier.as_str() })?;
        self.line.extend_from_slice(&columns);
        self.of_model = Some(((model.clone(), *tier), columns));
        Some(())
    }

    fn append_origin(&mut self, response: &Response) -> Option<()> {
        let Response { workspace, single, .. } = response;
        let is_known = |((known, of), _): &&(_, _)| (known, of) == (workspace, single);
        if let Some((_, columns)) = self.of_origin.as_ref().filter(is_known) {
            self.line.extend_from_slice(columns);
            return Some(());
        }
        let Self { thread, facts, options, .. } = *self;
        let hidden = |name: &str| match options.paths {
            Paths::Hash => format!("{:016x}", stable_hash(name)),
            Paths::Full | Paths::Repo => name.to_owned(),
        };
        let shown = workspace.as_deref().filter(|_| options.paths != Paths::Repo);
        let mut columns = Vec::new();
        let origin = OriginColumns {
            repo: facts.repo.as_deref().map(hidden),
            branch: facts.branch.as_deref().map(hidden),
            workspace: shown.map(hidden),
            session: facts.session.as_deref(),
            codex_version: thread.cli_version.as_deref(),
            labels: options.labels(),
            several: !single,
        };
        append(&mut columns, &origin)?;
        self.line.extend_from_slice(&columns);
        self.of_origin = Some(((workspace.clone(), *single), columns));
        Some(())
    }
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
