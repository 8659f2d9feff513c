//! The question that a bill answers: of which homes or exports, what of them, and how it is grouped.

use std::path::PathBuf;

use ::napi::Result;
use napi_derive::napi;

use crate::billing::report::{GroupBy, PricedThread, Report, Selection};
use crate::binding::argument::{self, Fields, Given};
use crate::binding::erased as napi;
use crate::binding::home::home_at;
use crate::binding::orchestrator::{OrchestratorSession, session_labels};
use crate::binding::scalar::invalid;
use crate::error;
use crate::export::reading::query::ExportsQuery;
use crate::index::query::report::ReportQuery;
use crate::index::reading::progress::Watch;
use crate::rollout::codex_home::CodexHome;

/// The report that is asked for.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct HomeUsageOptions {
    /// The home; `$CODEX_HOME`, else `~/.codex`, when it is not given.
    pub codex_home: Option<Given<String>>,
    /// Only this workspace, however it is spelled.
    pub workspace_path: Option<Given<String>>,
    /// The threads that `workspacePath` selects: `ran` (the default) counts what turns that ran there were billed,
    /// `began` takes threads that began there, whole.
    #[napi(ts_type = "'ran' | 'began' | null")]
    pub workspace_match: Option<Given<String>>,
    /// Only responses from this time on, in milliseconds since 1970, to a quarter of an hour.
    pub since_ms: Option<Given<f64>>,
    /// Only responses before this time, in milliseconds since 1970, to a quarter of an hour.
    pub until_ms: Option<Given<f64>>,
    /// Also threads whose last turn has not ended and whose last record is not older, in milliseconds since 1970,
    /// whatever was billed in that time. Not with `from`.
    pub running_since_ms: Option<Given<f64>>,
    /// The grouping of `groups`: one or two of `thread`, `workspace`, `repo`, `branch`, `session`, `pr`, `model`,
    /// `tier`, `kind`, `hour`, `day`, `week` and `month`, with a comma between them; of exports `host` and `label:KEY`
    /// too. Times are those of the system's time zone.
    pub by: Option<Given<String>>,
    /// The sessions that `branch`, `session` and `pr` are taken from. Not with `from`, whose rows name theirs.
    #[napi(ts_type = "Array<OrchestratorSession> | null")]
    pub sessions: Option<Given<Vec<OrchestratorSession>>>,
    /// Other Codex homes, for one bill of all of them. A thread that is in several counts once.
    #[napi(ts_type = "Array<string> | null")]
    pub more_codex_homes: Option<Given<Vec<String>>>,
    /// Directories in which exports lie, to read these in place of homes. A response that several machines exported
    /// counts once. Workspaces are compared as they are written: they are other machines'.
    #[napi(ts_type = "Array<string> | null")]
    pub from: Option<Given<Vec<String>>>,
    /// True to get `cells` too.
    pub cells: Option<Given<bool>>,
}

impl Fields for HomeUsageOptions {}

/// The source that a bill is read from.
pub(super) enum Question {
    Homes(ReportQuery),
    Exports(ExportsQuery),
}

impl Question {
    /// Reads the bill; `take` is given its threads in parts.
    pub(super) fn read(
        &self,
        watch: &Watch,
        take: impl FnMut(Vec<PricedThread>) -> error::Result<()>,
    ) -> error::Result<Report> {
        match self {
            Self::Homes(query) => query.read(watch, take),
            Self::Exports(query) => query.read(watch, take),
        }
    }

    /// Reads it as the JSON document of `ao-codex usage --json`, in pieces.
    pub(super) fn document(&self, watch: &Watch) -> error::Result<Vec<Vec<u8>>> {
        match self {
            Self::Homes(query) => query.document(watch),
            Self::Exports(query) => query.document(watch),
        }
    }
}

/// The question that options ask, if they go together.
pub(super) fn question(options: HomeUsageOptions) -> Result<Question> {
    let from = argument::optional_texts(options.from, "from", "a path")?;
    let is_of_homes = from.is_none();
    let more = if is_of_homes { String::new() } else { format!(", {}", GroupBy::NAMES_OF_EXPORTS) };
    let expected = format!("one or two of {}{more}", GroupBy::NAMES);
    let by = argument::choice(options.by, "by", &expected, |names| grouping(names, is_of_homes))?;
    let more_homes =
        argument::optional_texts(options.more_codex_homes, "moreCodexHomes", "a path")?;
    let sessions = session_labels(options.sessions)?;
    let began =
        argument::choice(options.workspace_match, "workspaceMatch", "ran or began", |name| {
            match name {
                "ran" => Some(false),
                "began" => Some(true),
                _ => None,
            }
        })?;
    let workspace = argument::optional_path(options.workspace_path, "workspacePath")?;
    let (began_in, ran_in) =
        if began.unwrap_or(false) { (workspace, None) } else { (None, workspace) };
    let selection = Selection {
        began_in,
        ran_in,
        since_ms: argument::optional_time_ms(options.since_ms, "sinceMs")?,
        until_ms: argument::optional_time_ms(options.until_ms, "untilMs")?,
        running_since_ms: argument::optional_time_ms(options.running_since_ms, "runningSinceMs")?,
    };
    let by = by.unwrap_or_default();
    let cells = argument::flag(options.cells, "cells")?;
    let home = argument::optional_path(options.codex_home, "codexHome")?;
    let Some(from) = from else {
        return Ok(Question::Homes(ReportQuery {
            home: home_at(home)?,
            more_homes: more_homes.into_iter().flatten().map(CodexHome::new).collect(),
            sessions,
            selection,
            by,
            cells,
        }));
    };
    if from.is_empty() || from.iter().any(String::is_empty) {
        return Err(invalid("from must name one directory at least".to_owned()));
    }
    if home.is_some() || more_homes.is_some() {
        return Err(invalid("from and codexHome exclude each other".to_owned()));
    }
    // Exports say which session a response is of, and nothing of turns that run.
    if !sessions.is_empty() || selection.running_since_ms.is_some() {
        let given = if sessions.is_empty() { "runningSinceMs" } else { "sessions" };
        return Err(invalid(format!("from and {given} exclude each other")));
    }
    let directories = from.into_iter().map(PathBuf::from).collect();
    Ok(Question::Exports(ExportsQuery { directories, selection, by, cells }))
}

/// One or two different names. What only exports say is no name for homes, and what they do not say none for them.
fn grouping(names: &str, is_of_homes: bool) -> Option<Vec<GroupBy>> {
    let by: Option<Vec<GroupBy>> = names.split(',').map(GroupBy::from_name).collect();
    let by = by.filter(|by| match by.as_slice() {
        [_] => true,
        [first, second] => first != second,
        _ => false,
    })?;
    let is_said =
        |by: &GroupBy| if is_of_homes { !by.is_of_exports() } else { *by != GroupBy::PullRequest };
    by.iter().all(is_said).then_some(by)
}
