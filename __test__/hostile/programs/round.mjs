/**
 * Everything that an orchestrator asks of the plugin about one session, from its launch on. Prints one JSON document:
 * the answers, and the megabytes that the process had at most.
 */
import { create } from "@ao/plugin-codex";
import { homeUsage, listThreads, pricesInForce } from "@ao/plugin-codex/native";
import { becomeNobody } from "../../support/nobody.mjs";
import { sessionOf } from "../../plugin/support/session.mjs";

const { asNobody, workspace, codexHome, aoHome, binary } = JSON.parse(process.argv[2]);

if (asNobody) becomeNobody();

const agent = create({ codexHome, aoHome, binary });
const session = sessionOf({ id: "app-1", workspacePath: workspace });
const project = { path: workspace, agentConfig: { permissions: "auto-edit" } };
const config = { sessionId: session.id, projectConfig: project, workspacePath: workspace };

/** What goes wrong is an answer too. */
const said = async (call) => {
  try {
    return (await call()) ?? null;
  } catch (error) {
    return `${error.name}: ${error.code ?? ""}`;
  }
};

const answers = {
  setup: await said(() => agent.preLaunchSetup(workspace)),
  launch: await said(() => agent.getLaunchCommand({ ...config, prompt: "work" })),
  after: await said(() => agent.postLaunchSetup(session)),
  recorded: await said(() => agent.recordActivity(session, "› \n\n  ? for shortcuts")),
  ...Object.fromEntries(
    await Promise.all(
      Object.entries({
        state: async () => (await agent.getActivityState(session))?.state,
        info: () => agent.getSessionInfo(session),
        restore: () => agent.getRestoreCommand(session, project),
        threads: async () => (await listThreads({ codexHome })).threads.length,
        tokens: async () => (await homeUsage({ codexHome })).totals.totalTokens,
        prices: async () => (await pricesInForce()).source,
      }).map(async ([name, ask]) => [name, await said(ask)]),
    ),
  ),
};
const megabytes = process.resourceUsage().maxRSS / 1024;
process.stdout.write(JSON.stringify({ answers, megabytes }));
