/**
 * Asks for everything about one session, its home and an export of it, each time after the clock of this process was
 * set and a response was recorded. Prints a line of JSON for each time.
 */
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { create } from "@ao/plugin-codex";
import { exportResponses, homeUsage, listThreads } from "@ao/plugin-codex/native";
import { sessionOf } from "../../plugin/support/session.mjs";

const given = JSON.parse(process.argv[2]);
const { aoHome, clock, codexHome, createdAt, pid, responses, rollout, rows, settings, workspace } =
  given;

const agent = create({ codexHome, aoHome });
const session = sessionOf({
  id: "ao-1",
  workspacePath: workspace,
  createdAt: new Date(createdAt),
  runtimeHandle: { id: "ao-1", runtimeName: "process", data: { pid } },
});

for (const [index, setting] of settings.entries()) {
  writeFileSync(clock, setting);
  appendFileSync(rollout, responses[index]);
  const [state, info, { threads }, { totals }] = await Promise.all([
    agent.getActivityState(session),
    agent.getSessionInfo(session),
    listThreads({ codexHome }),
    homeUsage({ codexHome }),
    exportResponses({ codexHomes: [codexHome], directory: rows, host: "here" }),
  ]);
  const exported = readdirSync(rows, { recursive: true })
    .filter((name) => name.endsWith(".gz"))
    .flatMap((name) =>
      gunzipSync(readFileSync(join(rows, name)))
        .toString()
        .trim()
        .split("\n"),
    );
  const answer = {
    isRunning: await agent.isProcessRunning(session.runtimeHandle),
    state: state.state,
    session: info.metadata?.codexThreadId ?? info.agentSessionId,
    responses: {
      inputTokens: info.cost.inputTokens,
      outputTokens: info.cost.outputTokens,
      tokens: totals.totalTokens,
      exported: exported.length,
      threads: threads.length,
    },
  };
  process.stdout.write(`${JSON.stringify({ nowMs: Date.now(), answer })}\n`);
}
