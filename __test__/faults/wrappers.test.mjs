import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { installWrappers } from "@ao/plugin-codex/native";
import { temporaryFolder, writeFile } from "../support/home.mjs";
import { eachFault } from "./faults.mjs";
import { callFailing } from "./inject.mjs";

const CALLS = ["open", "read", "write", "rename", "fsync", "make"];

const OLD = { gh: "#!/bin/sh\n# old gh\n", git: "#!/bin/sh\n# old git\n" };
const OLD_MARKER = "0.0.1";

test("a set of wrappers whose installation fails half-way is whole files, and complete where its marker says so", async (t) => {
  const folder = temporaryFolder(t);
  const reference = join(folder, "reference");
  await installWrappers({ aoHome: reference });
  const latest = filesOf(reference);
  const hits = await eachFault(folder, CALLS, async (fault, what) => {
    const aoHome = join(folder, "ao");
    rmSync(aoHome, { recursive: true, force: true });
    for (const [name, text] of Object.entries(OLD)) writeFile(aoHome, join("bin", name), text);
    writeFile(aoHome, "bin/.ao-version", OLD_MARKER);
    const { signal, stderr, answer, hit } = await callFailing(
      "installWrappers",
      [{ aoHome }],
      fault,
    );
    assert.equal(signal, null, what);
    assert.doesNotMatch(stderr, /panicked/, what);
    const found = filesOf(aoHome);
    for (const [name, text] of Object.entries(found))
      assert.ok(
        [latest[name], OLD[name], OLD_MARKER].includes(text),
        `${what}: ${name} is ${text}`,
      );
    if (found[".ao-version"] === latest[".ao-version"]) assert.deepEqual(found, latest, what);
    assert.ok(isClear(answer, aoHome), `${what}: ${JSON.stringify(answer)}`);
    await installWrappers({ aoHome });
    assert.deepEqual(filesOf(aoHome), latest, what);
    return hit;
  });
  t.diagnostic(`${hits} faults`);
  assert.ok(hits > 0);
});

test("an AGENTS.md of which a call fails is as before or as after", async (t) => {
  const folder = temporaryFolder(t);
  const hits = await eachFault(
    folder,
    ["open", "read", "write", "rename", "fsync"],
    async (fault, what) => {
      const path = writeFile(folder, "work/AGENTS.md", "# Ours\n\nKeep it.");
      const { signal, answer, hit } = await callFailing(
        "installAgentsSection",
        [join(folder, "work")],
        fault,
      );
      assert.equal(signal, null, what);
      const text = readFileSync(path, "utf8");
      assert.ok(text.startsWith("# Ours\n\nKeep it."), `${what}: ${text}`);
      assert.ok(
        text === "# Ours\n\nKeep it." || /update_ao_metadata[^]*\n$/.test(text),
        `${what}: ${text}`,
      );
      assert.ok(isClear(answer, folder), `${what}: ${JSON.stringify(answer)}`);
      return hit;
    },
  );
  t.diagnostic(`${hits} faults`);
  assert.ok(hits > 0);
});

function filesOf(aoHome) {
  const directory = join(aoHome, "bin");
  if (!existsSync(directory)) return {};
  const names = readdirSync(directory).filter((name) => existsSync(join(directory, name)));
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(join(directory, name), "utf8")]),
  );
}

/** It worked, it says what failed where, or the fault hit the report. */
const isClear = (answer, path) =>
  answer === null || answer.value !== undefined || answer.error.message.includes(path);
