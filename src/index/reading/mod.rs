//! What was read of the files of a home, and how far.

pub mod activity;
pub mod cached;
pub mod estimate;
pub mod heads;
pub mod ledger;
pub mod live;
pub mod progress;
pub mod recent;
pub mod settled;
