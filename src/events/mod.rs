//! What Codex itself told of a session: the events that the hook noted, one file for each session, below the
//! orchestrator's home.

mod line;
mod shorten;

pub mod files;
pub mod session;
