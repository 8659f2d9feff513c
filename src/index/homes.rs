//! The homes of a process, each with its memory.

use std::path::{self, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};

use crate::fs::user_dirs::Directories;
use crate::index::home::HomeStore;
use crate::index::lru::{Lru, locked};
use crate::rollout::codex_home::CodexHome;

/// The number of homes that are remembered at a time: a process has one, and its tests have many.
const MAX_HOMES: usize = 8;

/// Homes by the path by which they were asked for, since answers name files by it, and by what that means here and now.
type Homes = Lru<(PathBuf, PathBuf), Arc<HomeStore>>;

static HOMES: LazyLock<Mutex<Homes>> = LazyLock::new(|| Mutex::new(Lru::new(MAX_HOMES)));

/// The memory of a home, shared by all who ask in this process.
#[must_use]
pub fn store_of(home: &CodexHome) -> Arc<HomeStore> {
    let path = path::absolute(home.path()).unwrap_or_else(|_| home.path().to_owned());
    let make = || Arc::new(HomeStore::new(home.clone(), Directories::from_env().cache));
    locked(&HOMES).get_or_insert_with((home.path().to_owned(), path), make)
}
