//! Reads whole Codex homes: walks, reads heads, folds rollouts, in parallel and off the caller's thread.

pub mod family;
pub mod heads;
pub mod parallel;
pub mod scan;
pub mod search;
pub mod settled;
