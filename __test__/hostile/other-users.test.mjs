/** Other users of the machine: what is ours is private, and what is theirs is not believed. */
import assert from "node:assert/strict";
import { chownSync, existsSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import { activePath, temporaryFolder, writeFile } from "../support/home.mjs";
import { giveToNobody } from "../support/nobody.mjs";
import { lines, oneTurn, threadId, tokenCount } from "../support/records.mjs";
import { askUnprivileged } from "../support/unprivileged.mjs";
import { round, victim } from "./support/victim.mjs";

for (const umask of ["000", "002", "077"])
  test(`with the umask ${umask} everything that a session leaves on the disk is private`, async (t) => {
    const machine = victim(t);
    await round(machine, { umask });
    const places = [
      join(machine.aoHome, "codex"),
      join(machine.aoHome, "bin"),
      join(machine.root, ".cache"),
    ];
    const open = places
      .filter(existsSync)
      .flatMap((place) => [place, ...below(place)].filter(isOpen));
    assert.deepEqual(
      open.map((path) => relative(machine.root, path)),
      [],
    );
  });

/** A directory into which others may look, or a file that they may write to. */
function isOpen(path) {
  const stat = statSync(path);
  return (stat.mode & (stat.isDirectory() ? 0o077 : 0o022)) !== 0;
}

function below(folder) {
  return readdirSync(folder, { recursive: true }).map((name) => join(folder, name));
}

test("events and notes that another user has written are not believed", async (t) => {
  const folder = temporaryFolder(t);
  const id = threadId(1);
  const rollout = writeFile(
    folder,
    join("home", activePath(id)),
    lines(...oneTurn(id, { meta: { cwd: "/elsewhere" }, within: [tokenCount([100, 0, 10, 0])] })),
  );
  const event = { at: Date.now(), event: "SessionStart", thread: id, cwd: "/elsewhere", rollout };
  const events = writeFile(folder, "ao/codex/events/ao-1.jsonl", lines(JSON.stringify(event)));
  giveToNobody(folder);
  const places = { codexHome: join(folder, "home"), aoHome: join(folder, "ao") };
  const threads = async () => {
    const [{ value }] = await askUnprivileged(["sessionEvidence", [{ sessionId: "ao-1" }], places]);
    return value.map(({ thread }) => thread?.threadId ?? null);
  };
  assert.deepEqual(await threads(), [id]);
  // Only root can make a file that is another user's.
  if (process.getuid() !== 0) return;
  chownSync(events, 0, 0);
  assert.deepEqual(await threads(), [null]);
});
