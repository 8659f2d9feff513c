/**
 * What a function is not made for is refused by the name of the argument, as a rejection, and never taken for another.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import * as native from "@ao/plugin-codex/native";
import { refusal } from "../support/error-codes.mjs";
import { temporaryFolder } from "../support/home.mjs";
import { AT, threadId } from "../support/records.mjs";

const ID = threadId(1);

/** Calls that take a text in the place of `…`, and what they take it for. */
const TEXTS = [
  ["codexHome", "a path", (text) => native.listThreads({ codexHome: text })],
  ["codexHome", "a path", (text) => native.findRollout("/home/dev", { codexHome: text })],
  ["codexHome", "a path", (text) => native.threadUsage(ID, { codexHome: text })],
  ["codexHome", "a path", (text) => native.homeUsage({ codexHome: text })],
  ["workspacePath", "a path", (text) => native.listThreads({ workspacePath: text })],
  ["workspacePath", "a path", (text) => native.homeUsage({ workspacePath: text })],
  ["workspacePath", "a path", (text) => native.findRollout(text)],
  ["rolloutPath", "a path", (text) => native.readActivity(text)],
  ["rolloutPath", "a path", (text) => native.rolloutUsage(text)],
  ["threadId", "the id of a thread", (text) => native.threadUsage(text)],
];

const NO_TEXTS = [
  ["", "an empty string"],
  [42, "the number 42"],
  [Number.NaN, "the number NaN"],
  [true, "a boolean"],
  [1n, "a bigint"],
  [Symbol("x"), "a symbol"],
  [{ toString: () => "/home/dev" }, "an object"],
  [["/home/dev"], "an object"],
  [new URL("file:///home/dev"), "an object"],
  [() => "/home/dev", "a function"],
];

for (const [name, what, call] of TEXTS) {
  for (const [value, got] of NO_TEXTS) {
    test(`${call.toString().slice(10)} refuses ${got} as ${name}`, async () => {
      await rejectsWith(call(value), `expected \`${name}\` to be ${what}, got ${got}`);
    });
  }
}

const REQUIRED = [
  ["workspacePath", "a path", native.findRollout],
  ["rolloutPath", "a path", native.readActivity],
  ["rolloutPath", "a path", native.rolloutUsage],
  ["threadId", "the id of a thread", native.threadUsage],
];

for (const [name, what, call] of REQUIRED) {
  for (const nothing of [[], [undefined], [null]]) {
    test(`${call.name}(${nothing.join()}): without ${name} there is nothing to read`, async () => {
      await rejectsWith(call(...nothing), `expected \`${name}\` to be ${what}, got nothing`);
    });
  }
}

const WITH_OPTIONS = {
  listThreads: (options) => native.listThreads(options),
  findRollout: (options) => native.findRollout("/home/dev", options),
  threadUsage: (options) => native.threadUsage(ID, options),
  homeUsage: (options) => native.homeUsage(options),
};

for (const [name, call] of Object.entries(WITH_OPTIONS)) {
  for (const [value, got] of [
    ["/home/dev/.codex", "a string"],
    [5, "the number 5"],
    [false, "a boolean"],
    [[], "an array"],
    [() => {}, "a function"],
  ]) {
    test(`${name} does not take ${got} for no options`, async () => {
      await rejectsWith(call(value), `expected \`options\` to be an object, got ${got}`);
    });
  }
}

test("homeUsage takes a list of homes, and refuses what is none by its place", async (t) => {
  const options = (moreCodexHomes) => ({ codexHome: temporaryFolder(t), moreCodexHomes });
  assert.deepEqual((await native.homeUsage(options([]))).threads, []);
  for (const [value, got] of [
    ["a", "a string"],
    [{ 0: "a" }, "an object"],
  ])
    await rejectsWith(
      native.homeUsage(options(value)),
      `expected \`moreCodexHomes\` to be an array, got ${got}`,
    );
  for (const [value, got] of [
    ["", "an empty string"],
    [null, "nothing"],
    [7, "the number 7"],
  ])
    await rejectsWith(
      native.homeUsage(options(["a", value])),
      `expected \`moreCodexHomes[1]\` to be a path, got ${got}`,
    );
});

const NO_COUNTS = [
  ["3", "a string"],
  [-1, "the number -1"],
  [0.5, "the number 0.5"],
  [Number.NaN, "the number NaN"],
  [Number.POSITIVE_INFINITY, "an infinite number"],
  [3n, "a bigint"],
];

for (const [value, got] of NO_COUNTS) {
  test(`probeBinary refuses ${got} as timeLimitMs`, async () => {
    const message = `expected \`timeLimitMs\` to be a whole number from 0 on, got ${got}`;
    await rejectsWith(native.probeBinary("/home/dev/codex", value), message);
  });
}

const NO_TIMES = [
  ["2026-05-20", "a string"],
  [Number.NaN, "the number NaN"],
  [Number.NEGATIVE_INFINITY, "an infinite number"],
  [new Date(AT), "an object"],
  [1n, "a bigint"],
];

for (const name of ["sinceMs", "untilMs"]) {
  for (const [value, got] of NO_TIMES) {
    test(`homeUsage refuses ${got} as ${name}`, async () => {
      const message = `expected \`${name}\` to be a time in milliseconds since 1970, got ${got}`;
      await rejectsWith(native.homeUsage({ [name]: value }), message);
    });
  }
}

test("a time may have a fraction, as those of files have, and lie before 1970", async (t) => {
  const codexHome = temporaryFolder(t);
  const { threads } = await native.homeUsage({ codexHome, sinceMs: -0.5, untilMs: 1e12 + 0.25 });
  assert.deepEqual(threads, []);
});

const GROUPINGS =
  "one or two of thread, workspace, repo, branch, session, pr, model, tier, kind, hour, day, week or month";

for (const [value, got] of [
  ["colour", "`colour`"],
  ["", "``"],
  ["Model", "`Model`"],
  [1, "the number 1"],
]) {
  test(`homeUsage refuses ${got} as by and as workspaceMatch`, async () => {
    await rejectsWith(
      native.homeUsage({ by: value }),
      `expected \`by\` to be ${GROUPINGS}, got ${got}`,
    );
    await rejectsWith(
      native.homeUsage({ workspaceMatch: value }),
      `expected \`workspaceMatch\` to be ran or began, got ${got}`,
    );
  });
}

for (const by of ["model,", ",model", "model,,day", "model,colour", "model,day,tier", "day,day"]) {
  test(`homeUsage refuses ${by} as by`, async () => {
    await rejectsWith(
      native.homeUsage({ by }),
      `expected \`by\` to be ${GROUPINGS}, got \`${by}\``,
    );
  });
}

const SESSION = { id: "app-1", threadIds: [] };

test("homeUsage refuses beside exports what they do not say", async (t) => {
  const from = [temporaryFolder(t)];
  for (const [name, value] of [
    ["sessions", [SESSION]],
    ["runningSinceMs", 0],
    ["codexHome", from[0]],
  ])
    await rejectsWith(
      native.homeUsage({ from, [name]: value }),
      `from and ${name} exclude each other`,
    );
});

for (const [options, message] of [
  [{ sessions: 5 }, "expected `sessions` to be an array, got the number 5"],
  [{ sessions: [SESSION, 5] }, "expected `sessions[1]` to be an object, got the number 5"],
  [{ sessions: [{ threadIds: [] }] }, "`sessions[0]`: Missing field `id`"],
  [{ sessions: [{ id: "app-1" }] }, "`sessions[0]`: Missing field `threadIds`"],
  [
    { sessions: [{ ...SESSION, id: 1 }] },
    "expected `id` to be the id of a session, got the number 1",
  ],
  [
    { sessions: [{ ...SESSION, threadIds: "x" }] },
    "expected `threadIds` to be an array, got a string",
  ],
  [
    { sessions: [{ ...SESSION, threadIds: [null] }] },
    "expected `threadIds[0]` to be the id of a thread, got nothing",
  ],
  [
    { sessions: [{ ...SESSION, branch: 3 }] },
    "expected `branch` to be the name of a branch, got the number 3",
  ],
  [{ sessions: [{ ...SESSION, pr: 3 }] }, "expected `pr` to be a pull request, got the number 3"],
  [
    { sessions: [{ ...SESSION, workspacePath: {} }] },
    "expected `workspacePath` to be a path, got an object",
  ],
  [{ moreCodexHomes: "/home" }, "expected `moreCodexHomes` to be an array, got a string"],
  [{ moreCodexHomes: [""] }, "expected `moreCodexHomes[0]` to be a path, got an empty string"],
]) {
  test(`homeUsage refuses ${JSON.stringify(options)}`, async () => {
    await rejectsWith(native.homeUsage(options), message);
  });
}

test("lists that homeUsage is given may be null, and so may what a session does not have", async (t) => {
  const codexHome = temporaryFolder(t);
  const nothing = { branch: null, pr: null, workspacePath: null };
  for (const options of [
    { sessions: null, moreCodexHomes: null },
    { sessions: [{ ...SESSION, ...nothing }] },
  ]) {
    const { threads } = await native.homeUsage({ codexHome, ...options });
    assert.deepEqual(threads, []);
  }
});

for (const [name, call] of [
  ["sessionEvidence", () => native.sessionEvidence([{}])],
  ["noteLaunch", () => native.noteLaunch("app-1", {})],
]) {
  test(`${name} rejects an object that lacks a field`, async () => {
    await assert.rejects(call(), {
      code: "InvalidArg",
      message: /Missing field `(session|thread)Id`/,
    });
  });
}

for (const [value, got] of [
  [5, "a number"],
  ["abort", "a string"],
  [() => {}, "a function"],
  [{}, "an object"],
  [{ aborted: 1, addEventListener() {}, removeEventListener() {} }, "an object"],
  [new AbortController(), "an object"],
]) {
  test(`homeUsage refuses ${got} that is no AbortSignal as signal`, async (t) => {
    const call = native.homeUsage({ codexHome: temporaryFolder(t) }, value);
    await rejectsWith(call, `expected \`signal\` to be an AbortSignal, got ${got}`);
  });
}

for (const [value, got] of [
  [5, "a number"],
  [{}, "an object"],
]) {
  test(`homeUsage refuses ${got} as onProgress`, async (t) => {
    const call = native.homeUsage({ codexHome: temporaryFolder(t) }, null, value);
    await rejectsWith(call, `expected \`onProgress\` to be a function, got ${got}`);
  });
}

test("what an options object throws is thrown", () => {
  const options = {
    get codexHome() {
      throw new RangeError("not today");
    },
  };
  assert.throws(() => native.listThreads(options), new RangeError("not today"));
});

test("a path with a NUL byte leads nowhere, and says so", async () => {
  const path = "/home/dev/rollout\0a.jsonl";
  const message = `cannot read rollout ${path}: file name contained an unexpected NUL byte`;
  await rejectsWith(native.readActivity(path), message, "GenericFailure");
});

test("a path that is longer than the system allows is refused by the system", async () => {
  const path = join("/", "x".repeat(5_000), "rollout-a.jsonl");
  assert.deepEqual(await refusal(native.rolloutUsage(path)), {
    message: `cannot read rollout ${path}: ENAMETOOLONG`,
    code: "GenericFailure",
  });
});

test("a rollout's name ends as Codex ends it", async (t) => {
  const path = join(temporaryFolder(t), "notes.txt");
  const message = `cannot read rollout ${path}: its name does not end in .jsonl or .jsonl.zst`;
  await rejectsWith(native.rolloutUsage(path), message);
});

async function rejectsWith(promise, message, code = "InvalidArg") {
  await assert.rejects(promise, { name: "Error", message, code });
}
