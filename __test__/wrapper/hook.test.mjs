/** The program that Codex runs at the events of a session's life. */
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { installWrappers, listSessionEvents } from "@ao/plugin-codex/native";

const THREAD = "01a204f9-053b-7ac3-8e55-6f1bc03bce62";
const ROLLOUT = `/home/dev/.codex/sessions/2026/11/22/rollout-2026-11-22T20-35-58-${THREAD}.jsonl`;

/** It is 1 to 6 of them; a shell that takes all of 10 MB apart costs hundreds. */
const MOST_SHELLS = 10;

/** What Codex 0.169 sends, in its order. */
const SENT = {
  session_id: THREAD,
  turn_id: "01a204f9-057f-7872-b1c0-2171dfdf3df2",
  transcript_path: ROLLOUT,
  cwd: "/home/dev/shop",
  hook_event_name: "PermissionRequest",
  model: "gpt-6-sol",
  permission_mode: "default",
  tool_name: "Bash",
  tool_input: { command: "rm -rf secret", description: "to see" },
};

const NOTED = {
  event: "PermissionRequest",
  thread: THREAD,
  turn: SENT.turn_id,
  tool: "Bash",
  rollout: ROLLOUT,
  cwd: "/home/dev/shop",
};

const makeHook = async (t) => {
  const root = mkdtempSync(join(tmpdir(), "hook-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const aoHome = join(root, "home of 'ao'", ".ao");
  const { status } = await installWrappers({ aoHome });
  const directory = join(aoHome, "codex", "events");
  return {
    root,
    aoHome,
    directory,
    program: join(status.directory, "ao-codex-hook"),
    path: join(directory, "app-1.jsonl"),
  };
};

const ENV = { AO_SESSION_ID: "app-1", PATH: "/nowhere" };
const SILENT = { status: 0, signal: null, stdout: "", stderr: "" };

/** Runs the hook to its end, on a pipe as Codex does. */
const run = ({ program }, input, env = ENV) => {
  const text = typeof input === "string" || Buffer.isBuffer(input) ? input : JSON.stringify(input);
  const { status, signal, stdout, stderr, error } = spawnSync(
    "/bin/sh",
    ["-c", '/bin/cat | "$0"', program],
    { input: text, env, encoding: "utf8", timeout: 60_000 },
  );
  assert.equal(error, undefined);
  return { status, signal, stdout, stderr };
};

const linesOf = (path) =>
  readFileSync(path, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));

const BEGUN = Date.now();

/** The lines without their time, which is that of the call; before bash 5 the end of its second. */
const noted = (path) =>
  linesOf(path).map(({ at, ...line }) => {
    assert.equal(BEGUN <= at && at < Date.now() + 1000, true, `${at}`);
    return line;
  });

test("an event is one line with ids and paths, and neither prompt nor command", async (t) => {
  const hook = await makeHook(t);
  assert.deepEqual(run(hook, SENT), SILENT);
  const prompt = { ...SENT, hook_event_name: "UserPromptSubmit", prompt: "a secret" };
  assert.deepEqual(run(hook, prompt), SILENT);
  const { tool: _, ...others } = NOTED;
  assert.deepEqual(noted(hook.path), [NOTED, { ...others, event: "UserPromptSubmit" }]);
  assert.doesNotMatch(readFileSync(hook.path, "utf8"), /secret|rm -rf/);
  assert.equal(statSync(hook.path).mode & 0o777, 0o600);
});

test("what is noted is what the native functions read", async (t) => {
  const hook = await makeHook(t);
  run(hook, { ...SENT, hook_event_name: "UserPromptSubmit" });
  run(hook, SENT);
  const [found] = await listSessionEvents({ aoHome: hook.aoHome });
  const [first, second] = linesOf(hook.path);
  assert.deepEqual(found, {
    sessionId: "app-1",
    threads: [{ threadId: THREAD, rolloutPath: ROLLOUT, cwd: "/home/dev/shop", atMs: first.at }],
    prompt: {
      threadId: THREAD,
      turnId: SENT.turn_id,
      end: "none",
      atMs: first.at,
      endedAtMs: null,
    },
    questions: [
      {
        threadId: THREAD,
        rolloutPath: ROLLOUT,
        turnId: SENT.turn_id,
        tool: "Bash",
        atMs: second.at,
      },
    ],
    lastAtMs: second.at,
    launchedAtMs: null,
  });
});

const KEPT = {
  "the fields in another order, and pretty": JSON.stringify(
    Object.fromEntries(Object.entries(SENT).toSorted()),
    null,
    2,
  ),
  "fields of nobody's": JSON.stringify({ a: [1, { b: "}" }], n: null, t: true, ...SENT, z: {} }),
  "the same names inside of values": JSON.stringify({
    tool_input: { session_id: "evil", cwd: "/evil", x: ['{"session_id":"evil"}'] },
    ...SENT,
  }),
  "a value that looks like fields": JSON.stringify({
    model: `","session_id":"evil","cwd":"/evil`,
    prompt: '\\",\\"cwd\\":\\"/evil\\\\',
    ...SENT,
  }),
  "1 MB behind the fields": JSON.stringify({ ...SENT, prompt: "x".repeat(1_000_000) }),
};

for (const [what, input] of Object.entries(KEPT)) {
  test(`with ${what} the line is the same`, async (t) => {
    const hook = await makeHook(t);
    assert.deepEqual(run(hook, input), SILENT);
    assert.deepEqual(noted(hook.path), [NOTED]);
  });
}

test("a path is kept letter by letter, and one that no line can hold is left out", async (t) => {
  const hook = await makeHook(t);
  const cwd = `/home/dev/it's "quoted" \\ and $(touch pwned) – 日本語`;
  run(hook, { ...SENT, cwd });
  run(hook, { ...SENT, cwd: `/${"x".repeat(2_000)}` });
  run(hook, { ...SENT, cwd: "relative" });
  const { cwd: _, ...rest } = NOTED;
  assert.deepEqual(noted(hook.path), [{ ...NOTED, cwd }, rest, rest]);
});

test("what is no id is not noted as one", async (t) => {
  const hook = await makeHook(t);
  run(hook, { ...SENT, turn_id: "-c", tool_name: "a b", agent_id: "x".repeat(200) });
  const { turn: _, tool: __, ...rest } = NOTED;
  assert.deepEqual(noted(hook.path), [rest]);
});

const random = (length) =>
  Buffer.from(Array.from({ length }, (_, index) => (index * 7919 + (index >> 3)) % 256));

const GARBAGE = {
  nothing: "",
  "a newline": "\n",
  "half an object": JSON.stringify(SENT).slice(0, 120),
  "an array": JSON.stringify([SENT]),
  "a string": JSON.stringify(JSON.stringify(SENT)),
  "every byte there is": random(100_000),
  NULs: Buffer.alloc(10_000),
  "10 MB of quotes": '"'.repeat(10_000_000),
  "10 MB of brackets": "[".repeat(10_000_000),
  "an object of 10 MB before the fields": JSON.stringify({ a: { b: "x".repeat(1e7) }, ...SENT }),
  "10,000 fields before ours": JSON.stringify({
    ...Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`f${index}`, 0])),
    ...SENT,
  }),
  "a hostile thread id": JSON.stringify({ ...SENT, session_id: "$(touch pwned)" }),
  "a hostile event": JSON.stringify({ ...SENT, hook_event_name: '"; rm -rf /' }),
};

for (const [what, input] of Object.entries(GARBAGE)) {
  test(`${what} leaves no line and no word`, async (t) => {
    const hook = await makeHook(t);
    assert.deepEqual(run(hook, input), SILENT);
    assert.deepEqual(readdirSync(hook.directory), []);
  });
}

test("10 MB are read to their end, because older versions ask for that", async (t) => {
  const hook = await makeHook(t);
  const child = spawn(hook.program, [], { env: ENV, stdio: ["pipe", "pipe", "pipe"] });
  const errors = [];
  child.stdin.on("error", (error) => errors.push(error));
  child.stdin.end(JSON.stringify({ ...SENT, prompt: "x".repeat(10_000_000) }));
  assert.deepEqual([...(await once(child, "close")), errors], [0, null, []]);
  assert.deepEqual(noted(hook.path), [NOTED]);
});

test("without a session, without a home, without streams: no word, and status 0", async (t) => {
  const hook = await makeHook(t);
  assert.deepEqual(run(hook, SENT, { PATH: "/nowhere" }), SILENT);
  assert.deepEqual(readdirSync(hook.directory), []);
  const closed = spawnSync("/bin/bash", ["-c", '"$0" <&- >&- 2>&-', hook.program], { env: ENV });
  assert.equal(closed.status, 0);
  assert.deepEqual(readdirSync(hook.directory), []);
  // HOME is in no environment here.
  assert.deepEqual(run(hook, SENT), SILENT);
  assert.deepEqual(noted(hook.path), [NOTED]);
});

test("a sender that says nothing and does not end is not waited for", async (t) => {
  const hook = await makeHook(t);
  const child = spawn(hook.program, [], { env: ENV, stdio: ["pipe", "pipe", "pipe"] });
  assert.deepEqual(await once(child, "close"), [0, null]);
});

test("an environment that is made to interfere does not", async (t) => {
  const hook = await makeHook(t);
  const script = join(hook.root, "env.sh");
  writeFileSync(script, "echo from BASH_ENV; exit 3\n");
  const env = {
    ...ENV,
    BASH_ENV: script,
    ENV: script,
    SHELLOPTS: "errexit:xtrace:noexec:nounset",
    POSIXLY_CORRECT: "1",
    "BASH_FUNC_printf%%": "() { echo pwned; }",
    IFS: "t",
    LC_ALL: "xx_YY",
  };
  const child = spawn(hook.program, [], { env, stdio: ["pipe", "pipe", "pipe"] });
  let words = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data) => {
      words += data;
    });
  child.stdin.end(JSON.stringify(SENT));
  const [status] = await once(child, "close");
  // What bash itself says of a locale that is not there, or 3.2 of SHELLOPTS, comes before anything of ours runs.
  const ours = words.replaceAll(/.*(setlocale|SHELLOPTS: readonly).*\n/g, "");
  assert.deepEqual([status, ours], [0, ""]);
  assert.deepEqual(noted(hook.path), [NOTED]);
});

const HOSTILE_NAMES = {
  "../../../etc/passwd": "_________etc_passwd.jsonl",
  "a b;$(touch pwned)": "a_b___touch_pwned_.jsonl",
  "ä\n": "___.jsonl",
  [`x${"y".repeat(300)}`]: `x${"y".repeat(99)}.jsonl`,
};

for (const [name, file] of Object.entries(HOSTILE_NAMES)) {
  test(`the events of a session called ${JSON.stringify(name.slice(0, 30))} are where they are looked for`, async (t) => {
    const hook = await makeHook(t);
    assert.deepEqual(run(hook, SENT, { ...ENV, AO_SESSION_ID: name }), SILENT);
    assert.deepEqual(readdirSync(hook.directory), [file]);
    const [found] = await listSessionEvents({ aoHome: hook.aoHome });
    assert.equal(found.threads[0].threadId, THREAD);
  });
}

test("a pipe or a directory in place of the file, and no directory for it, are borne", async (t) => {
  const hook = await makeHook(t);
  mkdirSync(hook.path);
  assert.deepEqual(run(hook, SENT), SILENT);
  rmSync(hook.path, { recursive: true });
  execFileSync("mkfifo", [hook.path]);
  assert.deepEqual(run(hook, SENT), SILENT);
  rmSync(hook.path);
  rmSync(hook.directory, { recursive: true });
  assert.deepEqual(run(hook, SENT), SILENT);
  assert.equal(existsSync(hook.path), false);
});

test("the file has a limit; in the middle of a line it fails as on a full disk", async (t) => {
  const hook = await makeHook(t);
  const limit = 1024 * 1024;
  writeFileSync(hook.path, `${"x".repeat(limit - 101)}\n`);
  assert.deepEqual(run(hook, SENT), SILENT);
  assert.deepEqual(run(hook, SENT), SILENT);
  assert.equal(statSync(hook.path).size, limit);
});

test("32 writers at once have 32 whole lines each", async (t) => {
  const hook = await makeHook(t);
  const input = join(hook.root, "input.json");
  writeFileSync(input, JSON.stringify(SENT));
  const writers = Array.from({ length: 32 }, (_, index) => {
    const text = `for i in {1..32}; do AO_TMUX_NAME=w${index}-$i "$0" <"$1"; done`;
    return spawn("/bin/bash", ["-c", text, hook.program, input], { env: ENV, stdio: "inherit" });
  });
  await Promise.all(writers.map((writer) => once(writer, "close")));
  const runtimes = noted(hook.path).map(({ runtime, ...line }) => {
    assert.deepEqual(line, NOTED);
    return runtime;
  });
  const expected = writers.flatMap((_, index) =>
    Array.from({ length: 32 }, (__, at) => `w${index}-${at + 1}`),
  );
  assert.deepEqual(runtimes.toSorted(), expected.toSorted());
});

test("an older bash, which has neither the clock nor long reads, notes the same", async (t) => {
  const hook = await makeHook(t);
  const text = readFileSync(hook.program, "utf8");
  const older = text
    .replace("((BASH_VERSINFO[0] >= 5))", "false")
    .replaceAll("((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 401))", "false");
  assert.equal(older.match(/BASH_VERSINFO/), null);
  writeFileSync(hook.program, older);
  assert.deepEqual(run(hook, SENT), SILENT);
  assert.deepEqual(run(hook, { ...SENT, prompt: "x".repeat(1_000_000) }), SILENT);
  assert.deepEqual(noted(hook.path), [NOTED, NOTED]);
  // The end of the second, which is all that it knows of the time.
  assert.deepEqual(
    linesOf(hook.path).map(({ at }) => at % 1000),
    [999, 999],
  );
});

test("it costs a few starts of a shell at most, 10 MB or not", async (t) => {
  const hook = await makeHook(t);
  const input = join(hook.root, "input.json");
  const time = (program, args) => {
    const fd = openSync(input, "r");
    const started = performance.now();
    spawnSync(program, args, { env: ENV, stdio: [fd, "ignore", "ignore"] });
    closeSync(fd);
    return performance.now() - started;
  };
  for (const prompt of ["x", "x".repeat(10_000_000)]) {
    writeFileSync(input, JSON.stringify({ ...SENT, prompt }));
    // In turns, and the best of many: what another program on the machine costs is not the hook's.
    const best = { hook: Infinity, shell: Infinity };
    for (let round = 0; round < 25; round++) {
      best.hook = Math.min(best.hook, time(hook.program, []));
      best.shell = Math.min(best.shell, time("/bin/bash", ["-pc", "/bin/cat; exit"]));
    }
    const ratio = best.hook / best.shell;
    t.diagnostic(`${ratio.toFixed(1)} x a shell that reads ${prompt.length} bytes`);
    assert.equal(ratio < MOST_SHELLS, true, JSON.stringify(best));
  }
});

test("events of all sessions are listed, and old ones of no workspace go", async (t) => {
  const hook = await makeHook(t);
  run(hook, SENT);
  run(hook, SENT, { ...ENV, AO_SESSION_ID: "app-2" });
  const names = (await listSessionEvents({ aoHome: hook.aoHome })).map((one) => one.sessionId);
  assert.deepEqual(names, ["app-1", "app-2"]);
});
