/** `ao-codex sessions --explain`: how each state is known. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { writeRollout } from "../plugin/support/rollout.mjs";
import { aoCodex } from "../support/command.mjs";
import { temporaryFolder } from "../support/home.mjs";

const STARTED = ["event_msg", { type: "task_started", turn_id: "turn-1" }];
const CALLED = ["response_item", { type: "function_call", call_id: "c", name: "exec_command" }];
const DONE = ["event_msg", { type: "task_complete", turn_id: "turn-1" }];

/** A thread that asks, one that works, and one that is done. */
async function homes(t) {
  const root = temporaryFolder(t);
  const codexHome = join(root, "codex");
  const aoHome = join(root, "ao");
  const write = (cwd, records) => writeRollout(codexHome, { cwd: join(root, cwd), records });
  const asks = await write("asks", [STARTED, CALLED]);
  const works = await write("works", [STARTED]);
  const done = await write("done", [STARTED, DONE]);
  const events = join(aoHome, "codex", "events");
  mkdirSync(events, { recursive: true });
  const at = Date.now() + 1_000;
  const turn = { thread: asks.threadId, turn: "turn-1", rollout: asks.path };
  const lines = [
    { at: at - 3_000, event: "UserPromptSubmit", ...turn },
    { at, event: "PermissionRequest", tool: "Bash", ...turn },
  ];
  writeFileSync(
    join(events, "app-1.jsonl"),
    lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
  );
  return { args: ["--codex-home", codexHome, "--ao-home", aoHome], asks, works, done, at };
}

test("--json has for each thread the source that decided, and why", async (t) => {
  const { args, asks, works, done, at } = await homes(t);
  const { code, stdout } = await aoCodex(["sessions", "--explain", "--json", ...args]);
  assert.equal(code, 0);
  const told = Object.fromEntries(
    JSON.parse(stdout).threads.map(({ threadId, state, stateFrom }) => [
      threadId,
      [state, stateFrom.source, stateFrom.because],
    ]),
  );
  assert.deepEqual(told, {
    [asks.threadId]: ["waiting_input", "hooks", "Codex asks a person, and has no answer yet"],
    [works.threadId]: ["active", "rollout", "a turn runs"],
    [done.threadId]: ["ready", "rollout", "the last turn has ended"],
  });
  const asked = JSON.parse(stdout).threads.find(({ threadId }) => threadId === asks.threadId);
  assert.equal(asked.stateFrom.at, new Date(at).toISOString());
});

test("the table has it in words, and without --explain neither has it", async (t) => {
  const { args } = await homes(t);
  const env = { COLUMNS: "200" };
  const { stdout } = await aoCodex(["sessions", "--explain", ...args], { env });
  assert.match(stdout, /STATE +.*STATE FROM\n/);
  assert.match(stdout, /waiting_input .*hooks: Codex asks a person, and has no answer yet\n/);
  const plain = await aoCodex(["sessions", ...args], { env });
  assert.doesNotMatch(plain.stdout, /STATE FROM|hooks:/);
  assert.match(plain.stdout, / waiting_input /);
  const document = await aoCodex(["sessions", "--json", ...args]);
  assert.equal(JSON.parse(document.stdout).threads[0].stateFrom, undefined);
});

test("in a narrow terminal the source is left", async (t) => {
  const { args } = await homes(t);
  const env = { COLUMNS: "80" };
  const { stdout } = await aoCodex(["sessions", "--explain", ...args], { env });
  assert.match(stdout, / hooks\n/);
  assert.equal(
    stdout.split("\n").every((line) => line.length <= 80),
    true,
    stdout,
  );
});

test("event files that cannot be read stop nothing", async (t) => {
  const { args } = await homes(t);
  const broken = join(temporaryFolder(t), "ao");
  mkdirSync(join(broken, "codex"), { recursive: true });
  writeFileSync(join(broken, "codex", "events"), "a file where a directory should be");
  const { code, stderr } = await aoCodex(["sessions", ...args, "--ao-home", broken]);
  assert.deepEqual([code, stderr], [0, ""]);
});

test("AO_HOME and --ao-home are understood with ~, as the plugin understands them", async (t) => {
  const { args, asks } = await homes(t);
  const home = dirname(args[1]);
  const stateWith = async (more, env) => {
    const { stdout } = await aoCodex(["sessions", "--json", ...args.slice(0, 2), ...more], { env });
    return JSON.parse(stdout).threads.find(({ threadId }) => threadId === asks.threadId).state;
  };
  assert.equal(await stateWith([], { HOME: home, AO_HOME: "~/ao" }), "waiting_input");
  assert.equal(await stateWith(["--ao-home=~/ao"], { HOME: home }), "waiting_input");
  assert.equal(await stateWith([], { HOME: home, AO_HOME: "~/other" }), "active");
});

const FULL = {
  primary: { used_percent: 100, window_minutes: 300, resets_at: 1_795_858_094 },
  secondary: { used_percent: 43.5, window_minutes: 10_080, resets_at: 1_795_958_093 },
};
const LIMITS = ["event_msg", { type: "token_count", info: null, rate_limits: FULL }];
const ended = (error) => [
  "event_msg",
  { type: "task_complete", turn_id: "turn-1", last_agent_message: null, ...error },
];
const USAGE_LIMIT = { message: "No more.", codex_error_info: "usage_limit_exceeded" };
const RESET = "2026-11-28T09:28:14.000Z";

/** How each version says why a turn failed, and what is made of it. */
const FAILURES = {
  "0.169 at a limit": [
    [LIMITS, ended({ error: USAGE_LIMIT })],
    { error: "No more.", errorKind: "usage_limit_exceeded", limitResetsAt: RESET },
  ],
  "0.144 at a limit": [
    [["event_msg", { type: "user_message", message: "x" }], LIMITS, ended({})],
    { error: null, errorKind: null, limitResetsAt: RESET },
  ],
  "a server that is busy": [
    [LIMITS, ended({ error: { message: "Busy.", codex_error_info: "internal_server_error" } })],
    { error: "Busy.", errorKind: "internal_server_error", limitResetsAt: null },
  ],
  "an error of its own record": [
    [["event_msg", { type: "error", message: "Gone.\u001b[2J" }], ended({})],
    { error: "Gone.\u001b[2J", errorKind: null, limitResetsAt: null },
  ],
};

for (const [what, [records, expected]] of Object.entries(FAILURES)) {
  test(`a blocked thread says why: ${what}`, async (t) => {
    const codexHome = join(temporaryFolder(t), "codex");
    await writeRollout(codexHome, { cwd: "/home/dev/shop", records: [STARTED, ...records] });
    const args = ["sessions", "--codex-home", codexHome];
    const { stdout } = await aoCodex([...args, "--json"]);
    const [{ state, blocked }] = JSON.parse(stdout).threads;
    assert.deepEqual([state, blocked], ["blocked", expected]);

    const env = { COLUMNS: "300" };
    const { stdout: table } = await aoCodex([...args, "--explain"], { env });
    const { error, limitResetsAt } = expected;
    const words = [error?.split("\u001b")[0], limitResetsAt && `the limit is reset at ${RESET}`];
    for (const word of words.filter(Boolean)) assert.equal(table.includes(word), true, table);
    assert.equal(table.includes("\u001b"), false);
  });
}

test("a thread that is not blocked has no reason, also where an earlier turn had one", async (t) => {
  const codexHome = join(temporaryFolder(t), "codex");
  const again = ["event_msg", { type: "task_started", turn_id: "turn-2" }];
  const records = [STARTED, LIMITS, ended({ error: USAGE_LIMIT }), again, DONE];
  await writeRollout(codexHome, { cwd: "/home/dev/shop", records });
  const { stdout } = await aoCodex(["sessions", "--json", "--codex-home", codexHome]);
  const [{ state, blocked }] = JSON.parse(stdout).threads;
  assert.deepEqual([state, blocked], ["ready", null]);
});
