//! A report but for its threads, which are handed over while they are read.

use crate::billing::report::cells::Cell;
use crate::billing::report::group::Group;
use crate::billing::report::priced::{PricedUsage, Pricing};
use crate::rollout::file::Skipped;

/// A report of a home, or of several, without its threads.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The home that was read; of several the first.
    pub codex_home: String,
    /// All of them, where there are several.
    pub codex_homes: Option<Vec<String>>,
    /// The directories of exports that were read in place of homes.
    pub from: Option<Vec<String>>,
    /// The source of the prices.
    pub pricing: Pricing,
    /// The sum over the threads.
    pub totals: PricedUsage,
    /// The sums that were asked for.
    pub groups: Option<Vec<Group>>,
    /// The sums by day, model, workspace and tier at once.
    pub cells: Option<Vec<Cell>>,
    /// The rollouts that could not be read, or count already.
    pub skipped: Vec<Skipped>,
}
