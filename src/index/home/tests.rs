use std::fs;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use super::*;
use crate::index::query::bill::{bill, bill_in_parts};
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

#[test]
fn nobody_waits_while_the_parts_of_a_bill_are_taken() {
    let dir = tempfile::tempdir().unwrap();
    let day = dir.path().join("sessions/2026/01/02");
    fs::create_dir_all(&day).unwrap();
    for at in 0..250 {
        let line = format!(r#"{{"type":"session_meta","payload":{{"id":"t-{at}"}}}}"#);
        fs::write(day.join(format!("rollout-{at}.jsonl")), line + "\n").unwrap();
    }
    let store = HomeStore::new(CodexHome::new(dir.path()), None);
    let mut parts = Vec::new();
    bill_in_parts(&store, &Watch::default(), &|_| true, |part| {
        assert!(store.state.try_lock().is_ok());
        // What others learn meanwhile takes nothing from this bill.
        for thread in &part {
            fs::remove_file(&thread.file.path).unwrap();
        }
        store.revision().unwrap();
        parts.push(part.len());
        Ok(())
    })
    .unwrap();
    assert_eq!(parts, [100, 100, 50]);
}
