//! The questions that a home answers.

pub mod bill;
pub mod family;
pub mod join;
pub mod limits;
pub mod report;
pub mod responses;
pub mod resume;
pub mod rollout;
pub mod threads;
pub(crate) mod without_meta;
