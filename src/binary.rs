//! Which programs are on this machine: the Codex that a launch runs, and what that Codex can do.
//!
//! A *wrapper directory* is where our own `git` and `gh` live; nothing in it is ever taken for the real program,
//! however PATH spells it.

mod facts;
mod group;
mod hooks;
mod known;
mod memory;
mod probe;
mod search;

pub use facts::Facts;
pub use hooks::{HOOKS_TIME_LIMIT, Hook, ask_hooks};
pub use memory::{Memory, identity_of};
pub use probe::{PROBE_TIME_LIMIT, ask};
pub use search::{Search, Vars};
