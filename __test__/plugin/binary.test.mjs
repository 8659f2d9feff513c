import assert from "node:assert/strict";
import { rm, symlink } from "node:fs/promises";
import { test } from "node:test";

import * as native from "@ao/plugin-codex/native";
import { withoutWaiting } from "./support/wait.mjs";
import { HANGS_S, makeWorld } from "./support/world.mjs";

/** A fresh copy of the module, as in a process of its own: what it found is kept inside. */
let copies = 0;
const freshPlugin = () => {
  copies += 1;
  return import(`../../dist/index.js?copy=${copies}`);
};

test("a directory called codex, or a file that cannot be run, is no Codex", async (t) => {
  const world = await makeWorld(t);
  await world.directory("a/codex");
  await world.write("b/codex", "no program");
  const codex = await world.codex({ at: "c/codex" });
  process.env.PATH = ["a", "b", "c"].map((dir) => world.path(dir)).join(":");
  const { detect, resolveCodexBinary } = await freshPlugin();
  assert.equal(detect(), true);
  assert.equal(await resolveCodexBinary(), codex);
});

test("our own wrapper directory is never looked into, however PATH spells it", async (t) => {
  const world = await makeWorld(t);
  await world.codex({ at: "home/.ao/bin/codex" });
  await symlink(world.path("home/.ao/bin"), world.path("link"));
  const spellings = ["", "/", "/../bin", "//."].map((end) => `${world.aoHome}/bin${end}`);
  process.env.PATH = [...spellings, world.path("link")].join(":");
  const { detect, resolveCodexBinary } = await freshPlugin();
  assert.equal(detect(), false);
  assert.equal(await resolveCodexBinary(), "codex");

  const codex = await world.codex();
  process.env.PATH += `:${world.path("bin")}`;
  assert.equal(await resolveCodexBinary(), codex);
});

test("the binary option comes first, then AO_CODEX_BINARY, then PATH", async (t) => {
  const world = await makeWorld(t);
  const onPath = await world.codex();
  const byVariable = await world.codex({ at: "variable/codex" });
  const byOption = await world.codex({ at: "option/codex" });
  const { create, resolveCodexBinary } = await freshPlugin();
  const started = (agent) =>
    agent
      .getLaunchCommand({ sessionId: "app-1", projectConfig: { path: world.root } })
      .split(" ")[0];

  assert.equal(await resolveCodexBinary(), onPath);
  process.env.AO_CODEX_BINARY = byVariable;
  assert.equal(await (await freshPlugin()).resolveCodexBinary(), byVariable);
  assert.equal(started(create()), byVariable);
  assert.equal(started(create({ binary: byOption })), byOption);
  assert.equal(started(create({ binary: "/nowhere/codex" })), byVariable);
  process.env.AO_CODEX_BINARY = world.path("option");
  assert.equal(started(create()), onPath);
});

test("callers at the same time share one look-up, and its answer is kept while the file is there", async (t) => {
  const world = await makeWorld(t);
  const later = await world.codex({ at: "later/codex" });
  process.env.PATH = [world.path("sooner"), world.path("bin"), world.path("later")].join(":");
  const { resolveCodexBinary } = await freshPlugin();
  const answers = await Promise.all(Array.from({ length: 50 }, () => resolveCodexBinary()));
  assert.deepEqual(new Set(answers), new Set([later]));

  const sooner = await world.codex({ at: "sooner/codex" });
  assert.equal(await resolveCodexBinary(), later);
  await rm(later);
  assert.equal(await resolveCodexBinary(), sooner);
});

test("that there is no Codex is not remembered", async (t) => {
  const world = await makeWorld(t);
  process.env.PATH = world.path("bin");
  const { detect, resolveCodexBinary } = await freshPlugin();
  assert.equal(detect(), false);
  assert.equal(await resolveCodexBinary(), "codex");
  const codex = await world.codex();
  assert.equal(detect(), true);
  assert.equal(await resolveCodexBinary(), codex);
});

test("the environment of the moment counts for the native look-up", async (t) => {
  const world = await makeWorld(t);
  process.env.PATH = world.path("bin");
  assert.equal(await native.resolveBinary(), null);
  assert.equal(native.resolveBinarySync(), null);
  const codex = await world.codex({ at: "home/.volta/bin/codex" });
  assert.equal(await native.resolveBinary(), codex);
  assert.equal(native.resolveBinarySync({ aoHome: world.path("home/.volta") }), null);
  assert.equal(native.findProgramSync("codex"), null);
});

test("a binary says what it can do, and is asked again only when it was replaced", async (t) => {
  const world = await makeWorld(t);
  const codex = await world.codex({ version: "0.144.6", values: ["untrusted", "never"] });
  const facts = {
    version: "0.144.6",
    approvalPolicies: ["untrusted", "never"],
    resume: true,
    noDaemon: false,
    modelSuccessors: {},
  };
  assert.equal(native.cachedBinarySync(codex), null);
  assert.deepEqual(await native.probeBinary(codex), facts);
  assert.deepEqual(native.cachedBinarySync(codex), facts);

  await world.codex({ version: "0.169.0", values: ["never"] });
  assert.equal(native.cachedBinarySync(codex), null);
  assert.deepEqual(await native.probeBinary(codex), {
    ...facts,
    version: "0.169.0",
    approvalPolicies: ["never"],
  });
});

test("a binary that hangs is an error in time, one that is no Codex is null", async (t) => {
  const world = await makeWorld(t);
  const hanging = await world.script("hanging", `sleep ${HANGS_S}`);
  await withoutWaiting(() =>
    assert.rejects(native.probeBinary(hanging, 300), {
      message: `cannot ask codex binary ${hanging}: no answer in time`,
    }),
  );
  assert.equal(await native.probeBinary(await world.script("other", "echo hello")), null);
  await assert.rejects(native.probeBinary(world.path("none")), { code: "GenericFailure" });
});
