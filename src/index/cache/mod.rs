//! What an earlier process knew of a home: one file on disk.

pub mod decode;
pub mod encode;
pub mod file;
pub mod place;
pub mod policy;
pub mod states;
