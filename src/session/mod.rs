//! One agent of the orchestrator: what its hooks noted, whether its Codex runs, which thread is its own, and what that
//! is doing and has cost.
//!
//! [`evidence`] gathers all of it in one look. What it means is decided by who asks.

pub mod codex_process;
pub mod event_files;
pub mod event_line;
pub mod events;
pub mod evidence;
pub mod notes;
pub mod open_question;
pub mod own_thread;
pub(crate) mod panes;
pub mod processes;
pub mod running;
pub mod shorten;
pub mod summary;
