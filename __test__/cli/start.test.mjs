import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root, run } from "../support/command.mjs";
import { codexHome, rollout, temporaryFolder } from "../support/home.mjs";

/** `npm start` as a user types it, with a home folder of its own. */
function npmStart(home, args = [], env = {}) {
  const options = {
    cwd: root,
    env: { HOME: home, USERPROFILE: home, COLUMNS: "100", TZ: "UTC", ...env },
  };
  return run("npm", ["start", "--silent", "--", ...args], options);
}

test("npm start where Codex has not run says so and shows the sample home", async (t) => {
  const home = temporaryFolder(t);
  const { code, stdout, stderr } = await npmStart(home);
  assert.equal(code, 0);
  assert.match(stderr, new RegExp(`No rollouts in ${join(home, ".codex")}: .* sample home`));
  assert.match(stdout, /^WORKSPACE .*\n(.*\n)+21 threads /);
});

test("npm start shows the user's own home where there is one", async (t) => {
  const at = "2026-05-20T08:00:00.000Z";
  const { home } = codexHome(t, [
    rollout({ id: "019e4464-e720-70ca-80b3-5afce7a15c61", cwd: "/home/dev/own", at }),
  ]);
  const { code, stdout, stderr } = await npmStart(temporaryFolder(t), [], { CODEX_HOME: home });
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /\/home\/dev\/own .*\n.*\n1 thread /);
});

test("arguments of npm start go to the command, on the sample home too", async (t) => {
  const { code, stdout } = await npmStart(temporaryFolder(t), ["usage", "--by", "model", "--json"]);
  assert.equal(code, 0);
  assert.equal(JSON.parse(stdout).groups.length, 10);
});

test("npm start passes the exit code on", async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "home"));
  const { code } = await npmStart(join(folder, "home"), ["usage", "--since", "never"]);
  assert.equal(code, 2);
});

test("a second npm start builds nothing and takes less than a second of CPU", async (t) => {
  // CPU, not time: the machine may be busy with something else.
  const line = "TIMEFORMAT='cpu %U %S'; time npm start --silent >/dev/null";
  const { code, stderr } = await run("bash", ["-c", line], {
    cwd: root,
    env: { HOME: temporaryFolder(t) },
  });
  assert.equal(code, 0);
  assert.doesNotMatch(stderr, /building/);
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)/.exec(stderr);
  assert.ok(Number(user) + Number(system) < 1, stderr);
});
