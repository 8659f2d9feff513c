import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { linkSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { aoCodex, cli, exitOf, root, run } from "./command.mjs";
import { codexHome, rollout, temporaryFolder } from "./home.mjs";

const SAMPLE = ["--codex-home", join(root, "samples", "codex-home")];
const ESCAPE = "\u001b";
/** Arguments of `script`, which runs a command line in a terminal of its own. */
const IN_A_TERMINAL = {
  linux: (line) => ["-qec", line, "/dev/null"],
  darwin: (line) => ["-q", "/dev/null", "bash", "-c", line],
};
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

test("Ctrl-C during a scan ends it at once with exit code 130 and no half answer", async (t) => {
  const home = slowHome(t);
  const child = spawn(process.execPath, [cli, "usage", "--json", "--codex-home", home], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
  setTimeout(() => child.kill("SIGINT"), 700);
  const started = Date.now();
  assert.equal(await exitOf(child), 130);
  assert.ok(Date.now() - started < 4_000, "it went on for more than three seconds");
  assert.deepEqual(
    (await output).map((chunks) => Buffer.concat(chunks).toString()),
    ["", ""],
  );
});

test("a long scan shows its progress on a terminal and leaves nothing of it", async (t) => {
  const home = slowHome(t);
  // Standard output goes to a file, so what the terminal shows is standard error.
  const line = `'${process.execPath}' '${cli}' sessions --codex-home '${home}' >'${join(home, "out")}'`;
  const { code, stdout } = await run("script", IN_A_TERMINAL[process.platform](line));
  assert.equal(code, 0);
  assert.match(stdout, /Reading rollouts … \d+ % \(\d+ of 400\)/);
  assert.ok(stdout.endsWith(ERASE_LINE), JSON.stringify(stdout.slice(-80)));
});

test("no progress is shown where standard error is no terminal", async (t) => {
  const { stderr } = await aoCodex(["sessions", "--codex-home", slowHome(t)]);
  assert.equal(stderr, "");
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

/** A home of some 8 GB that takes 20 MB: one rollout under 400 names. */
function slowHome(t) {
  const home = temporaryFolder(t);
  const day = join(home, "sessions", "2026", "05", "20");
  mkdirSync(day, { recursive: true });
  const { name, text } = rollout({
    id: "019e4464-e720-70ca-80b3-5afce7a15c61",
    cwd: "/home/dev/shop",
    at: "2026-05-20T08:00:00.000Z",
  });
  const filler = `{"timestamp":"2026-05-20T08:00:00.000Z","type":"response_item","payload":{"type":"message","text":"${"x".repeat(900)}"}}\n`;
  writeFileSync(join(day, name), text + filler.repeat(20_000));
  for (let n = 1; n < 400; n += 1) {
    linkSync(join(day, name), join(day, name.replace("5afce7a15c61", String(n).padStart(12, "0"))));
  }
  return home;
}
