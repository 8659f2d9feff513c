//! The homes of a process, each with its memory.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::codex_home::CodexHome;
use crate::store::home::HomeStore;
use crate::store::place::cache_directory;

/// How many homes are remembered at a time: a process has one, and its tests have many.
const MAX_HOMES: usize = 8;

static HOMES: OnceLock<Mutex<Homes>> = OnceLock::new();

#[derive(Debug, Default)]
struct Homes {
    /// By the path by which the home was asked for, since answers name files by it, and by what that means here and now.
    stores: HashMap<(PathBuf, PathBuf), (Arc<HomeStore>, u64)>,
    clock: u64,
}

/// The memory of a home, shared by all who ask in this process.
#[must_use]
pub fn store_of(home: &CodexHome) -> Arc<HomeStore> {
    let mut homes =
        HOMES.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    let Homes { stores, clock } = &mut *homes;
    *clock += 1;
    let path = std::path::absolute(home.path()).unwrap_or_else(|_| home.path().to_owned());
    let key = (home.path().to_owned(), path);
    let (store, used) = stores
        .entry(key)
        .or_insert_with(|| (Arc::new(HomeStore::new(home.clone(), cache_directory())), 0));
    *used = *clock;
    let store = Arc::clone(store);
    if stores.len() > MAX_HOMES {
        let oldest = stores.iter().min_by_key(|(_, (_, used))| *used);
        if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
            stores.remove(&oldest);
        }
    }
    store
}
