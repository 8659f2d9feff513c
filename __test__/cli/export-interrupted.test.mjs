/** `ao-codex export` that is killed, meets a full disk, or runs beside others: only whole files, and nothing lost. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { cli } from "../support/command.mjs";
import { temporary } from "./support/export.mjs";

const DAYS = 24;
const PER_DAY = 60;
const KILLS = 10;

/** A home whose responses are of many days: an export writes a file for each. */
function homeOfManyDays(t, threads = 20) {
  const home = join(temporary(t), "home");
  for (let thread = 0; thread < threads; thread += 1) {
    const id = `0199a000-0000-7000-8000-${String(thread).padStart(12, "0")}`;
    const line = (at, type, payload) => `${JSON.stringify({ timestamp: at, type, payload })}\n`;
    const began = new Date(Date.UTC(2026, 9, 1)).toISOString();
    const lines = [
      line(began, "session_meta", { id, timestamp: began, cwd: "/home/dev/shop" }),
      line(began, "turn_context", { cwd: "/home/dev/shop", model: "gpt-5" }),
    ];
    for (let step = 1; step <= DAYS * PER_DAY; step += 1) {
      const at = Date.UTC(
        2026,
        9,
        1 + Math.floor((step - 1) / PER_DAY),
        1,
        0,
        0,
        step * 37 + thread,
      );
      const counts = (n) => ({ input_tokens: n, output_tokens: n, total_tokens: 2 * n });
      const info = { total_token_usage: counts(step * 9), last_token_usage: counts(9) };
      lines.push(line(new Date(at).toISOString(), "event_msg", { type: "token_count", info }));
    }
    const day = join(home, "sessions/2026/10/01");
    mkdirSync(day, { recursive: true });
    writeFileSync(join(day, `rollout-2026-10-01T00-00-00-${id}.jsonl`), lines.join(""));
  }
  return home;
}

function files(directory) {
  if (!existsSync(directory)) return [];
  const all = readdirSync(directory, { recursive: true }).map(String);
  return all.filter((name) => name.endsWith("responses.ndjson.gz")).toSorted();
}

/** What each file holds; one that is not whole cannot be read. */
function content(directory) {
  return Object.fromEntries(
    files(directory).map((name) => {
      const text = gunzipSync(readFileSync(join(directory, name))).toString();
      assert.ok(text.endsWith("\n"));
      for (const line of text.trimEnd().split("\n")) JSON.parse(line);
      return [name, createHash("sha256").update(text).digest("hex")];
    }),
  );
}

function environment(t) {
  const cache = temporary(t);
  return { ...process.env, HOME: cache, XDG_CACHE_HOME: cache };
}

function args(directory, home, host = "a") {
  return [cli, "export", directory, "--host", host, "--codex-home", home];
}

function run(directory, home, env, host) {
  const { status, stderr } = spawnSync(process.execPath, args(directory, home, host), {
    env,
    encoding: "utf8",
  });
  assert.deepEqual([status, stderr], [0, ""]);
}

test("an export that is killed leaves whole files only, and the next one completes them", async (t) => {
  const home = homeOfManyDays(t);
  const env = environment(t);
  const whole = temporary(t);
  run(whole, home, env);
  const expected = content(whole);
  assert.equal(Object.keys(expected).length, DAYS);
  const directory = temporary(t);
  let killedHalfWay = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const least = 1 + Math.floor(Math.random() * (DAYS - 1));
    const child = spawn(process.execPath, args(directory, home), {
      env: environment(t),
      stdio: "ignore",
    });
    const ended = once(child, "exit");
    while (child.exitCode === null && child.signalCode === null && files(directory).length < least)
      await new Promise((resolve) => setImmediate(resolve));
    child.kill("SIGKILL");
    await ended;
    const left = content(directory);
    for (const [name, hash] of Object.entries(left)) assert.equal(hash, expected[name], name);
    if (Object.keys(left).length < DAYS) killedHalfWay += 1;
  }
  assert.ok(killedHalfWay > 0, "none was killed half-way");
  run(directory, home, env);
  assert.deepEqual(content(directory), expected);
});

test("a disk that is full is an error, and every file is as it was or whole", (t) => {
  const home = homeOfManyDays(t);
  const directory = temporary(t);
  run(directory, homeOfManyDays(t, 1), environment(t));
  const before = content(directory);
  // A file may have so many kilobytes: fewer than a day's takes.
  const script = `trap '' XFSZ; ulimit -f 4; exec "$@"`;
  const { status, stderr } = spawnSync(
    "bash",
    ["-c", script, "bash", process.execPath, ...args(directory, home)],
    { env: environment(t), encoding: "utf8" },
  );
  assert.equal(status, 1);
  assert.match(stderr, /^ao-codex: cannot write export .*: File too large/);
  assert.deepEqual(content(directory), before);
  run(directory, home, environment(t));
  const whole = temporary(t);
  run(whole, home, environment(t));
  assert.deepEqual(content(directory), content(whole));
});

test("exports at once, of one host and of several, lose nothing", async (t) => {
  const home = homeOfManyDays(t, 5);
  const directory = temporary(t);
  const hosts = ["a", "a", "a", "b", "b"];
  const codes = await Promise.all(
    hosts.map(async (host) => {
      const child = spawn(process.execPath, args(directory, home, host), {
        env: environment(t),
        stdio: "ignore",
      });
      const [code] = await once(child, "exit");
      return code;
    }),
  );
  assert.deepEqual(codes, [0, 0, 0, 0, 0]);
  const alone = temporary(t);
  for (const host of ["a", "b"]) run(alone, home, environment(t), host);
  assert.deepEqual(content(directory), content(alone));
});
