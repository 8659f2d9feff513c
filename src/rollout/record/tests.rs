use super::*;

fn envelope(kind: &str, payload: &str) -> String {
    format!(r#"{{"timestamp":"2026-01-02T16:58:23.100Z","type":"{kind}","payload":{payload}}}"#)
}

fn item(line: &str) -> Item<'_> {
    parse(line.as_bytes()).unwrap().item
}

const USAGE: &str = r#"{"input_tokens":100,"cached_input_tokens":40,"cache_write_input_tokens":10,"output_tokens":20,"reasoning_output_tokens":5,"total_tokens":120}"#;

const EXPECTED: TokenUsage = TokenUsage {
    input: 100,
    cached_input: 40,
    cache_write_input: 10,
    output: 20,
    reasoning_output: 5,
};

#[test]
fn reads_a_token_count_whatever_its_spacing_and_order() {
    let counter =
        Item::TokenCount(TokenCount::Counter { total: Some(EXPECTED), last: Some(EXPECTED) });
    let info = format!(r#"{{"total_token_usage":{USAGE},"last_token_usage":{USAGE}}}"#);
    let usual = envelope(
        "event_msg",
        &format!(r#"{{"type":"token_count","info":{info},"rate_limits":null}}"#),
    );
    assert_eq!(item(&usual), counter);
    let other = format!(
        r#" {{ "payload" : {{ "info" : {info} , "type" : "token_count" }} , "type" : "event_msg" }} "#
    );
    assert_eq!(item(&other), counter);
    let empty = envelope("event_msg", r#"{"type":"token_count","info":null}"#);
    assert_eq!(item(&empty), Item::TokenCount(TokenCount::Empty));
}

#[test]
fn reads_the_oldest_token_count() {
    let line = r#"{"type":"event_msg","msg":{"type":"token_count","input_tokens":100,"output_tokens":20,"cached_tokens":40,"reasoning_tokens":5}}"#;
    let usage = TokenUsage { cache_write_input: 0, ..EXPECTED };
    assert_eq!(item(line), Item::TokenCount(TokenCount::Single(usage)));
}

#[test]
fn a_count_that_is_no_whole_number_makes_the_record_malformed() {
    for count in ["\"100\"", "-1", "1.5", "9007199254740993", "1e300", "[]", "true"] {
        let usage = format!(r#"{{"input_tokens":{count},"total_tokens":1}}"#);
        let payload = format!(r#"{{"type":"token_count","info":{{"total_token_usage":{usage}}}}}"#);
        assert_eq!(parse(envelope("event_msg", &payload).as_bytes()), Err(Malformed), "{count}");
    }
    let absent = r#"{"type":"token_count","info":{"last_token_usage":{"input_tokens":null,"output_tokens":7}}}"#;
    let last = Some(TokenUsage { output: 7, ..TokenUsage::default() });
    assert_eq!(
        item(&envelope("event_msg", absent)),
        Item::TokenCount(TokenCount::Counter { total: None, last })
    );
}

#[test]
fn reads_a_token_usage_record_and_not_the_sums_beside_it() {
    let payload = format!(
        r#"{{"thread_id":"a","turn_id":"t","session_id":"a","response_id":"r","usage":{USAGE},"turn_token_usage":{{"input_tokens":9}},"thread_token_usage":{{"input_tokens":99}}}}"#
    );
    let expected = TokenUsageRecord {
        thread_id: Some("a".into()),
        turn_id: Some("t".into()),
        response_id: Some("r".into()),
        usage: EXPECTED,
    };
    assert_eq!(item(&envelope("token_usage_record", &payload)), Item::TokenUsageRecord(expected));
}

#[test]
fn tells_a_completed_turn_from_a_failed_one() {
    let turn = |payload: &str| match item(&envelope("event_msg", payload)) {
        Item::Turn(turn) => (turn.event, turn.turn_id.map(Cow::into_owned)),
        other => panic!("{other:?}"),
    };
    let id = Some("t".to_owned());
    assert_eq!(
        turn(r#"{"type":"task_complete","turn_id":"t","error":null}"#),
        (TurnEvent::Completed, id.clone())
    );
    assert_eq!(
        turn(r#"{"type":"task_complete","turn_id":"t","error":{"message":"x"}}"#),
        (TurnEvent::Failed, id.clone())
    );
    assert_eq!(
        turn(r#"{"type":"task_complete","turn_id":"t","last_agent_message":null}"#),
        (TurnEvent::CompletedSilently, id.clone())
    );
    assert_eq!(
        turn(r#"{"type":"task_complete","turn_id":"t","last_agent_message":"Done."}"#),
        (TurnEvent::Completed, id)
    );
    assert_eq!(turn(r#"{"type":"turn_aborted"}"#), (TurnEvent::Aborted, None));
}

#[test]
fn an_odd_field_loses_no_record() {
    let line = r#"{"timestamp":17,"ordinal":"x","type":"turn_context","payload":{"turn_id":null,"model":"m","cwd":["a"]}}"#;
    let record = parse(line.as_bytes()).unwrap();
    let context = TurnContext { turn_id: None, model: Some("m".into()), ..TurnContext::default() };
    let expected = Record { timestamp: None, ordinal: None, item: Item::TurnContext(context) };
    assert_eq!(record, expected);
}

#[test]
fn a_line_that_is_no_object_is_malformed() {
    for line in ["", "[1]", "17", "\"x\"", "null", "{", "{\"a\":1", "{\"a\":1}}", "\0\0\0"] {
        assert_eq!(parse(line.as_bytes()), Err(Malformed), "{line:?}");
    }
    assert_eq!(parse(b"{\"type\":\"\xff\"}"), Err(Malformed));
    let array = r#"{"type":"token_count","info":[{"input_tokens":9}]}"#;
    assert_eq!(parse(envelope("event_msg", array).as_bytes()), Err(Malformed));
}
