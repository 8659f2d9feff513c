/** Every command of the documents is run, and every output in them is what it prints. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { blocksOf, commandsOf } from "../../scripts/documents/blocks.mjs";
import { DOCUMENTS, root } from "../../scripts/documents/list.mjs";
import { makeSandbox } from "../../scripts/documents/sandbox.mjs";
import { withOutputs } from "../../scripts/write-documents.mjs";

/** Commands that need more than a sandbox, and what runs them. */
const ELSEWHERE = {
  'npm install "@composio/ao-plugin-agent-codex@npm:@ao/plugin-codex"': "npm test -- package",
  "npm start": "__test__/cli/start.test.mjs",
  "npm test": ".ci/run",
  "pip install cargo-zigbuild ziglang": ".github/workflows/release.yml",
  "rustup target add aarch64-unknown-linux-gnu": ".github/workflows/release.yml",
  "node scripts/build-addon.mjs --target aarch64-unknown-linux-gnu --zig --output addons":
    ".github/workflows/release.yml",
  "node scripts/pack.mjs packed --addons addons": ".github/workflows/release.yml",
  "npm test -- package --packed packed": ".github/workflows/release.yml",
  "node scripts/publish.mjs packed --tag v1.2.3 --dry-run": ".github/workflows/release.yml",
};

for (const name of DOCUMENTS) {
  const text = readFileSync(join(root, name), "utf8");

  test(`what ${name} shows is what the commands print (else: node scripts/write-documents.mjs)`, async (t) => {
    assert.equal(await withOutputs(text, t), text);
  });

  for (const block of blocksOf(text).filter(({ language }) => language === "sh")) {
    const commands = commandsOf(block).filter((command) => !(command in ELSEWHERE));
    test(`${name} says ${commandsOf(block).join("; ")}`, async (t) => {
      const outcomes = (await makeSandbox(t)).run(commands, block.place);
      assert.deepEqual(
        outcomes.map(({ code }) => code),
        commands.map(() => 0),
        outcomes.map(({ command, output }) => `${command}\n${output}`).join("\n"),
      );
    });
  }
}

test("what is run elsewhere stands in a document", () => {
  const all = new Set(allCommands());
  assert.deepEqual(
    Object.keys(ELSEWHERE).filter((command) => !all.has(command)),
    [],
  );
});

test("the documents show each command at work", () => {
  const shown = new Set(
    allCommands().flatMap((command) => /ao-codex (\w+)/.exec(command)?.[1] ?? []),
  );
  assert.deepEqual([...shown].toSorted(), [
    "doctor",
    "export",
    "limits",
    "resume",
    "sessions",
    "statusline",
    "uninstall",
    "usage",
    "wrappers",
  ]);
});

function allCommands() {
  return DOCUMENTS.flatMap((name) =>
    blocksOf(readFileSync(join(root, name), "utf8")).flatMap(commandsOf),
  );
}
