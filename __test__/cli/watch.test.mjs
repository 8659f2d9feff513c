import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { aoCodex, cli, exitOf } from "../support/command.mjs";
import { codexHome, rollout, whenOver } from "../support/home.mjs";
import { lines, tokenCount } from "../support/records.mjs";
import { CTRL_C, inTerminal } from "../support/terminal.mjs";

const ID = "019e4464-e720-70ca-80b3-5afce7a15c61";
const ENTER = "\u001b[?1049h\u001b[?25l";
const LEAVE = "\u001b[?25h\u001b[?1049l";

const homeWithOne = (t) =>
  codexHome(t, [
    rollout({
      id: ID,
      cwd: "/home/dev/shop",
      at: "2026-05-20T08:00:00.000Z",
      responses: [{ usage: [1000, 200, 100, 40] }],
    }),
  ]);

const more = lines(tokenCount([61_000, 200, 100, 40], [60_000, 0, 0, 0]));

/** What the command prints, while it runs. */
function follow(t, args) {
  const child = spawn(process.execPath, [cli, ...args], {
    env: { ...process.env, TZ: "UTC", XDG_CACHE_HOME: "/dev/null" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = exitOf(child);
  whenOver(t, async () => {
    child.kill("SIGKILL");
    await exit;
  });
  return { child, exit };
}

test("sessions --watch shows the table in place, follows what is written, and leaves the terminal as it was", async (t) => {
  const { home, paths } = homeWithOne(t);
  const line = `stty columns 100 rows 20; exec '${process.execPath}' '${cli}' sessions --watch --codex-home '${home}'`;
  const { exit, press, screen, shows } = inTerminal(t, line);
  await shows("1,100");
  assert.ok(screen().startsWith(ENTER), JSON.stringify(screen()));
  await pause(1_500);
  const drawn = screen().length;
  await pause(2_500);
  assert.equal(screen().length, drawn, "nothing is drawn while nothing happens");
  appendFileSync(paths[0], more);
  await shows("61,100");
  press(CTRL_C);
  assert.equal(await exit, 0);
  assert.ok(screen().endsWith(LEAVE), JSON.stringify(screen().slice(-200)));
});

test("sessions --watch --json prints a document a line at every change", async (t) => {
  const { home, paths } = homeWithOne(t);
  const args = ["sessions", "--watch", "--json", "--codex-home", home];
  const { child, exit } = follow(t, args);
  const documents = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const tokens = async () => {
    const { value } = await documents.next();
    return JSON.parse(value).threads.map(({ threadId, usage }) => [threadId, usage.totalTokens]);
  };
  assert.deepEqual(await tokens(), [[ID, 1100]]);
  appendFileSync(paths[0], more);
  assert.deepEqual(await tokens(), [[ID, 61_100]]);
  child.kill("SIGINT");
  assert.deepEqual([await exit, (await documents.next()).done], [0, true]);
});

test("sessions --watch without a terminal says what it needs", async (t) => {
  const { home } = homeWithOne(t);
  const { code, stdout, stderr } = await aoCodex(["sessions", "--watch", "--codex-home", home]);
  assert.deepEqual([code, stdout, stderr], [2, "", "error: --watch needs a terminal, or --json\n"]);
});
