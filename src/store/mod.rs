//! What is remembered of Codex homes between calls, so that a later look costs what changed since.
//!
//! A *look* brings the list of files up to date: by what the kernel tells, or by a walk. What is then asked for and was
//! not read, or has changed, is read; a rollout that only grew is read from where the last look stopped. The answer is
//! always what a first look would give.

pub mod activities;
mod asking;
pub mod bill;
mod chase;
pub mod entry;
pub mod events;
pub mod family;
pub mod files;
pub mod find;
mod gather;
pub mod glance;
mod headless;
pub mod heads;
pub mod home;
pub mod homes;
pub mod image;
pub mod kept;
pub mod list;
pub mod list_threads;
pub mod listing;
pub mod live;
pub mod lookup;
pub mod one;
pub mod parallel;
pub mod place;
pub mod recall;
pub mod recent;
pub mod refold;
pub mod saved;
mod saving;
pub mod search;
pub mod settled;
pub mod stat;
pub mod state;
pub mod watch;
pub mod workspaces;
