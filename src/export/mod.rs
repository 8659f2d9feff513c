//! What was billed as plain files for many machines: one row for each response.
//!
//! ```text
//! DIR/day=2026-11-28/host=NAME/responses.ndjson.gz
//! ```
//!
//! A file holds the responses of one UTC day and one host, in the order of their times. It is written whole and put in
//! place by a rename. What an export finds is added to what an earlier one wrote: a rollout that was deleted meanwhile
//! keeps its rows.

pub mod checkpoint;
pub mod day_file;
pub mod options;
pub mod sort;
