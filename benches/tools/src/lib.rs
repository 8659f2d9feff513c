//! Writes Codex homes that are shaped like real ones.

pub mod home;
pub mod rollout;
pub mod text;
