//! A fold that is put away behind any line of a sample, and taken out again, goes on as if it had never stopped.

#![expect(clippy::unwrap_used, reason = "a test fails by its panic")]

use std::fs;
use std::path::{Path, PathBuf};

use ao_plugin_codex::codec::{decode, encode, stable_hash};
use ao_plugin_codex::index::cache::file::FORMAT;
use ao_plugin_codex::ledger::fold::Fold;
use ao_plugin_codex::ledger::summary::Summary;
use ao_plugin_codex::rollout::lines::{LineSink, scan_lines};
use ao_plugin_codex::rollout::name::RolloutName;

fn samples(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            samples(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "jsonl") {
            found.push(path);
        }
    }
}

fn all_samples() -> Vec<PathBuf> {
    let mut found = Vec::new();
    samples(&Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/codex-home"), &mut found);
    assert!(found.len() > 10);
    found.sort();
    found
}

/// The format of the cache file, and a hash of the states and summaries of all samples in it.
///
/// When this test fails, a new build would take the states of an old one for something else: raise `FORMAT` and put
/// both numbers here.
#[test]
fn what_is_kept_of_the_samples_is_what_the_format_number_stands_for() {
    let cached: Vec<(Vec<u8>, Vec<u8>)> = all_samples()
        .iter()
        .map(|path| {
            let name = RolloutName::parse(path.file_name().unwrap().to_str().unwrap()).unwrap();
            let mut fold = Fold::new(name.thread_id);
            scan_lines(&*fs::read(path).unwrap(), &mut Vec::new(), &mut fold).unwrap();
            (encode(&fold), encode(&Summary::new(&fold)))
        })
        .collect();
    assert_eq!((FORMAT, stable_hash(&cached)), (12, 356_677_766_682_775_403));
}

#[test]
fn a_fold_that_is_kept_behind_any_line_goes_on_where_it_stopped() {
    for path in all_samples() {
        let text = fs::read(&path).unwrap();
        let name = RolloutName::parse(path.file_name().unwrap().to_str().unwrap()).unwrap();
        let mut whole = Fold::new(name.thread_id);
        scan_lines(&*text, &mut Vec::new(), &mut whole).unwrap();
        let mut cached = encode(&Fold::new(name.thread_id));
        for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let mut fold: Fold = decode(&cached).unwrap();
            fold.line(line);
            cached = encode(&fold);
        }
        let cached: Fold = decode(&cached).unwrap();
        let summary = Summary::new(&whole);
        assert_eq!(Summary::new(&cached), summary, "{}", path.display());
        assert_eq!(decode(&encode(&summary)), Some(summary));
    }
}
