//! The bill of a Codex home: all of its threads, a part of it, and its sums.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::iter;
use std::mem;

use napi::Result;
use napi::bindgen_prelude::{Either, Uint8Array};
use napi_derive::napi;
use serde::{Serialize, Serializer};

use crate::billing::price_table::{PriceTable, PricedBy};
use crate::billing::report::{self, GroupBy, SessionLabel, Window};
use crate::billing::user_prices::prices_in_force;
use crate::binding::answer::{
    self, SkippedFile, ThreadUsage, Usage, count, known_model, model_name,
};
use crate::binding::argument::{self, Fields, Given};
use crate::binding::document::Document;
use crate::binding::home::codex_home;
use crate::binding::scan::{AbortSignal, OnProgress, scan};
use crate::binding::turns::{InTurns, Long};
use crate::error;
use crate::index::homes::store_of;
use crate::index::query::bill::bill_in_parts;
use crate::index::reading::progress::Watch;
use crate::ledger::threads::Thread;
use crate::rollout::codex_home::CodexHome;
use crate::rollout::file::Skipped;

/// What to report of a Codex home.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct HomeUsageOptions {
    /// The home; `$CODEX_HOME`, else `~/.codex`, when it is not given.
    pub codex_home: Option<Given<String>>,
    /// Only this workspace, however it is spelled.
    pub workspace_path: Option<Given<String>>,
    /// What `workspacePath` selects: `ran` (the default) counts what turns that ran there were billed, `began` takes
    /// threads that began there, whole.
    #[napi(ts_type = "'ran' | 'began' | null")]
    pub workspace_match: Option<Given<String>>,
    /// Only responses from this time on, in milliseconds since 1970, to a quarter of an hour.
    pub since_ms: Option<Given<f64>>,
    /// Only responses before this time, in milliseconds since 1970, to a quarter of an hour.
    pub until_ms: Option<Given<f64>>,
    /// What `groups` adds up by: one or two of `thread`, `workspace`, `repo`, `branch`, `session`, `pr`, `model`, `tier`,
    /// `kind`, `hour`, `day`, `week` and `month`, with a comma between them. Times are those of the system's time zone.
    pub by: Option<Given<String>>,
    /// The sessions that `branch`, `session` and `pr` are taken from.
    #[napi(ts_type = "Array<OrchestratorSession> | null")]
    pub sessions: Option<Given<Vec<OrchestratorSession>>>,
    /// Other Codex homes, for one bill of all of them. A thread that is in several counts once.
    #[napi(ts_type = "Array<string> | null")]
    pub more_codex_homes: Option<Given<Vec<String>>>,
    /// Whether to give `cells` too.
    pub cells: Option<Given<bool>>,
}

impl Fields for HomeUsageOptions {}

/// A session of an orchestrator, as its metadata describes it.
#[napi(object, object_to_js = false)]
pub struct OrchestratorSession {
    /// The session.
    pub id: String,
    /// Its branch.
    pub branch: Option<String>,
    /// Its pull request.
    pub pr: Option<String>,
    /// Its work tree.
    pub workspace_path: Option<String>,
    /// The threads that are known to be its own.
    pub thread_ids: Vec<String>,
}

impl Fields for OrchestratorSession {}

/// Where prices come from.
#[napi(object, object_from_js = false)]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
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
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UsageGroup {
    /// The thread's id, the workspace's path, the repository (`github.com/acme/shop`, or a path), the model's name, the
    /// hour (`2026-11-28T14:00+01:00`), day (`2026-11-28`), ISO week (`2026-W48`) or month (`2026-11`) …; `unknown` where
    /// nothing says it. A list where two things were asked for.
    #[serde(serialize_with = "key_as_json")]
    pub key: Either<String, Vec<String>>,
    /// How many threads were billed in it.
    pub threads: i64,
    /// What was billed.
    pub usage: Usage,
    /// Whether the cost holds rates that are not the model's own at its tier.
    pub is_estimate: bool,
}

fn key_as_json<S: Serializer>(
    key: &Either<String, Vec<String>>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    match key {
        Either::A(name) => name.serialize(serializer),
        Either::B(names) => names.serialize(serializer),
    }
}

/// What one model was billed in one workspace at one tier on one day.
#[napi(object, object_from_js = false)]
pub struct UsageCell {
    /// The day in the system's time zone, `YYYY-MM-DD`.
    pub day: String,
    /// The model; `unknown` where the rollout names none.
    pub model: String,
    /// Where the turns ran, links resolved; `unknown` where the rollout does not say.
    pub workspace: String,
    /// The service tier that the turns asked for.
    pub tier: String,
    /// What was billed.
    pub usage: Usage,
    /// Whether the cost holds rates that are not the model's own at its tier.
    pub is_estimate: bool,
}

/// The bill of a Codex home.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct HomeUsage {
    /// The home that was read; of several the first.
    pub codex_home: String,
    /// Where prices come from.
    pub pricing: Pricing,
    /// Every thread once, newest first.
    pub threads: Vec<ThreadUsage>,
    /// The sum over the threads.
    pub totals: Usage,
    /// The sum by what was asked for, the most expensive first and periods in their order; `null` when nothing was.
    pub groups: Option<Vec<UsageGroup>>,
    /// The sum by day, model, workspace and tier at once, in this order; `null` when it was not asked for.
    pub cells: Option<Vec<UsageCell>>,
    /// What could not be read, or counts already.
    pub skipped: Vec<SkippedFile>,
}

impl Long for HomeUsage {
    type Element = ThreadUsage;
    const NAME: &'static str = "threads";

    fn take_list(&mut self) -> Vec<ThreadUsage> {
        mem::take(&mut self.threads)
    }
}

/// Reads what every thread of a Codex home was billed, archived ones too.
///
/// `signal` ends the scan: the promise then rejects with the code `Cancelled`. `onProgress` is called at the
/// beginning and a few times a second; what it throws ends the scan too, and rejects the promise. Rejects when the home, or the user's price file
/// (`~/.config/ao-codex/prices.json`), cannot be read; a rollout that cannot is listed in `skipped`.
#[napi]
pub async fn home_usage(
    options: Option<Given<HomeUsageOptions>>,
    signal: Option<Given<AbortSignal>>,
    #[napi(ts_arg_type = "((progress: ScanProgress) => void) | undefined | null")]
    on_progress: Option<Given<OnProgress>>,
) -> Result<InTurns<HomeUsage>> {
    scan(signal, on_progress, |watch| {
        let query = Query::new(argument::options(options)?)?;
        Ok(move || query.objects(&watch).map(InTurns::from))
    })
    .await
}

/// The same as the JSON document that `ao-codex usage --json` prints, in UTF-8: pieces that are to be written one after
/// another. Ten thousand threads cost less as a document than as objects.
#[napi]
pub async fn home_usage_document(
    options: Option<Given<HomeUsageOptions>>,
    signal: Option<Given<AbortSignal>>,
    #[napi(ts_arg_type = "((progress: ScanProgress) => void) | undefined | null")]
    on_progress: Option<Given<OnProgress>>,
) -> Result<Vec<Uint8Array>> {
    let pieces: Vec<Vec<u8>> = scan(signal, on_progress, |watch| {
        let query = Query::new(argument::options(options)?)?;
        Ok(move || query.written(&watch))
    })
    .await?;
    Ok(pieces.into_iter().map(Uint8Array::from).collect())
}

/// What was asked of a home.
struct Query {
    home: CodexHome,
    more_homes: Vec<CodexHome>,
    window: Window,
    by: Vec<GroupBy>,
    sessions: Vec<SessionLabel>,
    cells: bool,
}

impl Query {
    fn new(options: HomeUsageOptions) -> Result<Self> {
        let by = argument::choice(
            options.by,
            "by",
            &format!("one or two of {}", GroupBy::NAMES),
            grouping,
        )?;
        let more_homes =
            options.more_codex_homes.map(|homes| homes.texts("moreCodexHomes", "a path"));
        let sessions = options.sessions.map(|sessions| sessions.objects("sessions")).transpose()?;
        let sessions = sessions.into_iter().flatten().map(SessionLabel::from);
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
        Ok(Self {
            home: codex_home(options.codex_home)?,
            more_homes: more_homes.transpose()?.into_iter().flatten().map(CodexHome::new).collect(),
            sessions: sessions.collect(),
            window: Window {
                began_in,
                ran_in,
                since_ms: argument::optional_time_ms(options.since_ms, "sinceMs")?,
                until_ms: argument::optional_time_ms(options.until_ms, "untilMs")?,
            },
            by: by.unwrap_or_default(),
            cells: argument::flag(options.cells, "cells")?,
        })
    }

    /// Reads the bill and hands its threads to `take`, part by part.
    fn read(
        &self,
        watch: &Watch,
        mut take: impl FnMut(Vec<ThreadUsage>) -> error::Result<()>,
    ) -> error::Result<Reading> {
        let prices = prices_in_force()?;
        let mut models: BTreeSet<String> = BTreeSet::new();
        let mut totals = Usage::default();
        // Sums over parts of threads need all of them.
        let keeps = !self.by.is_empty() || self.cells;
        let mut kept: Vec<Thread> = Vec::new();
        let skipped = self.read_homes(watch, |threads| {
            let threads = report::select(threads, &self.window);
            if keeps {
                kept.extend_from_slice(&threads);
            }
            let answers = threads.into_iter().map(|thread| answer::thread_usage(thread, &prices));
            let answers: Vec<ThreadUsage> = answers.collect();
            for thread in &answers {
                totals.add_usage(&thread.usage);
            }
            for model in answers.iter().flat_map(|thread| thread.models.keys()) {
                if !models.contains(model) {
                    models.insert(model.clone());
                }
            }
            take(answers)
        })?;
        Ok(Reading {
            codex_home: spelled(&self.home),
            codex_homes: (!self.more_homes.is_empty()).then(|| self.homes().map(spelled).collect()),
            pricing: pricing(models, &prices),
            totals,
            groups: (!self.by.is_empty()).then(|| groups(&kept, &self.by, &self.sessions, &prices)),
            cells: self.cells.then(|| cells(&kept, &prices)),
            skipped: skipped.into_iter().map(SkippedFile::from).collect(),
        })
    }

    fn homes(&self) -> impl Iterator<Item = &CodexHome> {
        iter::once(&self.home).chain(&self.more_homes)
    }

    /// Hands the threads of all homes over. One that is in several homes counts as where it was written last.
    fn read_homes(
        &self,
        watch: &Watch,
        mut take: impl FnMut(Vec<Thread>) -> error::Result<()>,
    ) -> error::Result<Vec<Skipped>> {
        if self.more_homes.is_empty() {
            return bill_in_parts(&store_of(&self.home), watch, take);
        }
        let mut skipped = Vec::new();
        let mut threads: Vec<Thread> = Vec::new();
        for home in self.homes() {
            skipped.extend(bill_in_parts(&store_of(home), watch, |part| {
                threads.extend(part);
                Ok(())
            })?);
        }
        let written = |thread: &Thread| thread.last_record_ms.unwrap_or(thread.file.modified_ms);
        threads.sort_by_key(|thread| std::cmp::Reverse(written(thread)));
        let mut seen = HashSet::new();
        threads.retain(|thread| seen.insert(thread.thread_id.clone()));
        take(threads)?;
        Ok(skipped)
    }

    /// The answer as objects.
    fn objects(&self, watch: &Watch) -> error::Result<HomeUsage> {
        let mut threads = Vec::new();
        let read = self.read(watch, |part| {
            threads.extend(part);
            Ok(())
        })?;
        let Reading { codex_home, codex_homes: _, pricing, totals, groups, cells, skipped } = read;
        Ok(HomeUsage { codex_home, pricing, threads, totals, groups, cells, skipped })
    }

    /// The document, in pieces.
    fn written(&self, watch: &Watch) -> error::Result<Vec<Vec<u8>>> {
        let failed = |failed| error::Error::io("write the bill of", self.home.path(), failed);
        let mut document = Document::default();
        let reading = self.read(watch, |threads| document.add(threads).map_err(failed))?;
        document.finish(&reading).map_err(failed)
    }
}

/// What was read, but for the threads.
pub(super) struct Reading {
    pub(super) codex_home: String,
    pub(super) codex_homes: Option<Vec<String>>,
    pub(super) pricing: Pricing,
    pub(super) totals: Usage,
    pub(super) groups: Option<Vec<UsageGroup>>,
    pub(super) cells: Option<Vec<UsageCell>>,
    pub(super) skipped: Vec<SkippedFile>,
}

/// Where the prices of these models come from.
fn pricing(models: BTreeSet<String>, prices: &PriceTable) -> Pricing {
    let mut default_rated = Vec::new();
    let mut family_rated = BTreeMap::new();
    for model in models {
        match prices.find(known_model(&model)).by {
            PricedBy::Name(_) => {}
            PricedBy::Family(relative) => drop(family_rated.insert(model, relative)),
            PricedBy::Default => default_rated.push(model),
        }
    }
    Pricing {
        source: prices.source().to_owned(),
        as_of: prices.as_of().to_owned(),
        default_rated,
        family_rated,
    }
}

/// One or two different names.
fn grouping(names: &str) -> Option<Vec<GroupBy>> {
    let by: Option<Vec<GroupBy>> = names.split(',').map(GroupBy::from_name).collect();
    by.filter(|by| by.len() == 1 || matches!(by.as_slice(), [first, second] if first != second))
}

fn spelled(home: &CodexHome) -> String {
    home.path().to_string_lossy().into_owned()
}

impl From<OrchestratorSession> for SessionLabel {
    fn from(session: OrchestratorSession) -> Self {
        let OrchestratorSession { id, branch, pr, workspace_path: workspace, thread_ids } = session;
        Self { id, branch, pr, workspace, thread_ids }
    }
}

fn groups(
    threads: &[Thread],
    by: &[GroupBy],
    sessions: &[SessionLabel],
    prices: &PriceTable,
) -> Vec<UsageGroup> {
    report::group(threads, by, sessions, prices)
        .into_iter()
        .map(|group| {
            let mut usage = Usage::default();
            usage.add(group.usage, group.cost.usd);
            let mut names: Vec<String> =
                group.key.iter().map(|name| model_name(name.as_deref())).collect();
            UsageGroup {
                key: match names.len() {
                    1 => Either::A(names.swap_remove(0)),
                    _ => Either::B(names),
                },
                threads: count(group.threads),
                usage,
                is_estimate: group.cost.is_estimate,
            }
        })
        .collect()
}

fn cells(threads: &[Thread], prices: &PriceTable) -> Vec<UsageCell> {
    report::cells::cells(threads, prices)
        .into_iter()
        .map(|(key, billed, cost)| {
            let mut usage = Usage::default();
            usage.add(billed, cost.usd);
            UsageCell {
                day: model_name(key.day.as_deref()),
                model: model_name(key.model.as_deref()),
                workspace: model_name(key.workspace.as_deref()),
                tier: key.tier.as_str().to_owned(),
                usage,
                is_estimate: cost.is_estimate,
            }
        })
        .collect()
}
