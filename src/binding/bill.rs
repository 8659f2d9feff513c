//! The bill of a Codex home: all of its threads, a part of it, and its sums.

use std::collections::BTreeMap;
use std::mem;
use std::path::PathBuf;

use ::napi::Result;
use ::napi::bindgen_prelude::{Either, Uint8Array};
use napi_derive::napi;

use crate::billing::report::cells::Cell;
use crate::billing::report::{
    self, Group, GroupBy, PricedThread, PricedUsage, Report, Selection, SessionLabel,
};
use crate::binding::answer::{SkippedFile, ThreadUsage, Usage, count, name_text};
use crate::binding::argument::{self, Fields, Given};
use crate::binding::erased as napi;
use crate::binding::home::home_at;
use crate::binding::scalar::invalid;
use crate::binding::scan::{AbortSignal, OnProgress, scan};
use crate::binding::turns::{InTurns, Long};
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

/// A session of an orchestrator, as its metadata describes it.
#[napi(object, object_to_js = false)]
pub struct OrchestratorSession {
    /// The session.
    pub id: Given<String>,
    /// Its branch.
    pub branch: Option<Given<String>>,
    /// Its pull request.
    pub pr: Option<Given<String>>,
    /// Its work tree.
    pub workspace_path: Option<Given<String>>,
    /// The threads that are known to be its own.
    pub thread_ids: Given<Vec<String>>,
}

impl Fields for OrchestratorSession {}

/// The source of prices.
#[napi(object, object_from_js = false)]
pub struct Pricing {
    /// The table.
    pub source: String,
    /// Its day, `YYYY-MM-DD`.
    pub as_of: String,
    /// The models that are not in it and have no relative in it, and are priced at the default rates: 2.50 in, 0.625
    /// cached, 10.00 out, in US dollars per million tokens.
    pub default_rated: Vec<String>,
    /// The models that are not in it and are priced as their nearest relative, with its name.
    pub family_rated: BTreeMap<String, String>,
}

/// Usage of one thread, workspace, repository, model, day …
#[napi(object, object_from_js = false)]
pub struct UsageGroup {
    /// The thread's id, the workspace's path, the repository (`github.com/acme/shop`, or a path), the model's name, the
    /// hour (`2026-11-28T14:00+01:00`), day (`2026-11-28`), ISO week (`2026-W48`) or month (`2026-11`) …; `unknown`
    /// where nothing says it. A list where two things were asked for.
    pub key: Either<String, Vec<String>>,
    /// The number of threads that were billed in it.
    pub threads: i64,
    /// The usage that was billed.
    pub usage: Usage,
    /// True if the cost holds rates that are not the model's own at its tier.
    pub is_estimate: bool,
}

/// The usage of one model in one workspace at one tier on one day.
#[napi(object, object_from_js = false)]
pub struct UsageCell {
    /// The day in the system's time zone, `YYYY-MM-DD`.
    pub day: String,
    /// The model; `unknown` where the rollout names none.
    pub model: String,
    /// The directory in which the turns ran, links resolved; `unknown` where the rollout does not say.
    pub workspace: String,
    /// The service tier that the turns asked for.
    pub tier: String,
    /// The usage that was billed.
    pub usage: Usage,
    /// True if the cost holds rates that are not the model's own at its tier.
    pub is_estimate: bool,
}

/// The bill of a Codex home.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct HomeUsage {
    /// The home that was read; of several the first, of exports their first directory.
    pub codex_home: String,
    /// The source of prices.
    pub pricing: Pricing,
    /// Every thread once, newest first.
    pub threads: Vec<ThreadUsage>,
    /// The sum over the threads.
    pub totals: Usage,
    /// The sum by what was asked for, the most expensive first and periods in their order; `null` when nothing was.
    pub groups: Option<Vec<UsageGroup>>,
    /// The sum by day, model, workspace and tier at once, in this order; `null` when it was not asked for.
    pub cells: Option<Vec<UsageCell>>,
    /// The rollouts that could not be read, or count already.
    pub skipped: Vec<SkippedFile>,
}

impl Long for HomeUsage {
    type Element = ThreadUsage;
    const NAME: &'static str = "threads";

    fn take_list(&mut self) -> Vec<ThreadUsage> {
        mem::take(&mut self.threads)
    }
}

/// Reads what every thread of a Codex home was billed, archived ones too; with `from` what exports say of many homes.
///
/// `signal` ends the scan: the promise then rejects with the code `Cancelled`. `onProgress` is called at the beginning
/// and a few times a second; what it throws ends the scan too, and rejects the promise. Rejects when the home, or the
/// user's price file (`~/.config/ao-codex/prices.json`), cannot be read; a rollout that cannot is listed in `skipped`.
#[napi]
pub async fn home_usage(
    options: Option<Given<HomeUsageOptions>>,
    signal: Option<Given<AbortSignal>>,
    #[napi(ts_arg_type = "((progress: ScanProgress) => void) | undefined | null")]
    on_progress: Option<Given<OnProgress>>,
) -> Result<InTurns<HomeUsage>> {
    scan(signal, on_progress, |watch| {
        let query = query(argument::options(options)?)?;
        Ok(move || home_usage_of(&query, &watch).map(InTurns::from))
    })
    .await
}

/// Reads the same bill as the JSON document that `ao-codex usage --json` prints, in UTF-8: pieces that are to be
/// written one after another. Ten thousand threads cost less as a document than as objects.
#[napi]
pub async fn home_usage_document(
    options: Option<Given<HomeUsageOptions>>,
    signal: Option<Given<AbortSignal>>,
    #[napi(ts_arg_type = "((progress: ScanProgress) => void) | undefined | null")]
    on_progress: Option<Given<OnProgress>>,
) -> Result<Vec<Uint8Array>> {
    let pieces: Vec<Vec<u8>> = scan(signal, on_progress, |watch| {
        let query = query(argument::options(options)?)?;
        Ok(move || query.document(&watch))
    })
    .await?;
    Ok(pieces.into_iter().map(Uint8Array::from).collect())
}

/// The source that a bill is read from.
enum Question {
    Homes(ReportQuery),
    Exports(ExportsQuery),
}

impl Question {
    fn read(
        &self,
        watch: &Watch,
        take: impl FnMut(Vec<PricedThread>) -> error::Result<()>,
    ) -> error::Result<Report> {
        match self {
            Self::Homes(query) => query.read(watch, take),
            Self::Exports(query) => query.read(watch, take),
        }
    }

    fn document(&self, watch: &Watch) -> error::Result<Vec<Vec<u8>>> {
        match self {
            Self::Homes(query) => query.document(watch),
            Self::Exports(query) => query.document(watch),
        }
    }
}

fn query(options: HomeUsageOptions) -> Result<Question> {
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

fn home_usage_of(question: &Question, watch: &Watch) -> error::Result<HomeUsage> {
    let mut threads = Vec::new();
    let report = question.read(watch, |part| {
        threads.extend(part.into_iter().map(ThreadUsage::from));
        Ok(())
    })?;
    let Report { codex_home, pricing, totals, groups, cells, skipped, .. } = report;
    Ok(HomeUsage {
        codex_home,
        pricing: pricing.into(),
        threads,
        totals: totals.into(),
        groups: groups.map(|groups| groups.into_iter().map(UsageGroup::from).collect()),
        cells: cells.map(|cells| cells.into_iter().map(UsageCell::from).collect()),
        skipped: skipped.into_iter().map(SkippedFile::from).collect(),
    })
}

/// The sessions that options name.
pub(super) fn session_labels(
    given: Option<Given<Vec<OrchestratorSession>>>,
) -> Result<Vec<SessionLabel>> {
    let sessions = argument::optional_objects(given, "sessions")?;
    sessions.into_iter().flatten().map(session_label).collect()
}

fn session_label(session: OrchestratorSession) -> Result<SessionLabel> {
    let OrchestratorSession { id, branch, pr, workspace_path, thread_ids } = session;
    Ok(SessionLabel {
        id: id.text("id", "the id of a session")?,
        branch: argument::optional_text(branch, "branch", "the name of a branch")?,
        pr: argument::optional_text(pr, "pr", "a pull request")?,
        workspace: argument::optional_text(workspace_path, "workspacePath", "a path")?,
        thread_ids: thread_ids.texts("threadIds", "the id of a thread")?,
    })
}

impl From<report::Pricing> for Pricing {
    fn from(pricing: report::Pricing) -> Self {
        let report::Pricing { source, as_of, default_rated, family_rated } = pricing;
        Self { source, as_of, default_rated, family_rated }
    }
}

impl From<Group> for UsageGroup {
    fn from(group: Group) -> Self {
        let mut names: Vec<String> =
            group.key.iter().map(|name| name_text(name.as_deref())).collect();
        Self {
            key: match names.len() {
                1 => Either::A(names.swap_remove(0)),
                _ => Either::B(names),
            },
            threads: count(group.threads),
            usage: PricedUsage::new(group.usage, group.cost).into(),
            is_estimate: group.cost.is_estimate,
        }
    }
}

impl From<Cell> for UsageCell {
    fn from((key, billed, cost): Cell) -> Self {
        Self {
            day: name_text(key.day.as_deref()),
            model: name_text(key.model.as_deref()),
            workspace: name_text(key.workspace.as_deref()),
            tier: key.tier.as_str().to_owned(),
            usage: PricedUsage::new(billed, cost).into(),
            is_estimate: cost.is_estimate,
        }
    }
}
