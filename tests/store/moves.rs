//! A rollout that is put away and taken back while somebody looks is always there, once.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use ao_plugin_codex::index::home::HomeStore;
use ao_plugin_codex::index::query::bill::bill;
use ao_plugin_codex::index::query::family::family;
use ao_plugin_codex::index::query::threads::threads;
use ao_plugin_codex::index::reading::progress::Watch;
use ao_plugin_codex::rollout::codex_home::CodexHome;

/// The number of refreshes.
const LOOKS: usize = 300;

/// The time that a rollout stays where it is: it moves several times in a walk.
const SHORT: Duration = Duration::from_micros(60);

/// The time that is mostly enough to read it where it was found.
const LONG: Duration = Duration::from_millis(2);

/// The number of callers that ask at once.
const ASKING: usize = 4;

/// Moves a rollout to and fro until it is dropped.
struct Restless {
    over: Arc<AtomicBool>,
    mover: Option<JoinHandle<()>>,
}

impl Restless {
    fn new(active: PathBuf, archived: PathBuf, stay: Duration) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&over);
        let mover = thread::spawn(move || {
            while !told.load(Ordering::Relaxed) {
                fs::rename(&active, &archived).unwrap();
                thread::sleep(stay);
                fs::rename(&archived, &active).unwrap();
                thread::sleep(stay);
            }
        });
        Self { over, mover: Some(mover) }
    }
}

impl Drop for Restless {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        self.mover.take().map(JoinHandle::join);
    }
}

/// A home of a few rollouts, one of which does not rest.
fn home(root: &Path, stay: Duration) -> Restless {
    let day = root.join("sessions/2026/01/02");
    fs::create_dir_all(&day).unwrap();
    fs::create_dir(root.join("archived_sessions")).unwrap();
    for at in 0..20 {
        let line =
            format!(r#"{{"type":"session_meta","payload":{{"id":"t-{at}","cwd":"/home"}}}}"#);
        fs::write(day.join(format!("rollout-{at}.jsonl")), line + "\n").unwrap();
    }
    let name = "rollout-7.jsonl";
    Restless::new(day.join(name), root.join("archived_sessions").join(name), stay)
}

/// The numbers of threads that are found at the refreshes, each number once.
fn counts(mut look: impl FnMut() -> usize) -> Vec<usize> {
    let mut counts: Vec<usize> = (0..LOOKS).map(|_| look()).collect();
    counts.sort_unstable();
    counts.dedup();
    counts
}

/// The numbers that some find who ask one store at once.
fn counts_of_many(look: impl Fn(&Arc<HomeStore>) -> usize + Sync) -> Vec<usize> {
    let root = tempfile::tempdir().unwrap();
    let _restless = home(root.path(), LONG);
    let store = Arc::new(HomeStore::new(CodexHome::new(root.path()), None));
    let mut all: Vec<usize> = thread::scope(|scope| {
        let asking = || counts(|| look(&store));
        let asking: Vec<_> = (0..ASKING).map(|_| scope.spawn(asking)).collect();
        asking.into_iter().flat_map(|one| one.join().unwrap()).collect()
    });
    all.sort_unstable();
    all.dedup();
    all
}

/// The rollouts that are billed, or said to move too fast to be.
fn threads_of(store: &HomeStore) -> usize {
    let bill = bill(store, &Watch::default()).unwrap();
    bill.threads.len() + bill.skipped.len()
}

#[test]
fn a_rollout_that_moves_to_and_fro_is_never_lost_by_a_store_that_lives_on() {
    let root = tempfile::tempdir().unwrap();
    let _restless = home(root.path(), SHORT);
    let store = HomeStore::new(CodexHome::new(root.path()), None);
    assert_eq!(counts(|| threads_of(&store)), [20]);
}

#[test]
fn a_rollout_that_moves_to_and_fro_is_never_lost_by_a_first_refresh() {
    let root = tempfile::tempdir().unwrap();
    let _restless = home(root.path(), SHORT);
    let store = || HomeStore::new(CodexHome::new(root.path()), None);
    assert_eq!(counts(|| threads_of(&store())), [20]);
}

#[test]
fn a_rollout_that_moves_is_in_the_bill_of_each_of_many_who_ask_at_once() {
    assert_eq!(counts_of_many(|store| threads_of(store)), [20]);
}

#[test]
fn a_rollout_that_moves_is_in_the_list_of_each_of_many_who_ask_at_once() {
    let listed = |store: &Arc<HomeStore>| {
        let list = threads(store).unwrap();
        list.heads.len() + list.skipped.len()
    };
    assert_eq!(counts_of_many(listed), [20]);
}

#[test]
fn a_thread_that_moves_has_a_cost_for_each_of_many_who_ask_at_once() {
    let found = |store: &Arc<HomeStore>| usize::from(family(store, "t-7").unwrap().is_some());
    assert_eq!(counts_of_many(found), [1]);
}
