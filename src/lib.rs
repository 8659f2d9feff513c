//! Reads what Codex leaves on disk, and says what every thread is, what it was billed and what it is doing.
//!
//! # Words
//!
//! A *rollout* is one `rollout-<timestamp>-<uuid>.jsonl` (or `.jsonl.zst`) file; it holds *records*, one JSON object
//! a line. A *thread* is a Codex conversation, identified by its `session_meta`. A thread is a *root*, a *fork* (a copy
//! of another's history) or a *subagent* (spawned by another thread's turn). What a fork or subagent repeats or
//! continues from its parent is *inherited* and never billed again. The *Codex home* is `$CODEX_HOME`, else `~/.codex`.
//!
//! # Layers
//!
//! [`rollout`] turns files into records and knows no money; [`usage`] folds records into what was billed and is pure;
//! [`pricing`] turns usage into dollars, [`report`] adds up what was asked for; [`store`] reads whole homes; [`events`] reads what
//! hooks noted of a session; `binding` is all that knows Node.

pub mod binary;
// In a test build the macros of napi register nothing, and everything in it would be unused.
#[cfg(all(feature = "binding", not(test)))]
mod binding;
pub mod codex_home;
pub mod directories;
pub mod error;
pub mod events;
pub mod file_identity;
pub mod packed;
pub mod plain;
pub mod pricing;
pub mod report;
pub mod rollout;
pub mod store;
pub mod usage;
#[cfg(unix)]
pub mod wrapper;
