//! The bill in its smallest parts: what each model was billed in each workspace on each day.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::billing::cost::{cost_usd, prices_of};
use crate::billing::price_table::PriceTable;
use crate::billing::report::{Workspaces, day};
use crate::ledger::threads::Thread;
use crate::rollout::record::TokenUsage;

/// What a cell is about; `None` where the rollouts do not say. The day is of the system's time zone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellKey {
    /// `YYYY-MM-DD`.
    pub day: Option<String>,
    /// The model.
    pub model: Option<Arc<str>>,
    /// Where the turns ran, links resolved.
    pub workspace: Option<Arc<str>>,
}

/// Adds the threads' usage up by day, model and workspace, in this order; with each what it costs in US dollars.
#[must_use]
pub fn cells(threads: &[Thread], prices: &PriceTable) -> Vec<(CellKey, TokenUsage, f64)> {
    let mut workspaces = Workspaces::default();
    let mut sums: BTreeMap<CellKey, (TokenUsage, f64)> = BTreeMap::new();
    for (slice, usage) in threads.iter().flat_map(|thread| thread.slices.iter()) {
        let key = CellKey {
            day: day(slice.quarter),
            model: slice.model.clone(),
            workspace: slice.workspace.as_ref().map(|path| workspaces.real(path)),
        };
        let (prices, _) = prices_of(prices, slice.model.as_deref());
        let (sum, cost) = sums.entry(key).or_default();
        *sum = sum.plus(*usage);
        *cost += cost_usd(&prices, *usage, slice.long_context);
    }
    sums.into_iter().map(|(key, (usage, cost))| (key, usage, cost)).collect()
}
