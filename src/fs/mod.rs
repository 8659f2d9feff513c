//! The one floor that asks the kernel: directories, files, their stamps, and what changes in them.

pub mod atomic;
pub(crate) mod child;
pub(crate) mod disk;
pub mod file_stamp;
pub(crate) mod guarded;
pub mod open;
pub mod parallel;
pub(crate) mod process_group;
pub mod user_dirs;
pub mod watch;
