//! What Codex itself told of a session: the events that the hook noted, one file for each session, below the
//! orchestrator's home.

pub mod event_files;
pub mod event_line;
pub mod events;
pub mod shorten;
