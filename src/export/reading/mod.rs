//! The bill of what exports wrote, on whichever machines: the same sums as of homes, each response once.

pub mod files;
pub mod query;
pub mod rows;
pub mod threads;
