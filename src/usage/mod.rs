//! From records to what a thread was billed. Pure: bytes and state in, state out.
//!
//! What counts, and why, is in `docs/accounting.md`; each rule lives once, in the module named after it.

pub mod counter;
pub mod fold;
pub mod opening;
pub mod recorded;
pub mod slices;
pub mod summary;
pub mod tokens;
pub mod trail;
pub mod tree;
pub mod turns;
