//! A part of the bill, and its sums by thread, workspace, model, tier or day.

pub mod cells;

use std::collections::BTreeMap;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{Local, TimeZone};

use crate::billing::cost::{Cost, cost};
use crate::billing::price_table::{PriceTable, Priced};
use crate::ledger::buckets::{QUARTER_MS, SliceKey};
use crate::ledger::threads::Thread;
use crate::rollout::drive::without_verbatim;
use crate::rollout::record::TokenUsage;
use crate::rollout::workspace::{Resolver, WorkspaceMatcher};

/// Which part of the bill is asked for.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Window {
    /// Only threads that began in this workspace, whole.
    pub began_in: Option<PathBuf>,
    /// Only what was billed to turns that ran in this workspace.
    pub ran_in: Option<PathBuf>,
    /// Only responses from this time on, in milliseconds since 1970, to a quarter of an hour.
    pub since_ms: Option<i64>,
    /// Only responses before this time, in milliseconds since 1970, to a quarter of an hour.
    pub until_ms: Option<i64>,
}

/// Takes the part of the bill that a window shows. A thread of which nothing is left is left out, unless it began in
/// the workspace that is asked for and no time is.
#[must_use]
pub fn select(threads: Vec<Thread>, window: &Window) -> Vec<Thread> {
    let mut began = window.began_in.as_deref().map(WorkspaceMatcher::new);
    let mut ran = window.ran_in.as_deref().map(WorkspaceMatcher::new);
    let since = window.since_ms.map(|ms| ms.div_euclid(QUARTER_MS));
    let until = window.until_ms.map(|ms| ms.div_euclid(QUARTER_MS));
    let timed = since.is_some() || until.is_some();
    let mut selected = threads;
    selected.retain_mut(|thread| {
        let began_there = |matcher: &mut WorkspaceMatcher| {
            thread.workspace.as_deref().is_some_and(|workspace| matcher.matches(workspace))
        };
        if began.as_mut().is_some_and(|matcher| !began_there(matcher)) {
            return false;
        }
        let at_home = ran.as_mut().is_none_or(began_there);
        thread.slices.retain(|key: &SliceKey| {
            since.is_none_or(|since| key.quarter >= since)
                && until.is_none_or(|until| key.quarter < until)
                && ran.as_mut().is_none_or(|matcher| {
                    key.workspace.as_deref().is_some_and(|workspace| matcher.matches(workspace))
                })
        });
        !thread.slices.is_empty() || (at_home && !timed)
    });
    selected
}

/// What a sum is by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupBy {
    /// By thread.
    Thread,
    /// By the directory in which the turns ran.
    Workspace,
    /// By model.
    Model,
    /// By day, in the system's time zone.
    Day,
    /// By the service tier that the turns asked for.
    Tier,
}

impl GroupBy {
    /// The one of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "thread" => Some(Self::Thread),
            "workspace" => Some(Self::Workspace),
            "model" => Some(Self::Model),
            "day" => Some(Self::Day),
            "tier" => Some(Self::Tier),
            _ => None,
        }
    }
}

/// One sum.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// What it is the sum of; `None` where the rollouts do not say.
    pub key: Option<Arc<str>>,
    /// How many threads were billed in it.
    pub threads: u64,
    /// What was billed.
    pub usage: TokenUsage,
    /// What it costs.
    pub cost: Cost,
}

/// The prices of models, each looked up once.
pub struct Prices<'t> {
    table: &'t PriceTable,
    known: HashMap<Option<Arc<str>>, Priced>,
}

impl<'t> Prices<'t> {
    /// Those of a table.
    #[must_use]
    pub fn new(table: &'t PriceTable) -> Self {
        Self { table, known: HashMap::new() }
    }

    /// The cost of what one bucket holds.
    pub fn cost(&mut self, key: &SliceKey, usage: TokenUsage) -> Cost {
        if let Some(priced) = self.known.get(&key.model) {
            return cost(priced, key, usage);
        }
        let priced = self.table.find(key.model.as_deref());
        let cost = cost(&priced, key, usage);
        self.known.insert(key.model.clone(), priced);
        cost
    }
}

/// Workspaces by their one path: a link and its target are one.
#[derive(Default)]
struct Workspaces {
    disk: Resolver,
    known: HashMap<Arc<str>, Arc<str>>,
    /// How a directory on a drive is shown, by its one path, which is in lower case: as it was first written.
    shown: HashMap<PathBuf, Arc<str>>,
}

impl Workspaces {
    fn real(&mut self, path: &Arc<str>) -> Arc<str> {
        if let Some(real) = self.known.get(path) {
            return Arc::clone(real);
        }
        // What is no path of this machine stays as it is written.
        let real = match Path::new(path.as_ref()) {
            drive if self.disk.is_on_a_drive(drive) => {
                let first = without_verbatim(drive.to_owned());
                let shown = || Arc::from(first.to_string_lossy().as_ref());
                Arc::clone(self.shown.entry(self.disk.resolve(drive)).or_insert_with(shown))
            }
            absolute if absolute.is_absolute() => {
                Arc::from(self.disk.resolve(absolute).to_string_lossy().as_ref())
            }
            _ => Arc::clone(path),
        };
        self.known.insert(Arc::clone(path), Arc::clone(&real));
        real
    }
}

#[derive(Default)]
struct Sum<'t> {
    threads: BTreeSet<&'t str>,
    usage: TokenUsage,
    cost: Cost,
}

/// Adds the threads' usage up: days in their order, everything else by cost, the most expensive first.
#[must_use]
pub fn group(threads: &[Thread], by: GroupBy, prices: &PriceTable) -> Vec<Group> {
    let mut workspaces = Workspaces::default();
    let mut prices = Prices::new(prices);
    let mut sums: BTreeMap<Option<Arc<str>>, Sum<'_>> = BTreeMap::new();
    for thread in threads {
        for (key, usage) in thread.slices.iter() {
            let name = match by {
                GroupBy::Thread => Some(Arc::from(thread.thread_id.as_str())),
                GroupBy::Workspace => key.workspace.as_ref().map(|path| workspaces.real(path)),
                GroupBy::Model => key.model.clone(),
                GroupBy::Day => day(key.quarter).map(Arc::from),
                GroupBy::Tier => Some(Arc::from(key.tier.as_str())),
            };
            let sum = sums.entry(name).or_default();
            sum.threads.insert(&thread.thread_id);
            sum.usage = sum.usage.plus(*usage);
            sum.cost.add(prices.cost(key, *usage));
        }
    }
    let mut groups: Vec<Group> = sums
        .into_iter()
        .map(|(key, Sum { threads, usage, cost })| Group {
            key,
            threads: threads.len() as u64,
            usage,
            cost,
        })
        .collect();
    if by != GroupBy::Day {
        groups.sort_by(|a, b| b.cost.usd.total_cmp(&a.cost.usd));
    }
    groups
}

/// The day of a quarter of an hour, `YYYY-MM-DD`.
fn day(quarter: i64) -> Option<String> {
    let time = Local.timestamp_millis_opt(quarter.saturating_mul(QUARTER_MS)).single()?;
    Some(time.date_naive().to_string())
}
