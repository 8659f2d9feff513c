import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";

import { create } from "@ao/plugin-codex";
import { makeWorld } from "./support/world.mjs";

/** Screens as the real versions drew them; the state is the first part of a file's name. */
const SCREENS = new URL("screens/", import.meta.url);

/** The orchestrator hands over the last lines of the pane, empty ones included. */
const lastLines = (text, count) => text.split("\n").slice(-count).join("\n");

for (const name of await readdir(SCREENS)) {
  const [state, ...rest] = name.replace(".txt", "").split(".");
  test(`the screen "${rest.join(" ").replaceAll("-", " ")}" is ${state}`, async (t) => {
    await makeWorld(t);
    const text = await readFile(new URL(name, SCREENS), "utf8");
    const agent = create();
    assert.equal(agent.detectActivity(text), state);
    assert.equal(agent.detectActivity(lastLines(text.trimEnd(), 10)), state);
  });
}

const LINES = {
  idle: [
    "",
    "  \n\n",
    "some output\n> ",
    "done\n$ ",
    "done\n❯",
    "root\n# ",
    "bye\ndev@host:~/project$ ",
  ],
  waiting_input: [
    "approval required",
    "Run it? (y)es / (n)o",
    "(y)es, (a)lways, (n)o",
    "Do you want to continue [y/N]",
  ],
  active: ["compiling the project\nwarning: unused", "• Working (12s • esc to interrupt)"],
};

for (const [state, texts] of Object.entries(LINES)) {
  test(`older patterns of ${state} are known`, async (t) => {
    await makeWorld(t);
    const agent = create();
    assert.deepEqual(
      texts.map((text) => agent.detectActivity(text)),
      texts.map(() => state),
    );
  });
}

test("a question that was answered further up is over", async (t) => {
  await makeWorld(t);
  const agent = create();
  assert.equal(
    agent.detectActivity("approval required\n• Working (1s • esc to interrupt)\n\n› \n"),
    "active",
  );
  assert.equal(
    agent.detectActivity("(y)es / (n)o: y\nran it\n› Ask Codex to do anything\n"),
    "idle",
  );
});

for (const [what, lines] of [
  [
    "a question of plan mode",
    ["  › 1. Yes", "    2. No", "  enter to submit answer | esc to interrupt"],
  ],
  ["a form of an MCP server", ["  Name: █", "  enter to submit | esc to cancel"]],
  [
    "the dialog about a new model",
    ["  › 1. Try new model", "    2. Use existing model", "  enter/esc confirm · ^c quit"],
  ],
  [
    "the choice of a login",
    ["  › 1. Sign in with ChatGPT", "    2. Provide your own API key", "  Press Enter to continue"],
  ],
]) {
  test(`${what} waits for a person`, () => {
    assert.equal(create().detectActivity(lines.join("\n")), "waiting_input");
  });
}
