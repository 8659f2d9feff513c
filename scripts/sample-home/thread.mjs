/** One imagined Codex thread: lets a story happen to it, and writes what that version of Codex would have written. */
import {
  call,
  callOutput,
  iso,
  message,
  sessionMeta,
  shown,
  taskComplete,
  taskStarted,
  tokenCount,
  threadSettings,
  tokenUsageRecord,
  turnAborted,
  turnContext,
} from "./records.mjs";
import { environment } from "./texts.mjs";
import { added, drawUsage, noUsage } from "./usage.mjs";

/** Tokens of the instructions and tool descriptions that open every conversation. */
const FIRST_CONTEXT = 8_700;
/** Tokens that are left of a conversation after its compaction. */
const COMPACTED_CONTEXT = 6_100;

export class Thread {
  lines = [];
  counter = noUsage();
  last = null;
  /** Model → what was billed for it in this thread, nothing inherited: the truth that the sample is checked by. */
  billed = {};
  context = FIRST_CONTEXT;
  seen = 0;

  constructor({ random, dialect, startedAt, cwd, model, lineage = {}, ...rest }) {
    Object.assign(this, {
      provider: "openai",
      ...rest,
      random,
      dialect,
      startedAt,
      cwd,
      model,
      lineage,
    });
    this.id = dialect.ids === "v4" ? random.uuid4() : random.uuid7(startedAt);
    this.clock = startedAt + 30;
    this.nextOrdinal = lineage.base?.end_ordinal_exclusive ?? 0;
    this.nullInfoDue = dialect.nullInfo !== undefined;
    if (dialect.envelope === "flat")
      this.push({ id: this.id, timestamp: iso(startedAt), instructions: null });
    else this.write("session_meta", sessionMeta(this));
  }

  /** A new process takes the thread up again, possibly a newer Codex. */
  resume(afterMinutes, dialect = this.dialect) {
    this.wait(afterMinutes);
    this.dialect = dialect;
    if (dialect.restarts) this.counter = noUsage();
    this.nullInfoDue = dialect.nullInfo === "process";
    return this;
  }

  wait(minutes) {
    this.clock += minutes * 60_000 + this.random.between(0, 59_999);
    return this;
  }

  /**
   * One turn: the prompt, a response per step of the task, and how it ended: `complete`, `aborted`, `killed`, `failed`.
   */
  turn({ prompt, steps, answer }, { model = this.model, end = "complete", compact = false } = {}) {
    const turn = {
      id: this.random.uuid7(this.clock),
      model,
      startedAt: this.clock,
      used: noUsage(),
    };
    turn.firstTokenMs = this.random.between(900, 6_000);
    this.openTurn(turn, prompt);
    if (end === "failed") return this.fail(turn);
    for (const [command, output] of steps) {
      const callId = `call_${this.random.hex(24)}`;
      const isKilled = end === "killed" && command === steps.at(-1)[0];
      this.respond(
        turn,
        call(this, turn, callId, command),
        !isKilled && callOutput(this, turn, callId, output),
      );
      if (isKilled) return this;
    }
    if (compact) this.compact(turn);
    if (end === "aborted") {
      this.event(turnAborted(turn));
      return this;
    }
    this.respond(turn, message(this, turn, "assistant", answer));
    if (this.dialect.turns) this.event(taskComplete(this, turn, answer));
    return this;
  }

  openTurn(turn, prompt) {
    if (this.dialect.turns) this.event(taskStarted(this, turn));
    const isFirst = !this.greeted;
    if (isFirst) this.item(message(this, turn, "user", environment(this.cwd)));
    this.greeted = true;
    if (this.dialect.contexts === "turn") this.write("turn_context", turnContext(this, turn));
    if (isFirst && this.dialect.roots) this.event(threadSettings(this));
    this.item(message(this, turn, "user", prompt));
    if (this.dialect.envelope !== "flat") this.event(shown(this, turn, "user", prompt));
    this.context += Math.ceil(prompt.length / 4);
  }

  /** One response of the model: billed, and written in the order of the version. */
  respond(turn, item, output) {
    const { dialect } = this;
    if (dialect.contexts === "request") this.write("turn_context", turnContext(this, turn));
    this.repeatCount();
    this.clock += this.random.between(1_500, 14_000);
    const usage = this.bill(turn);
    if (item.type === "message" && dialect.envelope !== "flat")
      this.event(shown(this, turn, "assistant", item.content[0].text));
    if (dialect.countAfter === "call-before") this.count(usage);
    this.item(item);
    if (dialect.tur)
      this.write(
        "token_usage_record",
        tokenUsageRecord(this, turn, `resp_${this.random.hex(32)}`, usage),
      );
    if (dialect.countAfter === "call") this.count(usage);
    if (output) {
      this.clock += this.random.between(200, 9_000);
      this.item(output);
    }
    if (dialect.countAfter === "output" && output !== false) this.count(usage);
  }

  bill(turn) {
    const { random, context, seen } = this;
    const usage = drawUsage(random, { context, seen, cacheWrites: this.dialect.cacheWrites });
    this.counter = added(this.counter, usage);
    turn.used = added(turn.used, usage);
    this.billed[turn.model] = added(this.billed[turn.model] ?? noUsage(), usage);
    this.seen = context;
    this.context += usage.outputTokens + random.between(120, 2_400);
    return usage;
  }

  count(usage) {
    this.last = usage;
    this.event(tokenCount(this, usage));
  }

  /** The rate limit update before a response repeats the last count, or has none to repeat in a new process. */
  repeatCount() {
    if (this.nullInfoDue) this.event(tokenCount(this, null));
    else if (this.dialect.repeats && this.last) this.event(tokenCount(this, this.last));
    this.nullInfoDue = false;
  }

  /** A response that the provider failed is not billed; Codex repeats the count that it has. */
  fail(turn) {
    this.clock += 4_000;
    if (this.last) this.event(tokenCount(this, this.last));
    this.event(taskComplete(this, turn, null, "stream disconnected before completion"));
    return this;
  }

  /** The summary is a billed response; the count after it is only an estimate of the context that is left. */
  compact(turn) {
    this.event(tokenCount(this, this.last));
    this.clock += 9_000;
    const usage = this.bill(turn);
    const record = tokenUsageRecord(this, turn, `resp_${this.random.hex(32)}`, usage);
    if (this.dialect.tur) this.write("token_usage_record", record);
    this.count(usage);
    const summary =
      "The work so far: the change is in place, its tests pass, the answer is still to be written.";
    this.write("compacted", {
      message: summary,
      replacement_history: [message(this, turn, "user", summary)],
      ...(this.dialect.tur && { latest_token_usage_record: record }),
    });
    this.event({ type: "context_compacted" });
    this.context = COMPACTED_CONTEXT;
    this.seen = 0;
    this.count({ ...noUsage(), totalTokens: COMPACTED_CONTEXT });
    this.write("turn_context", turnContext(this, turn));
  }

  /** A machine that stops while a line is written: the line is cut, and stays so when Codex goes on after it. */
  tear() {
    this.item(
      message(this, { id: this.random.uuid7(this.clock) }, "assistant", "This was never read."),
    );
    const line = this.lines.pop();
    this.lines.push(line.slice(0, Math.floor(line.length / 2)));
    return this;
  }

  item(payload) {
    if (this.dialect.envelope === "flat") {
      this.push(payload);
      this.push({ record_type: "state" });
    } else this.write("response_item", payload);
  }

  event(payload) {
    this.write("event_msg", payload);
  }

  write(type, payload) {
    const timestamp = iso(this.clock);
    this.clock += this.random.between(1, 12);
    const ordinal = this.dialect.envelope === "ordinal" && { ordinal: this.nextOrdinal++ };
    this.push({ timestamp, ...ordinal, type, payload });
  }

  push(record) {
    this.lines.push(JSON.stringify(record));
  }

  get text() {
    return this.lines.map((line) => `${line}\n`).join("");
  }
}
