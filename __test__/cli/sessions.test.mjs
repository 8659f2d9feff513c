/** The options of `ao-codex sessions`: how many, in which state, of which repository, and what there is room for. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { iso, MINUTE_MS, NOW } from "../support/clock.mjs";
import * as native from "@ao/plugin-codex/native";
import { aoCodex, cli } from "../support/command.mjs";
import { inTerminal } from "../support/terminal.mjs";
import { codexHome, rollout, rolloutName, temporaryFolder } from "../support/home.mjs";
import {
  counts,
  event,
  lines,
  record,
  sessionMeta,
  taskStarted,
  threadId,
  turnContext,
} from "../support/records.mjs";

const git = (repository_url, branch = "main") => ({
  git: { commit_hash: "0a1b", branch, repository_url },
});

/** A finished thread, so many minutes old, of so many tokens. */
const thread = (number, minutes, { tokens = 100, cwd = "/home/dev/shop", meta = {}, end } = {}) =>
  rollout({
    id: threadId(number),
    cwd,
    at: iso(NOW - minutes * MINUTE_MS),
    responses: [{ usage: [tokens, 0, 0, 0] }],
    meta,
    ...(end !== undefined && { end }),
  });

const sessions = (home, ...args) => aoCodex(["sessions", "--codex-home", home, ...args]);

async function ids(home, ...args) {
  const { stdout } = await sessions(home, "--json", ...args);
  return JSON.parse(stdout).threads.map(({ threadId: id }) => Number(id.slice(-12)));
}

test("sessions --limit shows the newest, and says how many more are in the total", async (t) => {
  const { home } = codexHome(
    t,
    [1, 2, 3, 4, 5].map((n) => thread(n, n)),
  );
  assert.deepEqual(await ids(home, "--limit", "2"), [1, 2]);
  const { stdout } = await sessions(home, "--limit", "2");
  const [, first, second, , total, note] = stdout.split("\n");
  assert.deepEqual([first.includes("00001"), second.includes("00002")], [true, true]);
  assert.match(total, /^5 threads\s+500/);
  assert.equal(note, "3 more threads in the total, not shown: --limit 5 shows all.");
});

test("sessions shows the 20 newest on a terminal, and all where nobody looks", async (t) => {
  const { home } = codexHome(
    t,
    Array.from({ length: 23 }, (_, n) => thread(n + 1, n + 1)),
  );
  const command = `stty columns 100 rows 20; exec '${process.execPath}' '${cli}' sessions --codex-home '${home}'`;
  const { exit, screen } = inTerminal(t, command);
  assert.equal(await exit, 0);
  const shown = screen();
  assert.equal(shown.match(/gpt-5-codex/g).length, 20);
  assert.match(shown, /3 more threads in the total, not shown: --limit 23 shows all\./);
  const { stdout } = await sessions(home);
  assert.equal(stdout.match(/gpt-5-codex/g).length, 23);
});

test("sessions --state takes one state or several, and the total is theirs", async (t) => {
  const { home } = codexHome(t, [
    thread(1, 1, { end: null }),
    thread(2, 2),
    thread(3, 20, { tokens: 7 }),
    thread(4, 90, { end: null }),
  ]);
  assert.deepEqual(await ids(home, "--state", "active"), [1]);
  assert.deepEqual(await ids(home, "--state", "ready,exited"), [2, 4]);
  const { stdout } = await sessions(home, "--state", "idle");
  assert.match(stdout, /^1 thread\s+7/m);
  assert.equal(
    (await sessions(home, "--state", "blocked")).stdout,
    `No threads that are blocked in ${home}.\n`,
  );
  const wrong = await sessions(home, "--state", "asleep");
  assert.deepEqual([wrong.code, wrong.stdout], [2, ""]);
  assert.match(
    wrong.stderr,
    /Allowed choices are waiting_input, blocked, active, ready, idle, exited\./,
  );
});

test("sessions --repo takes a repository by its name, its end or any URL of it, also as the disk tells it", async (t) => {
  const folder = temporaryFolder(t);
  const clone = join(folder, "clone");
  mkdirSync(clone);
  spawnSync("git", ["init", "-q", clone]);
  spawnSync("git", ["-C", clone, "remote", "add", "origin", "git@github.com:acme/shop.git"]);
  const { home } = codexHome(t, [
    thread(1, 1, { meta: git("https://github.com/acme/shop.git") }),
    thread(2, 2, { meta: git("ssh://git@github.com/acme/workshop") }),
    thread(3, 3, { cwd: clone }),
    thread(4, 4, { cwd: "/home/dev/elsewhere" }),
  ]);
  for (const repo of [
    "shop",
    "acme/shop",
    "github.com/acme/shop",
    "git@github.com:acme/shop.git",
    "https://github.com/acme/shop/",
    "ssh://git@github.com:22/ACME/shop.git",
  ])
    assert.deepEqual(await ids(home, "--repo", repo), [1, 3], repo);
  assert.deepEqual(await ids(home, "--repo", "hop"), []);
  assert.deepEqual(
    (await sessions(home, "--repo", "tool")).stdout,
    `No threads of the repository tool in ${home}.\n`,
  );
});

/** A thread that was asked for something, whose context is full to a quarter. */
function asked(number, prompt) {
  const at = iso(NOW - MINUTE_MS);
  const id = threadId(number);
  const usage = counts([60_000, 0, 4_000, 0]);
  const text = lines(
    sessionMeta(id, { at, ...git("https://github.com/acme/shop.git", "feat/cart") }),
    record(at, "response_item", {
      type: "message",
      role: "user",
      content: [{ type: "input_text", text: prompt }],
    }),
    taskStarted("turn-1", at),
    turnContext({ at }),
    event(
      {
        type: "token_count",
        info: {
          total_token_usage: usage,
          last_token_usage: usage,
          model_context_window: 256_000,
        },
        rate_limits: null,
      },
      at,
    ),
  );
  return { name: rolloutName(id, at), writtenAt: at, text };
}

test("a wide terminal shows what a thread is about, its repository and branch, and how full its context is", async (t) => {
  const { home } = codexHome(t, [asked(1, "Make the cart forget nothing\nwhen its tab is closed")]);
  const wide = await aoCodex(["sessions", "--codex-home", home], { env: { COLUMNS: "200" } });
  const [header, row] = wide.stdout.split("\n");
  assert.match(
    header,
    /^WORKSPACE\s+REPO\s+BRANCH\s+TITLE\s+THREAD\s+KIND\s+MODEL\s+STATE\s+CONTEXT\s+TOKENS\s+COST\s+LAST WRITE$/,
  );
  for (const text of ["github.com/acme/shop", "feat/cart", "Make the cart forget nothing", " 25 %"])
    assert.ok(row.includes(text), `${text} in ${row}`);
  const { threads } = await native.homeUsage({ codexHome: home });
  assert.deepEqual(
    threads.map(({ branch, context, repository }) => [repository, branch, context]),
    [["github.com/acme/shop", "feat/cart", { tokens: 64_000, window: 256_000 }]],
  );
});

for (const columns of [30, 40, 60, 80, 100, 112, 126, 150, 176, 200])
  test(`no line of sessions, limits and usage is longer than a terminal of ${columns} columns`, async (t) => {
    const prompt = "Ändere den Warenkorb so, dass er nichts vergisst 漢字漢字漢字 ".repeat(4);
    const { home } = codexHome(t, [
      asked(1, prompt),
      thread(2, 3, { cwd: "/home/dev/漢字/".repeat(9) }),
    ]);
    const env = { COLUMNS: String(columns) };
    for (const args of [
      ["sessions"],
      ["sessions", "--limit", "1"],
      ["limits"],
      ["usage", "--by", "repo,branch"],
    ]) {
      const { code, stdout } = await aoCodex([...args, "--codex-home", home], { env });
      assert.equal(code, 0);
      const widest = Math.max(...stdout.split("\n").map(columnsOf));
      assert.ok(widest <= columns, `${args.join(" ")}: ${widest}\n${stdout}`);
    }
  });

/** Columns on the screen, for what these tests write. */
const columnsOf = (text) =>
  [...text].reduce(
    (sum, letter) => sum + (letter >= "\u1100" && letter !== "…" && !/[─-╿]/.test(letter) ? 2 : 1),
    0,
  );

test("the keys of sessions --watch scroll, sort and end it with exit code 0", async (t) => {
  const { home } = codexHome(
    t,
    [1, 2, 3, 4].map((n) => thread(n, n, { tokens: n * 1000 })),
  );
  const command = `stty columns 100 rows 20; exec '${process.execPath}' '${cli}' sessions --watch --codex-home '${home}'`;
  const { exit, press, shows } = inTerminal(t, command);
  await shows("q ends · ↑ ↓ scroll · s sorts (newest)");
  await shows(" today");
  await shows("2 to 4 of 4 threads.", press("\u001b[B"));
  await shows("3 to 4 of 4 threads.", press("\u001b[B"));
  await shows("2 to 4 of 4 threads.", press("\u001b[A"));
  await shows("s sorts (cost)", press("s"));
  await shows("s sorts (tokens)", press("s"));
  press("q");
  assert.equal(await exit, 0);
});

test("sessions of several homes are one list, and a thread that is in both stands once", async (t) => {
  const homes = [
    [1, 2],
    [2, 3],
  ].map(
    (numbers) =>
      codexHome(
        t,
        numbers.map((n) => thread(n, n)),
      ).home,
  );
  const args = homes.flatMap((home) => ["--codex-home", home]);
  const { stdout, stderr } = await aoCodex(["sessions", "--json", ...args]);
  assert.equal(stderr, "");
  const { codexHome: first, threads } = JSON.parse(stdout);
  assert.equal(first, homes[0]);
  assert.deepEqual(
    threads.map((one) => one.threadId).toSorted(),
    [1, 2, 3].map((n) => threadId(n)).toSorted(),
  );
});
