//! A part of the bill, and its sums.

pub mod cells;
pub mod group;
pub mod labels;
pub mod period;
pub mod prices;
pub mod window;

pub use group::{Group, GroupBy, group};
pub use labels::SessionLabel;
pub use prices::Prices;
pub use window::{Window, select};
