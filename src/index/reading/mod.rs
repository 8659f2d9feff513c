//! What was read of the files of a home, and how far.

pub mod activity;
pub mod cached;
pub mod heads;
pub mod ledger;
pub mod progress;
