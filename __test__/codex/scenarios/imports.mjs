/** Sessions of another agent that Codex takes over: what they say was billed to nobody here. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { run, say } from "../steps.mjs";

/** 0.118 takes over settings only. */
const IMPORT_SINCE = "0.132.0";
const SESSION = "5b0c3f0e-8f5e-4b8a-9f57-0a1b2c3d4e5f";

export const importedSession = {
  name: "imported-session",
  since: IMPORT_SINCE,
  async play(lab) {
    await writeForeignSession(lab);
    const threadId = await lab.withAppServer(async (server) => {
      const { items } = await server.request("externalAgentConfig/detect", {
        includeHome: true,
        cwds: [lab.workspace],
      });
      const sessions = items.filter(({ itemType }) => itemType === "SESSIONS");
      await server.request("externalAgentConfig/import", { migrationItems: sessions });
      await server.notified("externalAgentConfig/import/completed");
      const { data } = await server.request("thread/list", {});
      assert.equal(data.length, 1);
      return data[0].id;
    });
    lab.threads.set(threadId, { kind: "root", parent: null, workspace: lab.workspace });
    await lab.resume(threadId, [run("echo on"), say()]);
  },
};

/** As Claude Code writes one. */
async function writeForeignSession(lab) {
  const folder = join(lab.userHome, ".claude", "projects", lab.workspace.replaceAll("/", "-"));
  await mkdir(folder, { recursive: true });
  const at = (minute) => new Date(Date.now() - 3_600_000 + minute * 60_000).toISOString();
  const common = { sessionId: SESSION, cwd: lab.workspace, version: "2.0.0", isSidechain: false };
  const records = Array.from({ length: 6 }, (_, turn) => [
    {
      ...common,
      type: "user",
      uuid: `user-${turn}`,
      timestamp: at(2 * turn),
      message: { role: "user", content: `Question ${turn}: ${"word ".repeat(400)}` },
    },
    {
      ...common,
      type: "assistant",
      uuid: `assistant-${turn}`,
      timestamp: at(2 * turn + 1),
      message: {
        role: "assistant",
        model: "claude-sonnet-4-5",
        content: [{ type: "text", text: `Answer ${turn}: ${"word ".repeat(400)}` }],
        usage: { input_tokens: 12_345, output_tokens: 678 },
      },
    },
  ]).flat();
  const lines = records.map((record) => `${JSON.stringify(record)}\n`).join("");
  await writeFile(join(folder, `${SESSION}.jsonl`), lines);
}
