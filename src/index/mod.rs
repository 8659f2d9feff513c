//! The memory of Codex homes between calls, so that a later refresh costs what changed since.
//!
//! A *refresh* brings the list of files up to date: by what the kernel tells, or by a walk. What is then asked for and
//! was not read, or has changed, is read; a rollout that only grew is read from where the last refresh stopped. The
//! answer is always what a first refresh would give.

pub mod cache;
pub mod catalog;
pub mod home;
pub mod homes;
pub mod lru;
pub mod query;
pub mod reading;
pub mod state;
