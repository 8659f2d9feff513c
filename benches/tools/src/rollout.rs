//! One rollout as Codex 0.169 writes it: the lines of a thread, and what they say it was billed.

use std::io::{self, Write};

use fastrand::Rng;
use jiff::Timestamp;

use crate::text::Text;

/// Every tenth line is a `token_count`.
const LINES_A_RESPONSE: u64 = 10;

/// Turns have this many responses.
const RESPONSES_A_TURN: u64 = 8;

/// One `response_item` in this many is a screenshot or a dump.
const ITEMS_A_HUGE_ONE: u64 = 4_000;

/// Bytes of a `response_item`, and of a huge one; in between, each order of magnitude is equally frequent.
const ITEM: (f64, f64) = (500.0, 50_000.0);
const HUGE_ITEM: (f64, f64) = (1_000_000.0, 10_000_000.0);

/// Bytes of the instructions in a `session_meta`, which make the line 22 KB long.
const INSTRUCTIONS: usize = 21_000;

/// Written at once.
const FLUSH: usize = 1 << 20;

const MODELS: [&str; 3] = ["gpt-5.3-codex", "gpt-5.2-codex", "gpt-5.4"];

/// Counts of tokens, as records spell them.
#[derive(Debug, Default, Clone, Copy)]
pub struct Usage {
    pub input: u64,
    pub cached_input: u64,
    pub output: u64,
    pub reasoning_output: u64,
}

impl Usage {
    /// Adds another one.
    pub fn add(&mut self, other: Self) {
        self.input += other.input;
        self.cached_input += other.cached_input;
        self.output += other.output;
        self.reasoning_output += other.reasoning_output;
    }

    /// Input and output together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.input + self.output
    }

    /// The JSON object.
    #[must_use]
    pub fn json(&self) -> String {
        let Self { input, cached_input, output, reasoning_output } = self;
        let total = self.total();
        format!(
            r#"{{"input_tokens":{input},"cached_input_tokens":{cached_input},"cache_write_input_tokens":0,"output_tokens":{output},"reasoning_output_tokens":{reasoning_output},"total_tokens":{total}}}"#
        )
    }
}

/// The content of a rollout.
#[derive(Debug, Default, Clone, Copy)]
pub struct Written {
    pub bytes: u64,
    pub lines: u64,
    pub billed: Usage,
}

/// The identity of a thread.
pub struct Thread {
    pub id: String,
    pub workspace: String,
    pub began: Timestamp,
}

/// Writes the lines of one thread.
pub struct Rollout<'a, W> {
    thread: Thread,
    text: &'a Text,
    rng: &'a mut Rng,
    file: W,
    buffer: Vec<u8>,
    written: Written,
    clock_ms: i64,
    turn: String,
    model: &'static str,
}

impl<'a, W: Write> Rollout<'a, W> {
    /// Begins the rollout of a thread with its `session_meta`.
    pub fn new(thread: Thread, text: &'a Text, rng: &'a mut Rng, file: W) -> Self {
        let buffer = Vec::with_capacity(2 * FLUSH);
        let clock_ms = thread.began.as_millisecond();
        let written = Written::default();
        let (turn, model) = (String::new(), MODELS[0]);
        let mut rollout = Self { thread, text, rng, file, buffer, written, clock_ms, turn, model };
        rollout.session_meta();
        rollout
    }

    /// Writes turns until the rollout has `bytes`, and says what it holds.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn fill(mut self, bytes: u64) -> io::Result<Written> {
        while self.written.bytes + (self.buffer.len() as u64) < bytes {
            self.begin_turn();
            for _ in 0..RESPONSES_A_TURN {
                self.response()?;
                if self.written.bytes + (self.buffer.len() as u64) >= bytes {
                    break;
                }
            }
            let turn = self.turn.clone();
            self.line("event_msg", &format!(r#""type":"task_complete","turn_id":"{turn}""#));
        }
        self.flush()?;
        Ok(self.written)
    }

    fn session_meta(&mut self) {
        let Thread { id, workspace, began } = &self.thread;
        let facts = format!(
            r#""account_scoped":true,"session_id":"{id}","id":"{id}","timestamp":"{began:.3}","cwd":"{workspace}","runtime_workspace_roots":["{workspace}"],"originator":"codex_exec","cli_version":"0.169.0","source":"exec","thread_source":"user","model_provider":"openai","base_instructions":{{"text":""#
        );
        self.begin_line("session_meta");
        self.buffer.extend_from_slice(facts.as_bytes());
        self.text.push(self.rng, INSTRUCTIONS, &mut self.buffer);
        self.end_line(br#""},"history_mode":"paginated","multi_agent_version":1"#);
    }

    fn begin_turn(&mut self) {
        self.turn = uuid_v7(self.clock_ms, self.rng);
        self.model = MODELS[self.rng.usize(..MODELS.len())];
        let (turn, model) = (self.turn.clone(), self.model);
        let cwd = self.thread.workspace.clone();
        self.line(
            "event_msg",
            &format!(r#""type":"task_started","turn_id":"{turn}","model_context_window":258400"#),
        );
        self.line("turn_context", &format!(r#""turn_id":"{turn}","root_turn_id":"{turn}","cwd":"{cwd}","approval_policy":"never","sandbox_policy":{{"type":"workspace-write"}},"model":"{model}","summary":"auto""#));
        self.line("event_msg", r#""type":"user_message","message":"Search does not find products with umlauts.","images":[]"#);
    }

    /// One response: what the model said and did, its usage, and what its tools answered.
    fn response(&mut self) -> io::Result<()> {
        for _ in 2..LINES_A_RESPONSE {
            let range = if self.rng.u64(..ITEMS_A_HUGE_ONE) == 0 { HUGE_ITEM } else { ITEM };
            self.item(range);
            if self.buffer.len() >= FLUSH {
                self.flush()?;
            }
        }
        let input = self.rng.u64(8_000..200_000);
        let output = self.rng.u64(100..4_000);
        let used = Usage {
            input,
            cached_input: input * self.rng.u64(..9) / 10,
            output,
            reasoning_output: output / 3,
        };
        self.written.billed.add(used);
        let (usage, total) = (used.json(), self.written.billed.json());
        let (thread, turn) = (self.thread.id.clone(), self.turn.clone());
        let response = self.rng.u128(..);
        self.line("token_usage_record", &format!(r#""thread_id":"{thread}","turn_id":"{turn}","session_id":"{thread}","root_turn_id":"{turn}","response_id":"resp_{response:032x}","usage":{usage},"turn_token_usage":{usage},"thread_token_usage":{total}"#));
        self.line("event_msg", &format!(r#""type":"token_count","info":{{"total_token_usage":{total},"last_token_usage":{usage},"model_context_window":258400}},"rate_limits":{{"primary":null,"secondary":null}}"#));
        Ok(())
    }

    fn item(&mut self, (least, most): (f64, f64)) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at most 10 MB"
        )]
        let length = (least * (most / least).powf(self.rng.f64())) as usize;
        let call = self.rng.u64(..);
        self.begin_line("response_item");
        let head =
            format!(r#""type":"function_call_output","call_id":"call_{call:016x}","output":""#);
        self.buffer.extend_from_slice(head.as_bytes());
        self.text.push(self.rng, length, &mut self.buffer);
        let turn = format!(
            r#"","internal_chat_message_metadata_passthrough":{{"turn_id":"{}"}}"#,
            self.turn
        );
        self.end_line(turn.as_bytes());
    }

    fn line(&mut self, kind: &str, payload: &str) {
        self.begin_line(kind);
        self.end_line(payload.as_bytes());
    }

    fn begin_line(&mut self, kind: &str) {
        self.clock_ms += self.rng.i64(5..4_000);
        let at = Timestamp::from_millisecond(self.clock_ms).unwrap_or(self.thread.began);
        let ordinal = self.written.lines;
        let head =
            format!(r#"{{"timestamp":"{at:.3}","ordinal":{ordinal},"type":"{kind}","payload":{{"#);
        self.buffer.extend_from_slice(head.as_bytes());
    }

    fn end_line(&mut self, payload: &[u8]) {
        self.buffer.extend_from_slice(payload);
        self.buffer.extend_from_slice(b"}}\n");
        self.written.lines += 1;
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_all(&self.buffer)?;
        self.written.bytes += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

/// An id that carries its time.
pub fn uuid_v7(ms: i64, rng: &mut Rng) -> String {
    let time = format!("{ms:012x}");
    let random = rng.u128(..);
    let tail = format!("{random:032x}");
    format!("{}-{}-7{}-8{}-{}", &time[..8], &time[8..], &tail[..3], &tail[3..6], &tail[6..18])
}
