//! The programs on this machine: the Codex that a launch runs, and what that Codex can do.
//!
//! A *wrapper directory* is where our own `git` and `gh` live; nothing in it is ever taken for the real program,
//! however PATH spells it.

pub mod cache;
pub mod cached_probe;
pub mod environment;
pub mod facts;
pub mod home;
pub mod hooks;
pub mod install_dirs;
pub mod probe;
pub mod script;
pub mod search;
