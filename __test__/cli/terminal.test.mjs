import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { linkSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { aoCodex, cli, exitOf, root, run } from "../support/command.mjs";
import { codexHome, rollout, temporaryFolder } from "../support/home.mjs";
import { CTRL_C, inTerminal } from "../support/terminal.mjs";

const SAMPLE = ["--codex-home", join(root, "samples", "codex-home")];
const ESCAPE = "\u001b";
const ERASE_LINE = `\r${ESCAPE}[K`;

test("a pipe gets no colours", async () => {
  const { stdout } = await aoCodex(["sessions", ...SAMPLE]);
  assert.ok(!stdout.includes(ESCAPE));
});

test("FORCE_COLOR brings colours to a pipe, NO_COLOR takes them away again", async () => {
  const forced = await aoCodex(["sessions", ...SAMPLE], { env: { FORCE_COLOR: "1" } });
  const both = await aoCodex(["sessions", ...SAMPLE], { env: { FORCE_COLOR: "1", NO_COLOR: "1" } });
  const none = await aoCodex(["sessions", ...SAMPLE]);
  assert.ok(forced.stdout.includes(`${ESCAPE}[1m`));
  assert.deepEqual(both, none);
});

test("colours change nothing but colours", async () => {
  const forced = await aoCodex(["usage", ...SAMPLE], { env: { FORCE_COLOR: "1" } });
  const none = await aoCodex(["usage", ...SAMPLE]);
  // oxlint-disable-next-line no-control-regex -- escapes are what is taken out
  assert.equal(forced.stdout.replace(/\u001b\[\d+m/g, ""), none.stdout);
});

test("JSON has no colours, whatever is forced", async () => {
  const { stdout } = await aoCodex(["sessions", "--json", ...SAMPLE], {
    env: { FORCE_COLOR: "1" },
  });
  assert.ok(!stdout.includes(ESCAPE));
});

test("a reader that goes away ends the command without a word", async (t) => {
  const { home } = codexHome(t, manyThreads(3_000));
  const command = `"$0" "$1" sessions --codex-home "$2" | head -n 1; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await run("bash", ["-c", command, process.execPath, cli, home]);
  assert.equal(stderr, "");
  assert.match(stdout, /^WORKSPACE .*\n0\n$/);
});

test("a reader that goes away ends a JSON document without a word", async (t) => {
  const { home } = codexHome(t, manyThreads(3_000));
  const command = `"$0" "$1" usage --json --codex-home "$2" | head -n 1; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await run("bash", ["-c", command, process.execPath, cli, home]);
  assert.equal(stderr, "");
  assert.equal(stdout, "{\n0\n");
});

test("a JSON document comes whole through a pipe that does not wait for its reader", async (t) => {
  const { home } = codexHome(t, manyThreads(3_000));
  const usage = ["usage", "--json", "--codex-home", home];
  const expected = await aoCodex(usage);
  assert.ok(expected.stdout.length > 1_000_000);
  // As long as a Node that writes to a pipe lives, nobody who shares the pipe waits in a call.
  const another = `process.stdout.write(""); require("node:fs").writeFileSync("open", ""); setInterval(() => {}, 1e6)`;
  const command = `cd "$1"; { "$0" -e "$2" & until [ -e open ]; do sleep 0.05; done; "$0" "\${@:3}"; kill $!; } | { sleep 1; cat; }`;
  const args = ["-c", command, process.execPath, home, another, cli, ...usage];
  assert.deepEqual(await run("bash", args, { env: { TZ: "UTC" } }), expected);
});

for (const command of ["sessions", "usage --json", "--help"]) {
  test(`${command} says in a line that nothing can be written`, async () => {
    const line = `exec "$0" "$1" ${command} --codex-home "$2" 1</dev/null`;
    const args = ["-c", line, process.execPath, cli, SAMPLE[1]];
    const { code, stdout, stderr } = await run("bash", args);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /^ao-codex: EBADF: bad file descriptor, write\n$/);
  });
}

test("a long scan shows its progress on a terminal; Ctrl-C ends it at once and leaves no half answer", async (t) => {
  const home = endlessHome(t);
  const out = join(home, "out");
  // Standard output goes to a file, so what the terminal shows is standard error.
  const line = `exec '${process.execPath}' '${cli}' usage --json --codex-home '${home}' >'${out}'`;
  const { exit, press, screen: shown, shows } = inTerminal(t, line);
  await shows("Reading rollouts");
  press(CTRL_C);
  // The whole of it would take minutes.
  assert.equal(await exit, 130);
  const screen = shown();
  assert.match(screen, /Reading rollouts … \d+ % \([\d,]+ of 20,000\)/);
  assert.ok(screen.includes(ERASE_LINE, screen.lastIndexOf("Reading")), JSON.stringify(screen));
  assert.equal(readFileSync(out, "utf8"), "");
});

test("no progress is shown where standard error is no terminal", async (t) => {
  const args = [cli, "sessions", "--codex-home", endlessHome(t)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const output = Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
  setTimeout(() => child.kill("SIGKILL"), 2_000);
  assert.equal(await exitOf(child), "SIGKILL");
  assert.deepEqual(
    (await output).map((chunks) => Buffer.concat(chunks).toString()),
    ["", ""],
  );
});

function manyThreads(count) {
  return Array.from({ length: count }, (_, n) =>
    rollout({
      id: `019e4464-e720-70ca-80b3-${String(n).padStart(12, "0")}`,
      cwd: `/home/dev/project-${n}`,
      at: "2026-05-20T08:00:00.000Z",
    }),
  );
}

/** A home of 400 GB that takes 20 MB, one rollout under 20,000 names: no machine reads it while a test waits. */
function endlessHome(t) {
  const home = temporaryFolder(t);
  const day = join(home, "sessions", "2026", "05", "20");
  mkdirSync(day, { recursive: true });
  const { name, text } = rollout({
    id: "019e4464-e720-70ca-80b3-000000000000",
    cwd: "/home/dev/shop",
    at: "2026-05-20T08:00:00.000Z",
  });
  const filler = `{"timestamp":"2026-05-20T08:00:00.000Z","type":"response_item","payload":{"type":"message","text":"${"x".repeat(900)}"}}\n`;
  writeFileSync(join(day, name), text + filler.repeat(20_000));
  for (let n = 1; n < 20_000; n += 1) {
    linkSync(join(day, name), join(day, name.replace(/0{12}/, String(n).padStart(12, "0"))));
  }
  return home;
}
