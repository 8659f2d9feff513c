//! The checks of the fuzzer, without the fuzzer: every input that it was given to begin with or that it found something
//! with (`fuzz/corpus`), and every rollout of the samples.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by its panic")]

mod checks;

use std::fs;
use std::path::{Path, PathBuf};

fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn replay(target: &str, check: fn(&[u8])) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    files(&root.join("fuzz/corpus").join(target), &mut found);
    assert!(!found.is_empty(), "{target} has no corpus");
    files(&root.join("samples/codex-home"), &mut found);
    for path in found {
        check(&fs::read(path).unwrap());
    }
}

#[test]
fn records_are_read_however_they_are_spelled() {
    replay("records", checks::records);
}

#[test]
fn a_cut_head_never_says_what_the_whole_does_not() {
    replay("heads", checks::heads);
}

#[test]
fn lines_are_the_same_wherever_a_read_ends() {
    replay("lines", checks::lines);
}

#[test]
fn a_fold_goes_on_where_it_was_put_away() {
    replay("fold", checks::fold);
}

#[test]
fn compressed_text_comes_back_or_fails() {
    replay("zst", checks::zst);
}

#[test]
fn prices_are_never_below_nothing() {
    replay("prices", checks::prices);
}

#[test]
fn what_is_kept_on_disk_is_taken_as_it_was_put_away_or_not_at_all() {
    replay("kept", checks::cached);
}

#[test]
fn events_are_read_whatever_stands_between_them() {
    replay("events", checks::events);
}
