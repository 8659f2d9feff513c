/** Whatever lies where the package looks: nobody waits for it, and the answers are those of a machine without it. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { KINDS, put, round, victim } from "./support/victim.mjs";

/** Where a rollout, a work tree, a repository, a configuration or a cache is looked for. */
const PLACES = {
  "the repository's `.git`": ({ workspace }) => join(workspace, ".git"),
  "`info/exclude`": ({ workspace }) => join(workspace, ".git/info/exclude"),
  "`AGENTS.md`": ({ workspace }) => join(workspace, "AGENTS.md"),
  "the checkout's `.codex`": ({ workspace }) => join(workspace, ".codex"),
  "the checkout's `.codex/config.toml`": ({ workspace }) => join(workspace, ".codex/config.toml"),
  "the checkout's `.codex/hooks.json`": ({ workspace }) => join(workspace, ".codex/hooks.json"),
  "the orchestrator's activity log": ({ workspace }) => join(workspace, ".ao/activity.jsonl"),
  "Codex's `config.toml`": ({ codexHome }) => join(codexHome, "config.toml"),
  "Codex's `session_index.jsonl`": ({ codexHome }) => join(codexHome, "session_index.jsonl"),
  // What a rollout costs is as much as it is long.
  "a rollout": ({ codexHome }) =>
    join(codexHome, `sessions/2026/05/21/rollout-2026-05-21T08-00-00-${OTHER}.jsonl`),
  "a compressed rollout": ({ codexHome }) =>
    join(codexHome, `sessions/2026/05/21/rollout-2026-05-21T08-00-00-${OTHER}.jsonl.zst`),
  "the archive": ({ codexHome }) => join(codexHome, "archived_sessions"),
  "a session's event file": ({ aoHome }) => join(aoHome, "codex/events/app-1.jsonl"),
  "a session's screen note": ({ aoHome }) => join(aoHome, "codex/screen/app-1"),
  "the user's prices": ({ root }) => join(root, ".config/ao-codex/prices.json"),
  "the cache's directory": ({ root }) => join(root, ".cache/ao-codex"),
};

const OTHER = "019e4464-e720-70ca-80b3-5afce7a15c61";

/** Prices that cannot be read are an error for who asks what something costs; a session is told of all the same. */
const SAID = (place, kind) => place === "the user's prices" && kind !== "a link to nothing";

const UNPRICED = (kind) => {
  const isRead = kind === "a file that nobody may read" || kind === "a megabyte without a line";
  const error = isRead ? "Error: InvalidArg" : "Error: GenericFailure";
  return { prices: error, tokens: error };
};

const answered = new Map();

const FITS = (place, kind) => place !== "a rollout" || kind !== "a terabyte of nothing";

for (const [place, pathOf] of Object.entries(PLACES))
  for (const kind of Object.keys(KINDS).filter((one) => FITS(place, one)))
    test(`${kind} in place of ${place} holds nobody up and changes no answer`, async (t) => {
      const machine = victim(t);
      await put(kind, pathOf(machine), t);
      const found = await round(machine);
      const clean = await without(t, place, pathOf);
      const expected = SAID(place, kind) ? { ...clean, ...UNPRICED(kind) } : clean;
      assert.deepEqual(anonymous(found.answers, machine), expected);
    });

/** The answers of a machine on which there is nothing in that place. */
async function without(t, place, pathOf) {
  if (!answered.has(place)) {
    const machine = victim(t);
    rmSync(pathOf(machine), { recursive: true, force: true });
    answered.set(place, anonymous((await round(machine)).answers, machine));
  }
  return answered.get(place);
}

/**
 * Each machine is a folder of its own. What a launch trusts and where its sandbox may write follows what is in the work
 * tree, which the tests of the launch look at.
 */
function anonymous(answers, { root, codexHome }) {
  const text = JSON.stringify(answers)
    .replaceAll(root, "ROOT")
    .replaceAll(codexHome, "CODEX")
    .replaceAll(/ -c '(projects|sandbox_workspace_write.writable_roots)=(.(?! -))*./g, "");
  return JSON.parse(text);
}
