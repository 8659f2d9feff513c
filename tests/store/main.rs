//! Whatever happens to a home, and in whatever order: what the store answers is what one without a memory would.

#![expect(clippy::unwrap_used, reason = "a test fails by its panic")]

mod damage;
mod export;
mod fresh;
mod moves;
mod world;

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;

use ao_plugin_codex::billing::report::{Selection, select};
use ao_plugin_codex::fs::open::modified_ms;
use ao_plugin_codex::index::home::HomeStore;
use ao_plugin_codex::index::query::bill::{Bill, bill, bill_in_parts, limits_of_threads};
use ao_plugin_codex::index::query::family::families;
use ao_plugin_codex::index::query::resume::find;
use ao_plugin_codex::index::reading::activity::activity_of;
use ao_plugin_codex::index::reading::progress::Watch;
use ao_plugin_codex::ledger::summary::SummaryPrefix;
use ao_plugin_codex::ledger::threads::{Thread, ThreadKind};
use ao_plugin_codex::rollout::activity::{End, read_end};
use world::{Happening, World};

/// With `FULL=1`, as `npm test -- slow` runs it, more cases; without, those that take seconds.
pub(crate) fn is_full() -> bool {
    std::env::var_os("FULL").is_some()
}

pub(crate) fn happening() -> impl Strategy<Value = Happening> {
    let at = 0usize..64;
    prop_oneof![
        4 => Just(Happening::Root),
        2 => at.clone().prop_map(Happening::CopyingFork),
        2 => at.clone().prop_map(Happening::PointingFork),
        2 => at.clone().prop_map(Happening::Subagent),
        1 => at.clone().prop_map(Happening::Revert),
        8 => (at.clone(), any::<u8>()).prop_map(|(at, count)| Happening::Append(at, count)),
        3 => at.clone().prop_map(Happening::AppendHalf),
        2 => at.clone().prop_map(Happening::FinishHalf),
        2 => at.clone().prop_map(Happening::AppendWithoutNewline),
        1 => at.clone().prop_map(Happening::Rotate),
        2 => (at.clone(), any::<u8>()).prop_map(|(at, part)| Happening::Truncate(at, part)),
        2 => at.clone().prop_map(Happening::Replace),
        3 => at.clone().prop_map(Happening::RewriteInPlace),
        2 => at.clone().prop_map(Happening::RewriteAndGrow),
        2 => at.clone().prop_map(Happening::Compress),
        2 => at.clone().prop_map(Happening::Archive),
        2 => at.clone().prop_map(Happening::Unarchive),
        1 => at.clone().prop_map(Happening::Copy),
        2 => at.clone().prop_map(Happening::Delete),
        2 => (at.clone(), -90i32..90).prop_map(|(at, hours)| Happening::SetClock(at, hours)),
        1 => at.prop_map(Happening::Forbid),
        1 => Just(Happening::Block),
        1 => Just(Happening::Nothing),
    ]
}

/// Everything that a store is asked.
fn assert_knows(store: &HomeStore, world: &World) -> Result<(), TestCaseError> {
    let fresh = fresh::bill(&world.home());
    let bill = bill(store, &Watch::default()).unwrap();
    prop_assert_eq!(&bill, &fresh);
    assert_knows_parts(store, &fresh)?;
    for workspace in (0..3).map(World::workspace) {
        let found = find(store, std::slice::from_ref(&workspace)).unwrap().pop().flatten();
        let found = found.map(|head| head.facts.thread_id.to_string());
        prop_assert_eq!(found, fresh::find(&world.home(), &workspace));
    }
    Ok(())
}

/// A part of the bill, and the limits, which are told without most threads, are those of all of them.
fn assert_knows_parts(store: &HomeStore, fresh: &Bill) -> Result<(), TestCaseError> {
    let times: BTreeSet<i64> = fresh.threads.iter().filter_map(|one| one.last_record_ms).collect();
    for since in times {
        for running_since_ms in [None, Some(since)] {
            let selection =
                Selection { since_ms: Some(since), running_since_ms, ..Selection::default() };
            let mut threads = Vec::new();
            let may_matter = |prefix: &SummaryPrefix| selection.may_keep(prefix);
            let skipped = bill_in_parts(store, &Watch::default(), &may_matter, |part| {
                threads.extend(part);
                Ok(())
            });
            prop_assert_eq!(&skipped.unwrap(), &fresh.skipped);
            prop_assert_eq!(select(threads, &selection), select(fresh.threads.clone(), &selection));
        }
    }
    let mut limits = Vec::new();
    let take = |id: &str, bytes: &[u8]| limits.push((id.to_owned(), bytes.to_vec()));
    limits_of_threads(store, &Watch::default(), take).unwrap();
    let tells = |one: &&Thread| !one.limits.is_empty();
    let of_bill = fresh.threads.iter().filter(tells);
    let of_bill: Vec<_> = of_bill.map(|one| (one.thread_id.clone(), one.limits.to_vec())).collect();
    prop_assert_eq!(limits, of_bill);
    Ok(())
}

/// Checks that each thread's activity is what the end of its rollout says.
fn assert_knows_activities(world: &World) -> Result<(), TestCaseError> {
    for path in world.rollouts() {
        let compressed = path.extension().is_some_and(|extension| extension == "zst");
        let known = activity_of(&path).ok().flatten();
        let fresh = read_end(&path, compressed).ok().map(|lines| {
            let metadata = path.metadata().unwrap();
            End::of(&lines).activity(modified_ms(&metadata), metadata.len())
        });
        prop_assert_eq!(known, fresh);
    }
    Ok(())
}

/// The thread of each family, and its subagents, are those of the bill, and nobody's is missing.
fn assert_knows_families(store: &Arc<HomeStore>, world: &World) -> Result<(), TestCaseError> {
    let fresh = fresh::bill(&world.home());
    let threads = fresh::by_id(&fresh);
    let ids: Vec<String> = threads.keys().map(|id| (*id).to_owned()).collect();
    for (id, family) in ids.iter().zip(families(store, &ids).unwrap()) {
        let family = family.unwrap();
        prop_assert_eq!(Some(&&family.thread), threads.get(id.as_str()));
        prop_assert_eq!(family.subagents, fresh::subagents(&fresh, id));
    }
    Ok(())
}

proptest! {
    // Others at every run; what has failed once is kept and comes first.
    #![proptest_config(ProptestConfig {
        cases: if is_full() { 64 } else { 24 },
        max_shrink_iters: 300,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_store_that_lives_on_and_one_that_is_taken_up_again_answer_as_a_new_one(
        happenings in prop::collection::vec(happening(), 1..60),
    ) {
        let mut world = World::new();
        let cache = tempfile::tempdir().unwrap();
        let store = Arc::new(HomeStore::new(world.home(), None));
        let mut again = Arc::new(HomeStore::new(world.home(), Some(cache.path().to_owned())));
        for (step, happening) in happenings.iter().enumerate() {
            world.happen(*happening);
            if step % 3 != 1 {
                assert_knows(&store, &world)?;
            }
            if step % 5 == 0 {
                assert_knows_families(&store, &world)?;
                assert_knows_families(&again, &world)?;
            }
            assert_knows_activities(&world)?;
            if step % 4 != 2 {
                assert_knows(&again, &world)?;
            }
            if step % 3 == 2 {
                prop_assert!(again.save());
                again = Arc::new(HomeStore::new(world.home(), Some(cache.path().to_owned())));
            }
        }
    }
}

#[test]
fn a_copy_stands_for_a_thread_whose_own_rollout_cannot_be_read() {
    let mut world = World::new();
    let store = HomeStore::new(world.home(), None);
    let roots = [Happening::Root; 5];
    let damage =
        [Happening::Delete(15), Happening::Copy(41), Happening::Forbid(56), Happening::Archive(61)];
    for happening in roots.into_iter().chain(damage) {
        world.happen(happening);
        assert_knows(&store, &world).unwrap();
    }
}

#[test]
fn a_fork_of_a_thread_whose_first_line_is_broken_goes_on_from_its_counter() {
    let mut world = World::new();
    world.happen(Happening::Root);
    world.happen(Happening::PointingFork(0));
    let parent = &world.rollouts()[1];
    let text = std::fs::read_to_string(parent).unwrap();
    let (meta, rest) = text.split_once('\n').unwrap();
    std::fs::write(parent, format!("{}\n{rest}", &meta[..meta.len() / 2])).unwrap();
    let store = Arc::new(HomeStore::new(world.home(), None));
    assert_knows_families(&store, &world).unwrap();
}

#[test]
fn a_subagent_whose_first_line_is_broken_belongs_to_whom_its_records_name() {
    let mut world = World::new();
    world.happen(Happening::Root);
    world.happen(Happening::Subagent(0));
    world.happen(Happening::Subagent(0));
    let path = &world.rollouts()[0];
    let text = std::fs::read_to_string(path).unwrap();
    std::fs::write(path, format!("{{\"timestamp\":\n{text}")).unwrap();
    let store = Arc::new(HomeStore::new(world.home(), None));
    assert_knows_families(&store, &world).unwrap();
    let roots = fresh::bill(&world.home()).threads;
    let roots = roots.iter().filter(|thread| thread.kind == ThreadKind::Root);
    let ids: Vec<String> = roots.map(|thread| thread.thread_id.clone()).collect();
    let families = families(&store, &ids).unwrap();
    let counts = families.iter().flatten().map(|family| family.subagents.len());
    assert_eq!(counts.collect::<Vec<_>>(), [2]);
}

#[test]
fn what_an_earlier_process_has_read_is_not_read_again() {
    let mut world = World::new();
    for _ in 0..5 {
        world.happen(Happening::Root);
    }
    let cache = tempfile::tempdir().unwrap();
    let store = || HomeStore::new(world.home(), Some(cache.path().to_owned()));
    let read = |store: &HomeStore| {
        let watch = Watch::default();
        bill(store, &watch).unwrap();
        watch.progress().bytes_done
    };
    let sizes = world.rollouts().iter().map(|path| path.metadata().unwrap().len()).sum::<u64>();
    // What was written in the tick in which it was read is doubted.
    std::thread::sleep(std::time::Duration::from_millis(50));
    let first = store();
    assert_eq!([read(&first), read(&first)], [sizes, 0]);
    assert!(first.save());
    assert_eq!(read(&store()), 0);
    let path = &world.rollouts()[3];
    let line = "{\"timestamp\":\"2026-01-02T16:58:23Z\",\"type\":\"event_msg\",\"payload\":{}}\n";
    std::io::Write::write_all(
        &mut std::fs::OpenOptions::new().append(true).open(path).unwrap(),
        line.as_bytes(),
    )
    .unwrap();
    assert_eq!([read(&first), read(&store())], [line.len() as u64; 2]);
}
