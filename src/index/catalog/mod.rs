//! The files of a home: which there are, where they lie, and what the system says of them.

pub mod by_head;
pub mod by_workspace;
pub mod entry;
pub mod forms;
pub mod list;
pub mod moves;
pub mod refresh;
pub mod slots;
pub mod sparing;
pub mod stat;
pub mod stat_files;
pub mod tree;
