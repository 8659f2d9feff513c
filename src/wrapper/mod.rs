//! The `gh` and `git` in `~/.ao/bin` that note branches and pull requests in a session's metadata, and the section of
//! AGENTS.md that tells an agent of them.
//!
//! The wrappers themselves are shell files in `scripts/`, put into the addon as they are.

pub mod agents_md;
pub mod git_exclude;
pub mod install;
pub mod marker;
mod replace;
pub mod scripts;
pub mod status;
