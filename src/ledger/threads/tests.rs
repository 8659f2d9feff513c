use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::rollout::lines::scan_lines;

fn file(stem: &str, modified_ms: i64) -> RolloutFile {
    RolloutFile {
        path: PathBuf::from(format!("/home/dev/.codex/sessions/{stem}.jsonl")),
        stem: stem.to_owned(),
        archived: false,
        compressed: false,
        size: 0,
        modified_ms,
        last_record_ms: None,
    }
}

fn rollout(stem: &str, modified_ms: i64, lines: &[String]) -> FoldedRollout {
    let mut fold = Fold::new(RolloutName::parse_stem(stem));
    let text = lines.join("\n") + "\n";
    scan_lines(text.as_bytes(), &mut Vec::new(), &mut fold).unwrap();
    FoldedRollout { file: file(stem, modified_ms), fold: Box::new(fold) }
}

fn meta(facts: &str) -> String {
    format!(r#"{{"type":"session_meta","payload":{{{facts}}}}}"#)
}

fn count(last: u64, total: u64) -> String {
    let usage = |total| format!(r#"{{"input_tokens":{total},"total_tokens":{total}}}"#);
    let (last, total) = (usage(last), usage(total));
    format!(
        r#"{{"type":"event_msg","payload":{{"type":"token_count","info":{{"total_token_usage":{total},"last_token_usage":{last}}}}}}}"#
    )
}

fn turn(model: &str) -> String {
    format!(r#"{{"type":"turn_context","payload":{{"model":"{model}"}}}}"#)
}

/// Id, kind, parent and tokens of each thread.
fn summary(rollouts: &[FoldedRollout]) -> Vec<(String, ThreadKind, Option<String>, u64)> {
    let found = threads(rollouts).threads;
    found
        .into_iter()
        .map(|thread| {
            let total = thread.buckets.total().total();
            (thread.thread_id, thread.kind, thread.parent_thread_id, total)
        })
        .collect()
}

fn family() -> Vec<FoldedRollout> {
    let parent = [meta(r#""id":"p""#), turn("m"), count(100, 100), count(50, 150)];
    let copied = [meta(r#""id":"c""#), meta(r#""id":"p""#), turn("m"), count(100, 100)];
    let fork = [copied.as_slice(), &[turn("m2"), count(7, 107)]].concat();
    let agent =
        [meta(r#""id":"a","parent_thread_id":"p","source":{"subagent":"review"}"#), count(9, 9)];
    vec![rollout("p", 3, &parent), rollout("c", 2, &fork), rollout("a", 1, &agent)]
}

#[test]
fn threads_know_their_kind_and_their_parent() {
    let parent = Some("p".to_owned());
    let expected = [
        ("p".to_owned(), ThreadKind::Root, None, 150),
        ("c".to_owned(), ThreadKind::Fork, parent.clone(), 7),
        ("a".to_owned(), ThreadKind::Subagent, parent, 9),
    ];
    assert_eq!(summary(&family()), expected);
}

#[test]
fn a_reverted_thread_is_the_sum_of_its_rollouts_also_when_it_is_a_fork() {
    const ID: &str = "019b7f37-8646-7b42-af3b-3a02bcaed870";
    let stem = format!("rollout-2026-01-02T16-58-23-{ID}");
    let facts = format!(r#""id":"{ID}","forked_from_id":"p","history_base":{{"thread_id":"p"}}"#);
    let record = |id: &str, tokens: u64| {
        format!(
            r#"{{"type":"token_usage_record","payload":{{"thread_id":"{ID}","response_id":"{id}","usage":{{"input_tokens":{tokens},"total_tokens":{tokens}}}}}}}"#
        )
    };
    let first = rollout(&stem, 1, &[meta(&facts), record("r1", 100)]);
    let second = rollout(&format!("{stem}_segment"), 2, &[meta(&facts), record("r2", 30)]);
    let expected = [(ID.to_owned(), ThreadKind::Fork, Some("p".to_owned()), 130)];
    assert_eq!(summary(&[first.clone(), second.clone()]), expected);
    let thread = threads(&[first, second]).threads.remove(0);
    assert_eq!(thread.file.stem, format!("{stem}_segment"));
}

#[test]
fn a_revert_that_tells_of_no_limits_yet_takes_none_away() {
    const ID: &str = "019b7f37-8646-7b42-af3b-3a02bcaed870";
    let stem = format!("rollout-2026-01-02T16-58-23-{ID}");
    let facts = format!(r#""id":"{ID}","forked_from_id":"p","history_base":{{"thread_id":"p"}}"#);
    let limits = r#"{"timestamp":"2026-01-02T16:58:23.100Z","type":"event_msg","payload":{"type":"token_count","info":null,"rate_limits":{"limit_id":"codex","primary":{"used_percent":61.5,"window_minutes":300,"resets_at":1767380000}}}}"#;
    let first = rollout(&stem, 1, &[meta(&facts), limits.to_owned()]);
    let second = rollout(&format!("{stem}_segment"), 2, &[meta(&facts)]);
    let told = threads(std::slice::from_ref(&first)).threads.remove(0).limits;
    assert!(!told.is_empty());
    assert_eq!(threads(&[first, second]).threads.remove(0).limits, told);
}

#[test]
fn a_copy_that_somebody_made_of_a_rollout_counts_once_and_is_named() {
    let lines = [meta(r#""id":"p""#), count(100, 100)];
    let found = threads(&[rollout("p", 2, &lines), rollout("p-copy", 1, &lines)]);
    assert_eq!(found.threads.iter().map(|thread| thread.buckets.total().total()).sum::<u64>(), 100);
    let reason = "another copy of a thread that is counted already".to_owned();
    assert_eq!(found.skipped, [Skipped { path: file("p-copy", 1).path, reason }]);
}

#[test]
fn a_rollout_without_a_record_is_no_thread_and_is_named() {
    let found = threads(&[rollout("p", 1, &[])]);
    let reason = "no complete record".to_owned();
    assert_eq!(found.threads, []);
    assert_eq!(found.skipped, [Skipped { path: file("p", 1).path, reason }]);
}

#[test]
fn descendants_are_all_generations_and_a_loop_ends() {
    let parents = [("c", "b"), ("b", "a"), ("x", "y"), ("y", "x")];
    let family = |root: &'static str| {
        let spawned_by = |id: &&str| {
            let own = parents.iter().filter(|(_, parent)| parent == id);
            own.map(|(thread, _)| *thread).collect::<Vec<_>>()
        };
        let mut family: Vec<&str> = with_descendants([root], spawned_by).into_iter().collect();
        family.sort_unstable();
        family
    };
    assert_eq!(family("a"), ["a", "b", "c"]);
    assert_eq!(family("x"), ["x", "y"]);
    assert_eq!(family("none"), ["none"]);
}

proptest! {
    #[test]
    fn the_order_of_the_rollouts_does_not_change_what_threads_were_billed(
        order in Just((0..3usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let sorted = |rollouts: &[FoldedRollout]| {
            let mut all = summary(rollouts);
            all.sort_by(|a, b| a.0.cmp(&b.0));
            all
        };
        let family = family();
        let shuffled: Vec<_> = order.into_iter().map(|at| family[at].clone()).collect();
        prop_assert_eq!(sorted(&shuffled), sorted(&family));
    }
}
