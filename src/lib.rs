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
//! [`fs`] asks the kernel, [`codec`] makes few bytes of a state, [`rollout`] reads records, [`ledger`] folds them into
//! what was billed and is pure, [`billing`] turns that into dollars, [`index`] remembers homes, [`session`] knows one
//! agent of the orchestrator, [`codex_cli`] the installed Codex, [`wrapper`] installs our `git` and `gh`; `binding` is
//! all that knows Node.

pub mod billing;
// In a test build the macros of napi register nothing, and everything in it would be unused.
#[cfg(all(feature = "binding", not(test)))]
mod binding;
pub mod codec;
pub mod codex_cli;
pub mod error;
pub mod export;
pub mod fs;
pub mod index;
pub mod ledger;
pub mod rollout;
pub mod session;
#[cfg(unix)]
pub mod wrapper;
