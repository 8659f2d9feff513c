//! A fold that is put away behind any line of a sample, and taken out again, goes on as if it had never stopped.

#![expect(clippy::unwrap_used, reason = "a test fails by its panic")]

use std::fs;
use std::path::{Path, PathBuf};

use ao_plugin_codex::codec::{pack, unpack};
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

#[test]
fn a_fold_that_is_kept_behind_any_line_goes_on_where_it_stopped() {
    let mut found = Vec::new();
    samples(&Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/codex-home"), &mut found);
    assert!(found.len() > 10);
    for path in found {
        let text = fs::read(&path).unwrap();
        let name = RolloutName::parse(path.file_name().unwrap().to_str().unwrap()).unwrap();
        let mut whole = Fold::new(name.thread_id);
        scan_lines(&*text, &mut Vec::new(), &mut whole).unwrap();
        let mut kept = pack(&Fold::new(name.thread_id));
        for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let mut fold: Fold = unpack(&kept).unwrap();
            fold.line(line);
            kept = pack(&fold);
        }
        let kept: Fold = unpack(&kept).unwrap();
        let summary = Summary::new(&whole);
        assert_eq!(Summary::new(&kept), summary, "{}", path.display());
        assert_eq!(unpack(&pack(&summary)), Some(summary));
    }
}
