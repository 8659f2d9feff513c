use super::*;

const A: &str = "01a204f9-053b-7ac3-8e55-6f1bc03bce62";
const B: &str = "01a204f9-9999-7ac3-8e55-6f1bc03bce62";

fn line(at: i64, event: &str, thread: &str, rest: &str) -> String {
    format!("{{\"at\":{at},\"event\":\"{event}\",\"thread\":\"{thread}\"{rest}}}\n")
}

fn rollout(thread: &str) -> String {
    format!("/home/dev/.codex/sessions/2026/01/02/rollout-2026-01-02T10-00-00-{thread}.jsonl")
}

fn turn(id: &str) -> String {
    format!(",\"turn\":\"{id}\"")
}

fn read(lines: &[String]) -> SessionEvents {
    SessionEvents::read(lines.concat().as_bytes(), &Only::default())
}

fn prompt(thread: &str, turn: &str, at_ms: i64, end: PromptEnd, ended_ms: Option<i64>) -> Prompt {
    Prompt { thread_id: thread.into(), turn_id: Some(turn.into()), end, at_ms, ended_ms }
}

#[test]
fn a_session_tells_its_threads_the_one_that_was_prompted_last_first() {
    let named = format!(",\"rollout\":\"{}\",\"cwd\":\"/w\"", rollout(A));
    let events = read(&[
        line(1, "SessionStart", A, &named),
        line(2, "UserPromptSubmit", A, &turn("t1")),
        line(3, "SessionStart", B, ""),
        line(4, "UserPromptSubmit", B, &turn("t2")),
        line(5, "Stop", B, &turn("t2")),
        line(6, "UserPromptSubmit", A, &turn("t3")),
        line(7, "SessionEnd", B, ""),
    ]);
    let thread = |id: &str, path: Option<String>, cwd: Option<&str>, at_ms| ThreadEvents {
        thread_id: id.into(),
        rollout_path: path,
        cwd: cwd.map(str::to_owned),
        at_ms,
    };
    let expected = vec![thread(A, Some(rollout(A)), Some("/w"), 6), thread(B, None, None, 4)];
    assert_eq!(events.threads, expected);
    assert_eq!(events.prompt, Some(prompt(A, "t3", 6, PromptEnd::None, None)));
    assert_eq!(events.last_ms, Some(6));
}

#[test]
fn a_prompt_ends_with_its_own_turn_only() {
    let begun = [line(1, "UserPromptSubmit", A, &turn("t1"))];
    let after = |rest: &[String]| read(&[begun.as_slice(), rest].concat()).prompt.unwrap();
    let running = prompt(A, "t1", 1, PromptEnd::None, None);
    assert_eq!(after(&[line(2, "Stop", B, &turn("t1"))]), running);
    assert_eq!(after(&[line(2, "Stop", A, &turn("t0"))]), running);
    let agent = format!("{},\"agent\":\"{B}\"", turn("t1"));
    assert_eq!(after(&[line(2, "Stop", A, &agent)]), running);
    let stopped = prompt(A, "t1", 1, PromptEnd::Stopped, Some(2));
    assert_eq!(after(&[line(2, "Stop", A, &turn("t1"))]), stopped);
    let interrupted = prompt(A, "t1", 1, PromptEnd::Interrupted, Some(2));
    assert_eq!(after(&[line(2, "Interrupt", A, &turn("t1"))]), interrupted);
}

#[test]
fn a_question_stays_until_the_thread_that_asked_does_something_else() {
    let asked = line(2, "PermissionRequest", A, &(turn("t1") + ",\"tool\":\"Bash\""));
    let question = Question {
        thread_id: A.into(),
        rollout_path: None,
        turn_id: Some("t1".into()),
        tool: Some("Bash".into()),
        at_ms: 2,
    };
    assert_eq!(read(std::slice::from_ref(&asked)).questions, vec![question.clone()]);
    let elsewhere = line(3, "UserPromptSubmit", B, "");
    assert_eq!(read(&[asked.clone(), elsewhere]).questions, vec![question]);
    for event in ["Stop", "Interrupt", "UserPromptSubmit", "SessionStart"] {
        assert_eq!(read(&[asked.clone(), line(3, event, A, "")]).questions, vec![], "{event}");
    }
}

#[test]
fn a_subagents_events_are_no_thread_and_no_prompt_of_the_session_but_its_questions_are() {
    let own = format!(",\"rollout\":\"{}\"", rollout(B));
    let newer = format!("{own},\"agent\":\"{B}\"");
    for named in [own, newer] {
        let events = read(&[
            line(1, "UserPromptSubmit", A, &turn("t1")),
            line(2, "SessionStart", A, &named),
            line(3, "UserPromptSubmit", A, &named),
            line(4, "PermissionRequest", A, &named),
        ]);
        let ids: Vec<_> = events.threads.iter().map(|thread| thread.thread_id.as_str()).collect();
        assert_eq!(ids, [A]);
        assert_eq!(events.prompt, Some(prompt(A, "t1", 1, PromptEnd::None, None)));
        assert_eq!(events.questions[0].thread_id, B);
        assert_eq!(events.questions[0].rollout_path, Some(rollout(B)));
    }
}

#[test]
fn lines_that_are_torn_or_of_another_kind_cost_nothing_but_themselves() {
    let events = read(&[
        "garbage\n".to_owned(),
        line(1, "PreCompact", A, ""),
        "{\"at\":1,\"event\":\"Stop\"".to_owned() + &line(2, "Stop", A, ""),
        line(3, "UserPromptSubmit", A, &turn("t1")),
        "{\"at\":4,\"event\":\"Sto".to_owned(),
    ]);
    assert_eq!(events.prompt, Some(prompt(A, "t1", 3, PromptEnd::None, None)));
    assert_eq!(events.threads.len(), 1);
}

#[test]
fn lines_of_another_terminal_or_of_an_earlier_session_do_not_count() {
    let lines = [
        line(1, "UserPromptSubmit", A, ",\"runtime\":\"x-app-1\""),
        line(5, "UserPromptSubmit", B, ""),
    ];
    let ids = |only: &Only| -> Vec<String> {
        let events = SessionEvents::read(lines.concat().as_bytes(), only);
        events.threads.into_iter().map(|thread| thread.thread_id).collect()
    };
    assert_eq!(ids(&Only::default()), [B, A]);
    assert_eq!(ids(&Only { runtime: Some("y-app-1".into()), since_ms: None }), [B]);
    assert_eq!(ids(&Only { runtime: Some("x-app-1".into()), since_ms: None }), [B, A]);
    assert_eq!(ids(&Only { runtime: None, since_ms: Some(2) }), [B]);
}

#[test]
fn a_clock_that_is_set_back_during_a_session_takes_nothing_from_it() {
    let lines = [
        line(1, "SessionStart", B, ""),
        line(5_000, "SessionStart", A, ""),
        line(5_001, "UserPromptSubmit", A, &turn("t1")),
        // An hour earlier by the clock, a second later in truth.
        line(1_400, "SessionStart", B, ""),
        line(1_401, "UserPromptSubmit", B, &turn("t2")),
        line(1_402, "PermissionRequest", B, &turn("t2")),
    ];
    let only = Only { runtime: None, since_ms: Some(4_000) };
    let events = SessionEvents::read(lines.concat().as_bytes(), &only);
    let ids: Vec<_> = events.threads.iter().map(|thread| &*thread.thread_id).collect();
    assert_eq!(ids, [B, A]);
    assert_eq!(events.prompt, Some(prompt(B, "t2", 1_401, PromptEnd::None, None)));
    assert_eq!(events.questions.len(), 1);
    assert_eq!(events.last_ms, Some(1_402));
}
