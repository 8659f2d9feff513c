//! From files to records: which rollouts a Codex home has, how their lines are cut, what a record says.
//!
//! Nothing here knows what a token costs or which of them count.

pub mod activity;
pub mod codex_home;
pub mod drive;
pub mod file;
pub mod head;
pub mod lines;
pub mod name;
pub mod record;
pub mod repository;
pub mod tail;
pub mod timestamp;
pub mod turn;
pub mod workspace;
pub mod zstd;
