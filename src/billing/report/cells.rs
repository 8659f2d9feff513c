//! The bill in its smallest parts: what each model was billed in each workspace at each tier on each day.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::billing::cost::Cost;
use crate::billing::price_table::PriceTable;
use crate::billing::report::labels::Workspaces;
use crate::billing::report::period::{Period, Periods};
use crate::billing::report::prices::Prices;
use crate::ledger::buckets::UsageBuckets;
use crate::rollout::record::TokenUsage;
use crate::rollout::record::service_tier::ServiceTier;

/// The key of a cell; `None` where the rollouts do not say. The day is of the system's time zone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellKey {
    /// `YYYY-MM-DD`.
    pub day: Option<Arc<str>>,
    /// The model.
    pub model: Option<Arc<str>>,
    /// The directory in which the turns ran, links resolved.
    pub workspace: Option<Arc<str>>,
    /// The tier that the turns asked for.
    pub tier: ServiceTier,
}

/// A key, what was billed under it, and what that costs.
pub type Cell = (CellKey, TokenUsage, Cost);

/// Adds the threads' usage up by day, model, workspace and tier, in this order; with each what it costs.
#[must_use]
pub fn cells<'b>(
    threads: impl IntoIterator<Item = &'b UsageBuckets>,
    prices: &PriceTable,
) -> Vec<Cell> {
    let mut workspaces = Workspaces::default();
    cells_with(threads, prices, |path| workspaces.real(path))
}

/// [`cells`] of threads whose workspaces `name` names: those of another machine are not looked for on this one's disk.
#[must_use]
pub fn cells_with<'b>(
    threads: impl IntoIterator<Item = &'b UsageBuckets>,
    prices: &PriceTable,
    mut name: impl FnMut(&Arc<str>) -> Arc<str>,
) -> Vec<Cell> {
    let mut prices = Prices::new(prices);
    let mut days = Periods::new(Period::Day);
    let mut sums: BTreeMap<CellKey, (TokenUsage, Cost)> = BTreeMap::new();
    for (bucket, usage) in threads.into_iter().flat_map(UsageBuckets::iter) {
        let key = CellKey {
            day: days.name(bucket.quarter),
            model: bucket.model.clone(),
            workspace: bucket.workspace.as_ref().map(&mut name),
            tier: bucket.tier,
        };
        let (sum, cost) = sums.entry(key).or_default();
        *sum = sum.plus(*usage);
        cost.add(prices.cost(bucket, *usage));
    }
    sums.into_iter().map(|(key, (usage, cost))| (key, usage, cost)).collect()
}
