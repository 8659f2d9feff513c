//! From records to what a thread was billed. Pure: bytes and state in, state out.
//!
//! `docs/accounting.md` says what counts, and why; each rule lives once, in the module named after it.

pub mod buckets;
pub mod copied_history;
pub mod counter;
pub mod counter_base;
pub mod fold;
pub mod last_context;
pub mod limit_readings;
pub mod summary;
pub mod thread_kind;
pub mod threads;
pub mod tokens;
pub mod turn_context;
pub mod usage_records;
