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
    // The fuzzer is built by itself, so that nothing else would notice a target whose check has another name.
    let source = fs::read_to_string(root.join(format!("fuzz/fuzz_targets/{target}.rs"))).unwrap();
    assert!(source.contains(&format!("checks::{target}(bytes)")), "{source}");
    let mut found = Vec::new();
    files(&root.join("fuzz/corpus").join(target), &mut found);
    assert!(!found.is_empty(), "{target} has no corpus");
    files(&root.join("samples/codex-home"), &mut found);
    for path in found {
        check(&fs::read(path).unwrap());
    }
}

/// Makes a test of each check, and one that finds a target without a check or a manifest entry.
macro_rules! replays {
    ($($test:ident: $target:ident)*) => {
        $(
            #[test]
            fn $test() {
                replay(stringify!($target), checks::$target);
            }
        )*

        #[test]
        fn each_target_is_built_and_replayed() {
            let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
            let mut sources = Vec::new();
            files(&fuzz.join("fuzz_targets"), &mut sources);
            let mut targets: Vec<String> = sources
                .iter()
                .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
                .collect();
            targets.sort();
            let mut replayed = vec![$(stringify!($target)),*];
            replayed.sort_unstable();
            assert_eq!(targets, replayed);
            let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
            for target in targets {
                let path = format!("path = \"fuzz_targets/{target}.rs\"");
                assert!(manifest.contains(&path), "{target} is not in fuzz/Cargo.toml");
            }
        }
    };
}

replays! {
    records_are_read_however_they_are_spelled: records
    a_cut_head_never_says_what_the_whole_does_not: heads
    lines_are_the_same_wherever_a_read_ends: lines
    a_fold_goes_on_where_it_was_put_away: fold
    compressed_text_comes_back_or_fails: zst
    prices_are_never_below_nothing: prices
    what_is_cached_is_taken_as_it_was_encoded_or_not_at_all: cached
    events_are_read_whatever_stands_between_them: events
    what_git_files_name_ends_before_the_ends_of_lines: git
}
