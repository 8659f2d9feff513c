//! The programs that agents run in place of or beside their own: the `gh` and `git` in `~/.ao/bin` that note branches
//! and pull requests in a session's metadata, and the hook that notes a session's events. And what stands in a
//! workspace: the section of AGENTS.md that tells an agent of the wrappers, and the activity log that dashboards read.
//!
//! The programs themselves are shell files in `scripts/`, put into the addon as they are.

pub mod activity_log;
pub mod agents_md;
pub mod git_exclude;
pub mod install;
pub mod marker;
pub mod removal;
mod repository;
pub mod scripts;
pub mod status;
