//! The bill of a Codex home: all of its threads, a part of it, and its sums.

use std::collections::BTreeMap;
use std::mem;

use ::napi::Result;
use ::napi::bindgen_prelude::{Either, Uint8Array};
use napi_derive::napi;

use crate::billing::report::cells::Cell;
use crate::billing::report::{self, Group, PricedUsage, Report};
use crate::binding::answer::{SkippedFile, ThreadUsage, Usage, count, name_text};
use crate::binding::argument::{self, Given};
use crate::binding::erased as napi;
use crate::binding::question::{HomeUsageOptions, Question, question};
use crate::binding::scan::{AbortSignal, OnProgress, scan};
use crate::binding::turns::{InTurns, Long};
use crate::error;
use crate::index::reading::progress::Watch;

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
        let question = question(argument::options(options)?)?;
        Ok(move || home_usage_of(&question, &watch).map(InTurns::from))
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
        let question = question(argument::options(options)?)?;
        Ok(move || question.document(&watch))
    })
    .await?;
    Ok(pieces.into_iter().map(Uint8Array::from).collect())
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
