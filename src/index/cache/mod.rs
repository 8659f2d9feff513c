//! The cache of a home between processes: one file on disk.

pub mod decode;
pub mod encode;
pub mod file;
pub mod home_cache;
pub mod policy;
pub mod states;
