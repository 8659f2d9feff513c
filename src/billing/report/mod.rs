//! A part of the bill, and its sums.

pub mod cells;
pub mod group;
pub mod labels;
pub mod period;
pub mod priced;
pub mod prices;
pub mod selection;
pub mod summary;

pub use group::{Billed, Group, GroupBy, Sums, group};
pub use labels::{SessionLabel, ThreadFacts};
pub use priced::{PricedThread, PricedUsage, Pricing, Totals, UNKNOWN};
pub use prices::Prices;
pub use selection::{Selection, select};
pub use summary::Report;
