//! The readers of the files of a home: each remembers how far it is.

pub mod activity;
pub mod cached;
pub mod heads;
pub mod ledger;
pub mod ledgers;
pub mod progress;
