//! From files to records: which rollouts a Codex home has, how their lines are cut, what a record says.
//!
//! Nothing here knows what a token costs or which of them count.

pub mod activity;
pub mod compressed;
pub mod directory;
pub mod discover;
pub mod file_name;
pub mod head;
pub mod instructions;
pub mod lines;
pub mod look;
pub mod meta;
pub mod object;
pub mod open;
pub mod record;
pub mod tail;
pub mod text;
pub mod timestamp;
pub mod turn_state;
pub mod walk;
pub mod workspace;
