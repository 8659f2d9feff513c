use std::fs;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use super::*;
use crate::index::query::bill::bill;
use crate::index::reading::progress::Watch;

#[test]
fn fifty_who_ask_at_once_are_served_by_one_refresh_and_one_reading() {
    const ASKING: usize = 50;
    let dir = tempfile::tempdir().unwrap();
    let day = dir.path().join("sessions/2026/01/02");
    fs::create_dir_all(&day).unwrap();
    let line = |at| {
        format!(r#"{{"type":"session_meta","payload":{{"id":"t-{at}","cwd":"/home/dev/x"}}}}"#)
    };
    for at in 0..200 {
        fs::write(day.join(format!("rollout-{at}.jsonl")), line(at) + "\n").unwrap();
    }
    let store = Arc::new(HomeStore::new(CodexHome::new(dir.path()), None));
    let (start, read) = (Arc::new(Barrier::new(ASKING + 1)), Arc::new(Watch::default()));
    let asking = (0..ASKING).map(|_| {
        let (store, start, read) = (Arc::clone(&store), Arc::clone(&start), Arc::clone(&read));
        thread::spawn(move || {
            start.wait();
            bill(&store, &read).unwrap().threads.len()
        })
    });
    // All of them ask while nobody can look yet.
    let held = store.lock();
    let asking: Vec<_> = asking.collect();
    start.wait();
    thread::sleep(Duration::from_millis(200));
    drop(held);
    for one in asking {
        assert_eq!(one.join().unwrap(), 200);
    }
    let bytes: u64 =
        fs::read_dir(&day).unwrap().map(|one| one.unwrap().metadata().unwrap().len()).sum();
    assert_eq!(read.progress().bytes_done, bytes);
    assert_eq!(store.lock().catalog.refreshes(), 1);
}

#[test]
fn a_caller_who_stops_takes_nothing_from_what_others_know() {
    let dir = tempfile::tempdir().unwrap();
    let day = dir.path().join("sessions/2026/01/02");
    fs::create_dir_all(&day).unwrap();
    let path = day.join("rollout-1.jsonl");
    fs::write(&path, "{\"type\":\"session_meta\",\"payload\":{\"id\":\"t-1\"}}\n").unwrap();
    let store = HomeStore::new(CodexHome::new(dir.path()), None);
    bill(&store, &Watch::default()).unwrap();
    let known =
        store.lock().catalog.tree.files.iter().map(|(slot, entry)| (slot, entry.born)).next();
    let (slot, born) = known.unwrap();
    store.note_failure(slot, born, &Error::cancelled("read rollout", &path));
    assert!(store.lock().cached(slot).is_some());
}
