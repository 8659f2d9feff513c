import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { promisify } from "node:util";

import { create } from "@ao/plugin-codex";
import { eventually } from "./support/wait.mjs";
import { makeWorld } from "./support/world.mjs";

const run = promisify(execFile);

const inTmux = (name, ...command) =>
  run("tmux", ["-f", "/dev/null", "new-session", "-d", "-s", name, ...command]);

const handle = (id) => ({ id, runtimeName: "tmux", data: {} });

/** A process of the test, ended with it. */
const started = (t, program, args, options = {}) => {
  const child = spawn(program, args, { stdio: "ignore", ...options });
  t.after(async () => {
    child.kill("SIGKILL");
    await (child.exitCode === null && child.signalCode === null ? once(child, "exit") : null);
  });
  return child;
};

test("a Codex in a session runs, and no longer when it has ended", async (t) => {
  const world = await makeWorld(t);
  const codex = await world.sleeper("bin/codex");
  const agent = create();
  assert.equal(await agent.isProcessRunning(handle("ao-1")), false);
  await inTmux("ao-1", `sh -c '${codex} 600; exec sleep 600'`);
  await eventually("the start", () => agent.isProcessRunning(handle("ao-1")));
  // Between its start and its first look at its arguments a process shows none.
  await eventually("its arguments", () =>
    run("pkill", ["-f", `^${codex} 600`]).then(Boolean, () => false),
  );
  await eventually("the end", async () => !(await agent.isProcessRunning(handle("ao-1"))));
});

test("the session ao-1 is not the session ao-10", async (t) => {
  const world = await makeWorld(t);
  const codex = await world.sleeper("bin/codex");
  const agent = create();
  await inTmux("ao-10", `${codex} 600`);
  await eventually("the start", () => agent.isProcessRunning(handle("ao-10")));
  assert.equal(await agent.isProcessRunning(handle("ao-1")), false);
  assert.equal(await agent.isProcessRunning(handle("ao")), false);
});

test("every pane of every window is looked at", async (t) => {
  const world = await makeWorld(t);
  const codex = await world.sleeper("bin/codex");
  const agent = create();
  await inTmux("ao-1", "sleep 600");
  await run("tmux", ["new-window", "-d", "-t", "=ao-1:", "sleep 600"]);
  assert.equal(await agent.isProcessRunning(handle("ao-1")), false);
  await run("tmux", ["split-window", "-d", "-t", "=ao-1:1", `${codex} 600`]);
  await eventually("the start", () => agent.isProcessRunning(handle("ao-1")));
});

test("a program that only mentions codex is none", async (t) => {
  const world = await makeWorld(t);
  await world.write("codex", "some text");
  const agent = create();
  const mentions = {
    tail: `/usr/bin/tail -f ${world.path("codex")}`,
    argument: "sleep 600 codex || sleep 600",
    script: `${process.execPath} -e "setTimeout(() => {}, 600000)" codex`,
    shell: `sh -c 'sleep 600; codex'`,
  };
  for (const [name, command] of Object.entries(mentions)) {
    await inTmux(name, command);
  }
  const found = await Promise.all(
    Object.keys(mentions).map((name) => agent.isProcessRunning(handle(name))),
  );
  assert.deepEqual(found, [false, false, false, false]);
});

test("a Codex run through Node, or by a script, is one", async (t) => {
  const world = await makeWorld(t);
  const agent = create();
  const wait = "setTimeout(() => {}, 600_000);\n";
  const asPackage = await world.write("lib/@openai/codex/bin/codex.js", wait);
  const asLink = await world.write("bin/codex", `#!/usr/bin/env node\n${wait}`, 0o755);
  const asScript = await world.script("scripts/codex", "while :; do sleep 1; done");
  await inTmux("package", `${process.execPath} --no-warnings ${asPackage} --model x`);
  await inTmux("link", `${asLink} -- 'a prompt'`);
  await inTmux("script", asScript);
  for (const name of ["package", "link", "script"]) {
    await eventually(name, () => agent.isProcessRunning(handle(name)));
  }
});

test("many who ask at the same time share one tmux, and start no ps", async (t) => {
  const world = await makeWorld(t);
  const codex = await world.sleeper("bin/codex");
  await inTmux("ao-1", `${codex} 600`);
  for (const program of ["ps", "tmux"]) {
    const { stdout } = await run("sh", ["-c", `command -v ${program}`]);
    await world.script(
      `counting/${program}`,
      `echo ${program} >> ${world.path("calls")}\nexec ${stdout.trim()} "$@"`,
    );
  }
  process.env.PATH = `${world.path("counting")}:${process.env.PATH}`;
  const agents = [create(), create()];
  const handles = Array.from({ length: 50 }, (_, index) => handle(`ao-${index}`));
  const found = await Promise.all(
    handles.map((one, index) => agents[index % 2].isProcessRunning(one)),
  );
  assert.deepEqual(
    found.flatMap((is, index) => (is ? [index] : [])),
    [1],
  );
  const calls = (await readFile(world.path("calls"), "utf8")).trim().split("\n");
  assert.deepEqual(calls, ["tmux"]);
});

test("an answer is never older than the question", async (t) => {
  const world = await makeWorld(t);
  const codex = await world.sleeper("bin/codex");
  const agent = create();
  for (let round = 0; round < 5; round += 1) {
    const child = started(t, codex, ["600"]);
    await once(child, "spawn");
    const asked = { id: "p", runtimeName: "process", data: { pid: child.pid } };
    assert.equal(await agent.isProcessRunning(asked), true);
    const early = agent.isProcessRunning(asked);
    child.kill("SIGKILL");
    await once(child, "exit");
    assert.equal(await agent.isProcessRunning(asked), false);
    await early;
  }
});

test("a process handle is a Codex while its process lives", async (t) => {
  const world = await makeWorld(t);
  const codex = await world.sleeper("bin/codex");
  const agent = create();
  const child = started(t, "sh", ["-c", `${codex} 600; true`]);
  await once(child, "spawn");
  const asked = {
    id: "p",
    runtimeName: "process",
    data: { pid: child.pid, createdAt: Date.now() },
  };
  await eventually("the start", () => agent.isProcessRunning(asked));
  const asText = { ...asked, data: { pid: String(child.pid) } };
  assert.equal(await agent.isProcessRunning(asText), true);
});

test("a reused process number is another process", async (t) => {
  const world = await makeWorld(t);
  const codex = await world.sleeper("bin/codex");
  const agent = create();
  const child = started(t, codex, ["600"]);
  const other = started(t, "sleep", ["600"]);
  await Promise.all([once(child, "spawn"), once(other, "spawn")]);
  const anHourAgo = Date.now() - 3_600_000;
  const ask = (data) => agent.isProcessRunning({ id: "p", runtimeName: "process", data });
  assert.equal(await ask({ pid: child.pid, createdAt: anHourAgo }), false);
  assert.equal(await ask({ pid: child.pid, createdAt: new Date(anHourAgo).toISOString() }), false);
  assert.equal(await ask({ pid: child.pid, createdAt: Date.now() }), true);
  assert.equal(await ask({ pid: other.pid, createdAt: Date.now() }), false);
});

test("a process that may not be signalled is alive", async (t) => {
  await makeWorld(t);
  const foreign = Object.assign(new Error("kill EPERM"), { code: "EPERM" });
  t.mock.method(process, "kill", () => {
    throw foreign;
  });
  const asked = { id: "p", runtimeName: "process", data: { pid: 1 } };
  assert.equal(await create().isProcessRunning(asked), true);
});

test("a handle without a process has none", async (t) => {
  await makeWorld(t);
  const agent = create();
  for (const pid of [undefined, null, 0, -1, 1.5, "x", "", Number.NaN]) {
    assert.equal(
      await agent.isProcessRunning({ id: "p", runtimeName: "process", data: { pid } }),
      false,
    );
  }
  const child = spawn("true");
  await once(child, "exit");
  const ended = { id: "p", runtimeName: "process", data: { pid: child.pid } };
  assert.equal(await agent.isProcessRunning(ended), false);
});

test("where tmux is not installed no session runs", async (t) => {
  const world = await makeWorld(t);
  const { stdout } = await run("sh", ["-c", "command -v ps"]);
  await world.script("only/ps", `exec ${stdout.trim()} "$@"`);
  process.env.PATH = world.path("only");
  assert.equal(await create().isProcessRunning(handle("ao-1")), false);
});

/** Every macOS has `ps`, and no `/proc`. */
const withoutPs = process.platform === "linux" ? test : () => undefined;

withoutPs("a machine without ps has the same answers", async (t) => {
  const world = await makeWorld(t);
  const codex = await world.sleeper("bin/codex");
  const asPackage = await world.write("lib/my codex/codex.js", "setTimeout(() => {}, 600_000);\n");
  const { stdout } = await run("sh", ["-c", "command -v tmux"]);
  await inTmux("native", `${codex} 600`);
  await inTmux("package", `${process.execPath} '${asPackage}'`);
  await inTmux("mention", `tail -f '${asPackage}'`);
  await world.script("only/tmux", `exec ${stdout.trim()} "$@"`);
  process.env.PATH = world.path("only");
  const agent = create();
  await eventually("a native Codex", () => agent.isProcessRunning(handle("native")));
  await eventually("a Codex of npm", () => agent.isProcessRunning(handle("package")));
  assert.equal(await agent.isProcessRunning(handle("mention")), false);

  const child = started(t, codex, ["600"]);
  await once(child, "spawn");
  const ask = (createdAt) =>
    agent.isProcessRunning({
      id: "p",
      runtimeName: "process",
      data: { pid: child.pid, createdAt },
    });
  assert.equal(await ask(Date.now()), true);
  assert.equal(await ask(Date.now() - 3_600_000), false);
});
