//! An export holds what the bill says, however it came about.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::Value;

use ao_plugin_codex::export::day_file::old_rows;
use ao_plugin_codex::export::export;
use ao_plugin_codex::export::exported::Exported;
use ao_plugin_codex::export::options::{Options, Paths};
use ao_plugin_codex::export::row::ThreadFacts;
use ao_plugin_codex::index::home::HomeStore;
use ao_plugin_codex::index::query::bill::bill;
use ao_plugin_codex::index::reading::progress::Watch;

use crate::happening;
use crate::world::{Happening, World};

/// What leaves every rollout whole, and none out.
fn is_harmless(happening: &Happening) -> bool {
    matches!(
        happening,
        Happening::Root
            | Happening::CopyingFork(_)
            | Happening::PointingFork(_)
            | Happening::Subagent(_)
            | Happening::Revert(_)
            | Happening::Append(..)
            | Happening::Compress(_)
            | Happening::Archive(_)
            | Happening::Unarchive(_)
            | Happening::SetClock(..)
    )
}

fn is_harmless_or_deletes(happening: &Happening) -> bool {
    is_harmless(happening) || matches!(happening, Happening::Delete(_))
}

fn options() -> Options {
    Options::new("ci-1", BTreeMap::new(), Paths::Full, None).unwrap()
}

fn export_to(directory: &Path, cache: &Path, world: &World) -> Exported {
    let store = Arc::new(HomeStore::new(world.home(), None));
    let facts = |_: &_| ThreadFacts::default();
    export(&[store], directory, &options(), Some(cache), facts, &Watch::default()).unwrap()
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for day in fs::read_dir(directory).unwrap().map(Result::unwrap) {
        let name = day.file_name();
        if name.to_str().unwrap().starts_with("day=") {
            found.push(day.path().join("host=ci-1/responses.ndjson.gz"));
        }
    }
    found.sort();
    found
}

/// Every row by its id; one that comes twice fails.
fn rows(directory: &Path) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for file in files(directory) {
        for row in old_rows(&file).unwrap() {
            let row = row.unwrap();
            let [id, line] = [row.id(), row.line()].map(|text| String::from_utf8_lossy(text));
            assert!(all.insert(id.to_string(), line.into()).is_none(), "{id}");
        }
    }
    all
}

/// The tokens of each thread by kind.
type Sums = BTreeMap<String, [u64; 5]>;

fn sums(rows: &BTreeMap<String, String>) -> Sums {
    let mut sums = Sums::new();
    for line in rows.values() {
        let row: Value = serde_json::from_str(line).unwrap();
        let sum =
            sums.entry(row.get("threadId").unwrap().as_str().unwrap().to_owned()).or_default();
        let columns = [
            "inputTokens",
            "cachedInputTokens",
            "cacheWriteInputTokens",
            "outputTokens",
            "reasoningOutputTokens",
        ];
        for (sum, column) in sum.iter_mut().zip(columns) {
            *sum += row.get(column).unwrap().as_u64().unwrap();
        }
    }
    sums
}

fn billed(world: &World) -> Sums {
    let store = HomeStore::new(world.home(), None);
    let threads = bill(&store, &Watch::default()).unwrap().threads;
    let billed = threads.into_iter().filter(|thread| !thread.buckets.is_empty()).map(|thread| {
        let usage = thread.buckets.total();
        let tokens = [
            usage.input,
            usage.cached_input,
            usage.cache_write_input,
            usage.output,
            usage.reasoning_output,
        ];
        (thread.thread_id, tokens)
    });
    billed.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if crate::is_full() { 48 } else { 24 }, ..ProptestConfig::default() })]
    #[test]
    fn rows_add_up_to_the_bill_whenever_they_are_exported(
        happenings in prop::collection::vec((happening().prop_filter("harmless", is_harmless), any::<bool>()), 1..24),
    ) {
        let (step_by_step, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut world = World::new();
        for (happening, is_exported) in happenings {
            world.happen(happening);
            if is_exported {
                export_to(step_by_step.path(), cache.path(), &world);
            }
        }
        export_to(step_by_step.path(), cache.path(), &world);
        let at_once = tempfile::tempdir().unwrap();
        let first = export_to(at_once.path(), cache.path(), &world);
        prop_assert_eq!(first.skipped, vec![]);
        let rows = rows(at_once.path());
        prop_assert_eq!(sums(&rows), billed(&world));
        prop_assert_eq!(crate::export::rows(step_by_step.path()), rows);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if crate::is_full() { 48 } else { 24 }, ..ProptestConfig::default() })]
    #[test]
    fn any_order_of_exports_and_deletions_gives_the_same_rows(
        happenings in prop::collection::vec(
            (happening().prop_filter("harmless", is_harmless_or_deletes), any::<bool>()),
            1..24,
        ),
    ) {
        let often = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let seldom = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut world = World::new();
        for (happening, is_exported) in happenings {
            let deletes = matches!(happening, Happening::Delete(_));
            if deletes || is_exported {
                export_to(often.0.path(), often.1.path(), &world);
            }
            if deletes {
                export_to(seldom.0.path(), seldom.1.path(), &world);
            }
            world.happen(happening);
        }
        export_to(often.0.path(), often.1.path(), &world);
        export_to(seldom.0.path(), seldom.1.path(), &world);
        prop_assert_eq!(rows(often.0.path()), rows(seldom.0.path()));
    }
}

/// Bytes and times of every file.
fn state(directory: &Path) -> Vec<(PathBuf, Vec<u8>, std::time::SystemTime)> {
    let state = |path: PathBuf| {
        let modified = fs::metadata(&path).unwrap().modified().unwrap();
        (path.clone(), fs::read(path).unwrap(), modified)
    };
    files(directory).into_iter().map(state).collect()
}

fn small_world() -> World {
    let mut world = World::new();
    for happening in [Happening::Root, Happening::CopyingFork(0), Happening::PointingFork(0)] {
        world.happen(happening);
    }
    world.happen(Happening::Append(0, 3));
    world
}

#[test]
fn a_second_export_reads_no_thread_and_writes_nothing() {
    let (directory, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let world = small_world();
    let first = export_to(directory.path(), cache.path(), &world);
    assert!(first.responses > 0 && !first.written.is_empty());
    let before = state(directory.path());
    let second = export_to(directory.path(), cache.path(), &world);
    assert_eq!((second.threads, second.threads_read), (first.threads, 0));
    assert_eq!(state(directory.path()), before);
    // Nor does one that knows nothing of the first.
    let other = tempfile::tempdir().unwrap();
    let third = export_to(directory.path(), other.path(), &world);
    assert_eq!((third.responses, third.written), (first.responses, vec![]));
    assert_eq!(state(directory.path()), before);
}

#[test]
fn a_rollout_that_was_deleted_keeps_its_rows() {
    let (directory, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut world = small_world();
    export_to(directory.path(), cache.path(), &world);
    let before = rows(directory.path());
    world.happen(Happening::Delete(0));
    let other = tempfile::tempdir().unwrap();
    for cache in [cache.path(), other.path()] {
        export_to(directory.path(), cache, &world);
        assert_eq!(rows(directory.path()), before);
    }
}

#[test]
fn a_day_that_was_deleted_is_written_anew() {
    let (directory, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let world = small_world();
    export_to(directory.path(), cache.path(), &world);
    let before = rows(directory.path());
    fs::remove_file(&files(directory.path())[0]).unwrap();
    export_to(directory.path(), cache.path(), &world);
    assert_eq!(rows(directory.path()), before);
}

#[test]
fn many_exports_at_once_lose_no_row() {
    let (directory, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let world = small_world();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| export_to(directory.path(), cache.path(), &world));
        }
    });
    assert_eq!(sums(&rows(directory.path())), billed(&world));
}
