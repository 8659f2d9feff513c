use std::fmt::Write as _;

use super::*;
use crate::rollout::lines::scan_lines;
use crate::rollout::record::TokenUsage;

/// An id of version 7 whose time is `ms`.
fn id(ms: u64) -> String {
    format!("{:08x}-{:04x}-7000-8000-000000000000", ms >> 16, ms & 0xffff)
}

/// Writes rollouts as Codex does, one record a call.
#[derive(Default)]
struct Rollout {
    text: String,
    at_ms: i64,
    ordinal: Option<u64>,
}

impl Rollout {
    fn new(meta: &str) -> Self {
        let mut rollout = Self { at_ms: 1_767_373_100_000, ..Self::default() };
        rollout.record("session_meta", meta);
        rollout
    }

    fn thread(id: &str) -> Self {
        Self::new(&format!(r#"{{"id":"{id}","cwd":"/home/dev/a"}}"#))
    }

    fn paginated(mut self) -> Self {
        self.ordinal = Some(100);
        self
    }

    fn record(&mut self, kind: &str, payload: &str) -> &mut Self {
        let at = chrono::DateTime::from_timestamp_millis(self.at_ms).unwrap().format("%FT%T%.3fZ");
        let ordinal =
            self.ordinal.map(|ordinal| format!(r#""ordinal":{ordinal},"#)).unwrap_or_default();
        let line =
            format!(r#"{{"timestamp":"{at}",{ordinal}"type":"{kind}","payload":{payload}}}"#);
        writeln!(self.text, "{line}").unwrap();
        self.ordinal = self.ordinal.map(|ordinal| ordinal + 1);
        self
    }

    fn later(&mut self, ms: i64) -> &mut Self {
        self.at_ms += ms;
        self
    }

    fn turn(&mut self, turn_id: Option<&str>, model: &str) -> &mut Self {
        let turn_id = turn_id.map(|id| format!(r#""turn_id":"{id}","#)).unwrap_or_default();
        self.record(
            "turn_context",
            &format!(r#"{{{turn_id}"cwd":"/home/dev/a","model":"{model}"}}"#),
        )
    }

    fn count(&mut self, last: u64, total: u64) -> &mut Self {
        let (last, total) = (usage_json(last), usage_json(total));
        let info = format!(r#"{{"total_token_usage":{total},"last_token_usage":{last}}}"#);
        self.record("event_msg", &format!(r#"{{"type":"token_count","info":{info}}}"#))
    }

    fn empty_count(&mut self) -> &mut Self {
        self.record("event_msg", r#"{"type":"token_count","info":null}"#)
    }

    fn recorded(&mut self, thread: &str, turn: &str, response: &str, tokens: u64) -> &mut Self {
        let usage = usage_json(tokens);
        self.record(
            "token_usage_record",
            &format!(r#"{{"thread_id":"{thread}","turn_id":"{turn}","response_id":"{response}","usage":{usage}}}"#),
        )
    }

    fn raw(&mut self, line: &str) -> &mut Self {
        writeln!(self.text, "{line}").unwrap();
        self
    }

    fn fold(&self) -> Fold {
        fold_bytes(self.text.as_bytes())
    }
}

/// A usage of so many units, all of whose counts differ.
fn usage_json(units: u64) -> String {
    let usage =
        TokenUsage { input: 9 * units, cached_input: 5 * units, output: units, ..TokenUsage::ZERO };
    format!(
        r#"{{"input_tokens":{},"cached_input_tokens":{},"output_tokens":{},"reasoning_output_tokens":0,"total_tokens":{}}}"#,
        usage.input,
        usage.cached_input,
        usage.output,
        usage.total()
    )
}

/// The total of one unit of usage.
const UNIT: u64 = 10;

fn units(buckets: &UsageBuckets) -> u64 {
    buckets.total().total() / UNIT
}

fn fold_bytes(bytes: &[u8]) -> Fold {
    let mut fold = Fold::default();
    let scanned = scan_lines(bytes, &mut Vec::new(), &mut fold).unwrap();
    fold.unterminated(&scanned.rest);
    fold
}

/// The bill of the thread, where no other thread is known.
fn billed(rollout: &Rollout) -> u64 {
    units(&rollout.fold().settle(&|_| None))
}

/// The bill of `child`, beside its `parent`.
fn billed_beside(child: &Rollout, parent: &Rollout) -> u64 {
    let parent = parent.fold();
    units(&child.fold().settle(&|id| (parent.thread_id() == Some(id)).then_some(&parent)))
}

fn by_model(rollout: &Rollout) -> Vec<(Option<Arc<str>>, u64)> {
    let buckets = rollout.fold().settle(&|_| None);
    let mut models: Vec<_> =
        buckets.iter().map(|(key, usage)| (key.model.clone(), usage.total() / UNIT)).collect();
    models.sort_unstable();
    models
}

#[test]
fn steps_of_the_counter_are_billed_to_the_model_of_their_turn() {
    let mut rollout = Rollout::thread("a");
    rollout.turn(None, "m1").count(100, 100).count(50, 150).turn(None, "m2").count(30, 180);
    assert_eq!(by_model(&rollout), [(Some("m1".into()), 150), (Some("m2".into()), 30)]);
    assert_eq!(rollout.fold().last_model(), Some("m2"));
}

#[test]
fn without_a_turn_context_the_model_is_not_known() {
    let mut rollout = Rollout::thread("a");
    rollout.count(100, 100);
    assert_eq!(by_model(&rollout), [(None, 100)]);
}

#[test]
fn a_resume_that_restarts_the_counter_is_billed_on_top() {
    let mut rollout = Rollout::thread("a");
    rollout.turn(None, "m").empty_count().count(100, 100).count(100, 100);
    rollout.empty_count().count(70, 70).empty_count().count(9000, 9000);
    assert_eq!(billed(&rollout), 100 + 70 + 9000);
}

#[test]
fn a_response_with_a_record_of_its_own_is_billed_once_though_the_counter_shows_it_too() {
    let turn = id(10);
    let mut rollout = Rollout::thread(&id(5));
    rollout.turn(Some(&turn), "m").recorded(&id(5), &turn, "r1", 100).count(100, 100);
    rollout.recorded(&id(5), &turn, "r2", 40).count(40, 140).count(40, 140);
    assert_eq!(billed(&rollout), 140);
}

#[test]
fn a_response_whose_tool_was_killed_is_billed_by_its_record_alone() {
    let turn = id(10);
    let mut rollout = Rollout::thread(&id(5));
    rollout.turn(Some(&turn), "m").recorded(&id(5), &turn, "r1", 100).count(100, 100);
    rollout.recorded(&id(5), &turn, "r2", 40);
    // The next process goes on from the last counter that was written.
    rollout.recorded(&id(5), &turn, "r3", 7).count(7, 107);
    assert_eq!(billed(&rollout), 147);
}

#[test]
fn a_thread_that_an_older_version_goes_on_with_is_billed_by_both() {
    let turn = id(10);
    let mut rollout = Rollout::thread(&id(5));
    rollout.turn(Some(&turn), "m").count(100, 100).recorded(&id(5), &turn, "r1", 40).count(40, 140);
    rollout.count(25, 165).recorded(&id(5), &turn, "r2", 11).count(5, 170);
    assert_eq!(billed(&rollout), 100 + 40 + 25 + 11 + 5);
}

#[test]
fn a_step_over_several_records_whose_counts_were_lost_is_billed_once() {
    let turn = id(10);
    let mut rollout = Rollout::thread(&id(5));
    rollout.turn(Some(&turn), "m").recorded(&id(5), &turn, "r1", 100).recorded(
        &id(5),
        &turn,
        "r2",
        40,
    );
    rollout.count(40, 140);
    assert_eq!(billed(&rollout), 140);
}

#[test]
fn one_response_counts_once_however_often_it_is_written() {
    let turn = id(10);
    let mut rollout = Rollout::thread(&id(5));
    rollout.turn(Some(&turn), "m").recorded(&id(5), &turn, "r1", 100).recorded(
        &id(5),
        &turn,
        "r1",
        100,
    );
    let nested = r#"{"message":"","latest_token_usage_record":{"response_id":"r9","usage":{"input_tokens":5}}}"#;
    rollout.record("compacted", nested).count(100, 100);
    assert_eq!(billed(&rollout), 100);
}

#[test]
fn a_record_waits_for_the_context_of_its_turn() {
    let (first, second) = (id(10), id(20));
    let mut rollout = Rollout::thread(&id(5));
    rollout.turn(Some(&first), "m1").recorded(&id(5), &second, "r1", 100).turn(Some(&second), "m2");
    rollout.recorded(&id(5), &first, "r2", 7);
    assert_eq!(by_model(&rollout), [(Some("m1".into()), 7), (Some("m2".into()), 100)]);
}

/// The usage at each tier, in units.
fn by_tier(rollout: &Rollout) -> Vec<(&'static str, u64)> {
    let buckets = rollout.fold().settle(&|_| None);
    let mut sums: Vec<(&str, u64)> =
        buckets.iter().map(|(key, usage)| (key.tier.as_str(), usage.total() / UNIT)).collect();
    sums.sort_unstable();
    sums
}

fn settings(tier: &str) -> String {
    format!(r#"{{"type":"thread_settings_applied","thread_settings":{{"model":"m"{tier}}}}}"#)
}

#[test]
fn a_response_has_the_tier_of_the_settings_that_its_turn_began_with() {
    let mut rollout = Rollout::thread("a");
    let event = |rollout: &mut Rollout, payload: &str| {
        rollout.record("event_msg", payload);
    };
    event(&mut rollout, &settings(r#","service_tier":"priority""#));
    event(&mut rollout, r#"{"type":"task_started","turn_id":"t1"}"#);
    rollout.turn(Some("t1"), "m").count(1, 1);
    // For the next turn.
    event(&mut rollout, &settings(r#","service_tier":"flex""#));
    rollout.count(2, 3);
    event(&mut rollout, r#"{"type":"task_complete","turn_id":"t1"}"#);
    event(&mut rollout, r#"{"type":"task_started","turn_id":"t2"}"#);
    rollout.turn(Some("t2"), "m").count(4, 7).recorded("a", "t1", "r1", 8);
    event(&mut rollout, r#"{"type":"task_complete","turn_id":"t2"}"#);
    for (tier, units) in [
        (r#","service_tier":null"#, 16),
        (r#","service_tier":"fast""#, 32),
        ("", 64),
        (r#","service_tier":"default""#, 128),
        (r#","service_tier":["odd"]"#, 256),
    ] {
        event(&mut rollout, &settings(tier));
        rollout.recorded("a", "none", &units.to_string(), units);
    }
    assert_eq!(by_tier(&rollout), [("flex", 4), ("priority", 43), ("standard", 464)]);
}

#[test]
fn the_first_settings_of_a_thread_are_those_of_the_turn_that_they_stand_in() {
    let mut rollout = Rollout::thread("a");
    rollout.record("event_msg", r#"{"type":"task_started","turn_id":"t1"}"#);
    rollout.turn(Some("t1"), "m");
    rollout.record("event_msg", &settings(r#","service_tier":"priority""#));
    rollout.recorded("a", "t1", "r1", 7).count(7, 7);
    assert_eq!(by_tier(&rollout), [("priority", 7)]);
}

#[test]
fn a_compaction_without_a_context_of_its_own_runs_with_the_threads_settings() {
    let settings = |model: &str| {
        format!(
            r#"{{"type":"thread_settings_applied","thread_settings":{{"model":"{model}","cwd":"/home/dev/a"}}}}"#
        )
    };
    let mut rollout = Rollout::thread(&id(5));
    rollout.record("event_msg", &settings("m1")).count(100, 100);
    rollout.recorded(&id(5), &id(10), "r1", 7).turn(Some(&id(20)), "m2").count(30, 130);
    let expected = [(Some("m1".into()), 107), (Some("m2".into()), 30)];
    assert_eq!(by_model(&rollout), expected);
    // Settings that are changed while a turn runs are those of the next turn.
    rollout.record("event_msg", &settings("m3")).count(30, 160);
    assert_eq!(by_model(&rollout), [(Some("m1".into()), 107), (Some("m2".into()), 60)]);
}

#[test]
fn a_copy_ends_at_the_first_turn_that_is_not_older_than_the_thread() {
    let (parent, child) = (id(100), id(200));
    let mut fork = Rollout::new(&format!(r#"{{"id":"{child}","forked_from_id":"{parent}"}}"#));
    fork.record("session_meta", &format!(r#"{{"id":"{parent}"}}"#));
    fork.turn(Some(&id(110)), "m").recorded(&parent, &id(110), "r1", 500).count(500, 500);
    assert_eq!(billed(&fork), 0);
    assert!(fork.fold().turn().is_none());
    fork.turn(Some(&id(210)), "m")
        .recorded(&child, &id(210), "r2", 60)
        .count(60, 560)
        .count(5, 565);
    assert_eq!(billed(&fork), 65);
    assert_eq!(fork.fold().turn().map(TurnTracker::state), Some(TurnState::Running));
}

#[test]
fn a_migrated_copy_without_its_parents_meta_is_a_copy() {
    let (parent, child) = (id(100), id(200));
    let mut fork = Rollout::new(&format!(r#"{{"id":"{child}","forked_from_id":"{parent}"}}"#));
    fork.turn(Some(&id(110)), "m").count(500, 500).turn(Some(&id(210)), "m").count(60, 560);
    assert_eq!(billed(&fork), 60);
}

#[test]
fn a_turn_older_than_the_thread_is_a_copy_even_without_another_sign() {
    let mut fork = Rollout::thread(&id(200));
    fork.turn(Some(&id(110)), "m").count(500, 500).turn(Some(&id(210)), "m").count(60, 560);
    assert_eq!(billed(&fork), 60);
}

#[test]
fn a_copy_of_turns_without_ids_ends_where_it_differs_from_its_parent() {
    let mut parent = Rollout::thread("p");
    parent
        .turn(None, "m")
        .later(900)
        .count(100, 100)
        .later(900)
        .turn(None, "m")
        .later(900)
        .count(70, 170);
    let mut fork = Rollout::new(r#"{"id":"c"}"#);
    fork.record("session_meta", r#"{"id":"p"}"#).turn(None, "m").count(100, 100);
    fork.later(500).turn(None, "m").later(900).count(33, 133);
    assert_eq!(fork.fold().copied_from(), Some("p"));
    assert_eq!(fork.fold().depends_on().collect::<Vec<_>>(), ["p"]);
    assert_eq!(billed_beside(&fork, &parent), 33);
    assert_eq!(billed(&fork), 33);
}

#[test]
fn a_fork_without_ids_that_a_newer_version_goes_on_with_keeps_what_it_was_billed_before() {
    let (parent_id, child_id) = (id(100), id(200));
    let mut parent = Rollout::thread(&parent_id);
    parent.turn(None, "m").later(900).count(100, 100);
    let mut fork =
        Rollout::new(&format!(r#"{{"id":"{child_id}","forked_from_id":"{parent_id}"}}"#));
    fork.record("session_meta", &format!(r#"{{"id":"{parent_id}"}}"#))
        .turn(None, "m")
        .count(100, 100);
    fork.later(500).turn(None, "m").later(900).count(33, 133);
    fork.later(500).turn(Some(&id(300)), "m").later(900).count(4, 137);
    assert_eq!(billed_beside(&fork, &parent), 37);
}

#[test]
fn a_fork_that_points_to_its_parent_is_billed_nothing_for_the_parents_counter() {
    let (parent, child) = (id(100), id(200));
    let base = format!(r#""history_base":{{"thread_id":"{parent}","end_ordinal_exclusive":14}}"#);
    let mut fork = Rollout::new(&format!(
        r#"{{"id":"{child}","forked_from_id":"{parent}","forked_from_ordinal_exclusive":14,{base}}}"#
    ));
    // Its first response failed: the parent's single response shows as total and last.
    fork.turn(Some(&id(210)), "m").count(500, 500);
    let mut parent_rollout = Rollout::thread(&parent).paginated();
    parent_rollout.turn(Some(&id(110)), "m").recorded(&parent, &id(110), "r0", 500).count(500, 500);
    assert_eq!(billed_beside(&fork, &parent_rollout), 0);
    fork.recorded(&child, &id(210), "r1", 60).count(60, 560);
    assert_eq!(billed(&fork), 60);
}

#[test]
fn a_pointing_fork_without_usage_records_is_measured_against_the_parents_counter_at_the_cut() {
    let (parent_id, child_id) = (id(100), id(200));
    let mut parent = Rollout::thread(&parent_id).paginated();
    parent.turn(Some(&id(110)), "m").count(500, 500).count(100, 600).count(50, 650);
    let fork = |last, total| {
        let base =
            format!(r#""history_base":{{"thread_id":"{parent_id}","end_ordinal_exclusive":103}}"#);
        let meta = format!(r#"{{"id":"{child_id}","forked_from_id":"{parent_id}",{base}}}"#);
        let mut fork = Rollout::new(&meta);
        fork.turn(Some(&id(210)), "m").count(last, total).count(7, total + 7);
        fork
    };
    assert_eq!(billed_beside(&fork(100, 600), &parent), 7);
    assert_eq!(billed_beside(&fork(60, 660), &parent), 67);
    assert_eq!(billed_beside(&fork(60, 60), &parent), 67);
}

#[test]
fn a_pointing_fork_that_a_version_with_usage_records_goes_on_with_keeps_its_first_response() {
    let (parent_id, child_id) = (id(100), id(200));
    let mut parent = Rollout::thread(&parent_id).paginated();
    parent.turn(Some(&id(110)), "m").count(500, 500);
    let base =
        format!(r#""history_base":{{"thread_id":"{parent_id}","end_ordinal_exclusive":103}}"#);
    let meta = format!(r#"{{"id":"{child_id}","forked_from_id":"{parent_id}",{base}}}"#);
    let mut fork = Rollout::new(&meta);
    fork.turn(Some(&id(210)), "m").count(60, 560);
    fork.recorded(&child_id, &id(210), "r1", 7).count(7, 567);
    assert_eq!(billed_beside(&fork, &parent), 67);
}

#[test]
fn a_revert_goes_on_from_the_counter_at_its_cut() {
    let thread = id(100);
    let base = format!(r#""history_base":{{"thread_id":"{thread}","end_ordinal_exclusive":19}}"#);
    let mut segment = Rollout::new(&format!(r#"{{"id":"{thread}",{base}}}"#));
    segment.turn(Some(&id(300)), "m").recorded(&thread, &id(300), "r6", 60).count(60, 560);
    assert_eq!(billed(&segment), 60);
    assert!(segment.fold().meta().is_some_and(SessionMeta::is_revert));
}

#[test]
fn a_subagent_with_a_part_of_its_parents_history_counts_from_zero() {
    let (parent, child) = (id(100), id(200));
    let mut agent = Rollout::new(&format!(
        r#"{{"id":"{child}","parent_thread_id":"{parent}","thread_source":"subagent"}}"#
    ));
    agent.record("session_meta", &format!(r#"{{"id":"{parent}"}}"#)).turn(Some(&id(110)), "m1");
    agent.turn(Some(&id(200)), "m2").count(60, 60);
    assert_eq!(by_model(&agent), [(Some("m2".into()), 60)]);
}

#[test]
fn broken_lines_are_counted_and_lose_nothing_around_them() {
    let mut rollout = Rollout::thread("a");
    rollout.turn(None, "m").count(100, 100);
    rollout.raw(
        r#"{"timestamp":"2026-01-02T16:58:23.100Z","type":"response_item","payload":{"type":"mess"#,
    );
    rollout.raw("[1,2]").raw("17").raw("\0\0\0\0").raw("").count(5, 105);
    let fold = rollout.fold();
    assert_eq!((fold.skipped_records(), units(&fold.settle(&|_| None))), (4, 105));
}

#[test]
fn a_last_line_without_terminator_counts_when_it_is_whole_and_is_no_broken_record_when_it_is_not() {
    let mut rollout = Rollout::thread("a");
    rollout.turn(None, "m").count(100, 100).count(5, 105);
    let whole = rollout.text.trim_end().as_bytes();
    assert_eq!(units(&fold_bytes(whole).settle(&|_| None)), 105);
    let cut = fold_bytes(&whole[..whole.len() - 4]);
    assert_eq!((cut.skipped_records(), units(&cut.settle(&|_| None))), (0, 100));
}

#[test]
fn the_oldest_shape_counts_each_record_by_itself() {
    let text = concat!(
        r#"{"type":"session_meta","cwd":"/home/dev/a","model":"o3-mini"}"#,
        "\n",
        r#"{"type":"event_msg","msg":{"type":"token_count","input_tokens":1000,"output_tokens":500,"cached_tokens":200}}"#,
        "\n",
        r#"{"type":"event_msg","msg":{"type":"token_count","input_tokens":2000,"output_tokens":300}}"#,
        "\n",
    );
    let fold = fold_bytes(text.as_bytes());
    let expected = TokenUsage { input: 3000, cached_input: 200, output: 800, ..TokenUsage::ZERO };
    assert_eq!(fold.settle(&|_| None).total(), expected);
    assert_eq!(fold.last_model(), Some("o3-mini"));
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    /// A step of a thread's life, as it appears in its rollout.
    #[derive(Debug, Clone)]
    enum Step {
        Turn(u8),
        Response(u16),
        Repeat,
        Restart,
        Killed(u16),
        Torn,
        Chatter(u16),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0..3u8).prop_map(Step::Turn),
            (1..5000u16).prop_map(Step::Response),
            Just(Step::Repeat),
            Just(Step::Restart),
            (1..5000u16).prop_map(Step::Killed),
            Just(Step::Torn),
            (0..9000u16).prop_map(Step::Chatter),
        ]
    }

    /// Writes the steps, and gives what they were billed.
    fn write(rollout: &mut Rollout, thread: &str, steps: &[Step], recorded: bool) -> u64 {
        let (mut total, mut last, mut bill) = (0u64, 0u64, 0u64);
        let turn = id(1 << 40);
        rollout.turn(Some(&turn), "m0");
        for (at, step) in steps.iter().enumerate() {
            rollout.later(1000);
            match step {
                Step::Turn(model) => {
                    rollout.turn(Some(&turn), &format!("m{model}"));
                }
                Step::Response(tokens) => {
                    last = u64::from(*tokens) + 10;
                    total += last;
                    bill += last;
                    if recorded {
                        rollout.recorded(thread, &turn, &format!("{thread}-{at}"), last);
                    }
                    rollout.count(last, total);
                }
                Step::Repeat if total > 0 => {
                    rollout.count(last, total);
                }
                Step::Restart if !recorded => {
                    (total, last) = (0, 0);
                    rollout.empty_count();
                }
                Step::Killed(tokens) if recorded => {
                    // Too large to be taken for the step of another response.
                    let tokens = u64::from(*tokens) + 100_000;
                    bill += tokens;
                    rollout.recorded(thread, &turn, &format!("{thread}-k{at}"), tokens);
                }
                Step::Torn => {
                    rollout
                        .raw(r#"{"timestamp":"2026-01-02T16:58:23.100Z","type":"event_msg","payl"#);
                }
                Step::Chatter(length) => {
                    let text = "x".repeat(usize::from(*length));
                    rollout.record(
                        "response_item",
                        &format!(r#"{{"type":"message","text":"{text}"}}"#),
                    );
                }
                Step::Repeat | Step::Restart | Step::Killed(_) => {}
            }
        }
        bill
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn a_thread_is_billed_exactly_its_responses(
            steps in prop::collection::vec(step(), 0..40),
            recorded: bool,
        ) {
            let thread = id(1);
            let mut rollout = Rollout::thread(&thread);
            let bill = write(&mut rollout, &thread, &steps, recorded);
            prop_assert_eq!(billed(&rollout), bill);
        }

        #[test]
        fn any_split_into_two_reads_gives_the_same(
            steps in prop::collection::vec(step(), 0..30),
            recorded: bool,
            cut in 0.0..1.0f64,
        ) {
            let thread = id(1);
            let mut rollout = Rollout::thread(&thread);
            write(&mut rollout, &thread, &steps, recorded);
            let bytes = rollout.text.as_bytes();
            #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss,
                reason = "a cut somewhere in a short text")]
            let cut = (bytes.len() as f64 * cut) as usize;
            let mut fold = Fold::default();
            let mut buffer = vec![0; 4096];
            let first = scan_lines(&bytes[..cut], &mut buffer, &mut fold).unwrap();
            let offset = usize::try_from(first.complete_bytes).unwrap();
            scan_lines(&bytes[offset..], &mut buffer, &mut fold).unwrap();
            let whole = rollout.fold();
            prop_assert_eq!(fold.settle(&|_| None), whole.settle(&|_| None));
            prop_assert_eq!(fold.skipped_records(), whole.skipped_records());
            prop_assert_eq!(fold.last_record_ms(), whole.last_record_ms());
        }

        #[test]
        fn a_fork_adds_exactly_its_own_responses(
            before in prop::collection::vec(step(), 0..20),
            own in prop::collection::vec(1..5000u64, 0..8),
        ) {
            let (parent_id, child_id) = (id(1), id(1 << 41));
            let mut parent = Rollout::thread(&parent_id);
            write(&mut parent, &parent_id, &before, false);
            let mut fork = Rollout::new(&format!(r#"{{"id":"{child_id}","forked_from_id":"{parent_id}"}}"#));
            fork.text.push_str(&parent.text);
            let mut total = parent.fold().counter.total().map_or(0, |usage| usage.total() / UNIT);
            fork.turn(Some(&id(1 << 42)), "m9");
            for tokens in &own {
                total += tokens + 10;
                fork.later(1000).count(tokens + 10, total);
            }
            prop_assert_eq!(billed_beside(&fork, &parent), own.iter().map(|tokens| tokens + 10).sum::<u64>());
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            prop_assert!(fold_bytes(&bytes).settle(&|_| None).is_empty());
        }

        #[test]
        fn a_rollout_with_damaged_bytes_never_panics(
            steps in prop::collection::vec(step(), 1..20),
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        ) {
            let thread = id(1);
            let mut rollout = Rollout::thread(&thread);
            write(&mut rollout, &thread, &steps, true);
            let mut bytes = rollout.text.into_bytes();
            for (at, byte) in damage {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            let lines = bytes.split(|byte| *byte == b'\n').count() as u64;
            let fold = fold_bytes(&bytes);
            prop_assert!(fold.skipped_records() <= lines);
            prop_assert_eq!(fold.settle(&|_| None), fold.settle(&|_| None));
        }
    }
}

#[test]
fn whole_records_on_a_damaged_line_count_and_the_line_is_counted() {
    let mut usual = Rollout::thread("a");
    usual.turn(None, "m").count(10, 10).count(5, 15);
    let lines: Vec<&str> = usual.text.lines().collect();
    let [meta, turn, first, second] = lines.as_slice() else { panic!("{lines:?}") };
    let words = r#"{"timestamp":"x","type":"response_item","payload":{"type":"message"}}"#;
    for (text, damaged) in [
        (format!("\u{feff}{meta}\n{turn}\n{first}\n{second}\n"), 1),
        (format!("{meta}{turn}\n{first}{second}\n"), 2),
        (format!("{meta}\n{turn}\n\0\0\0{first}\n{}{second}\n", &first[..70]), 2),
        (format!("{meta}\n{turn}\n{words}{first}\n{words}{words}{second}\n"), 2),
        (format!("{meta}\n{turn}\n{first}\n\0{second}"), 1),
    ] {
        let fold = fold_bytes(text.as_bytes());
        let billed = units(&fold.settle(&|_| None));
        assert_eq!((billed, fold.skipped_records()), (15, damaged), "{text}");
        assert_eq!(fold.meta().and_then(|meta| meta.cwd.as_deref()), Some("/home/dev/a"));
    }
}
