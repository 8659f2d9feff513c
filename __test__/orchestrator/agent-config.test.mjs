/**
 * Every key of `agentConfig`, proven by what the real Codex sent to the model, or by the policy that it recorded for
 * the turn. Each has a value that is not Codex's own.
 */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { say } from "../codex/steps.mjs";
import { eventually } from "../plugin/support/wait.mjs";
import { makeStage, MODEL } from "./support/stage.mjs";
import { SANDBOXED } from "./support/versions.mjs";

/** A Codex needs some seconds on a busy machine until its first request. */
const FIRST_REQUEST_MS = 60_000;

const MCP_SERVER = fileURLToPath(new URL("support/mcp-server.mjs", import.meta.url));

/** A model of OpenAI's, which Codex knows to reason; no version announces a successor for it here. */
const REASONING = "gpt-5.2-codex";
const OTHER = "gpt-5.1-codex";

/** Launches a session with these settings, and answers with its first request and the records of its turn. */
const played = async (stage, name, agentConfig, { role = "worker", model = MODEL } = {}) => {
  const { agent, path, registry, world } = stage;
  stage.script(name, [say()]);
  const { worker, orchestrator, ...shared } = agentConfig;
  const own = { worker, orchestrator }[role]?.agentConfig ?? {};
  const merged = { model, permissions: "auto-edit", ...shared, ...own };
  const config = {
    sessionId: name,
    prompt: `Follow script:${name} now.`,
    workspacePath: path,
    permissions: merged.permissions,
    model: merged.model,
    projectConfig: { name: "app", path, agentConfig: merged },
  };
  await registry.get("runtime", "tmux").create({
    sessionId: name,
    workspacePath: path,
    launchCommand: agent.getLaunchCommand(config),
    environment: agent.getEnvironment(config),
  });
  const request = await eventually(
    `the request of ${name}`,
    () => stage.requestsOf(name)[0],
    FIRST_REQUEST_MS,
  );
  const records = await eventually(`the records of ${name}`, () => recordsOf(world, name));
  const payloadOf = (kind) =>
    records.find(({ type, payload }) => [type, payload.type].includes(kind))?.payload;
  return { request, context: payloadOf("turn_context"), started: payloadOf("task_started") };
};

/** Those of the thread that was asked to follow the script; `null` while it has no turn. */
const recordsOf = async ({ codexHome }, name) => {
  const names = await readdir(codexHome, { recursive: true });
  for (const path of names.filter((one) => /^sessions.*\.jsonl$/.test(one))) {
    const text = await readFile(join(codexHome, path), "utf8");
    if (!text.includes(`script:${name} now`)) continue;
    const whole = text.split("\n").slice(0, -1);
    const records = whole.map((line) => JSON.parse(line));
    if (records.some(({ type }) => type === "turn_context")) return records;
  }
  return null;
};

const toolNames = ({ body }) =>
  (body.tools ?? []).flatMap((tool) => [
    tool.type,
    tool.name,
    ...(tool.tools ?? []).map(({ name }) => name),
  ]);

/** What Codex leaves free of a context window. */
const USABLE = 0.95;

/** Launches one session for each key, and answers with what came of it by the name of the key. */
const playEach = async (stage) => {
  const { world } = stage;
  const extra = await world.directory("extra");
  await world.write("home/.codex/mine.config.toml", "model_context_window = 200000\n");
  const docs = {
    command: process.execPath,
    args: [MCP_SERVER],
    env: { DOCS_FOR: `"us" & 'them'` },
  };
  const perRole = {
    reasoningEffort: "low",
    worker: { agentConfig: { reasoningEffort: "high" } },
    orchestrator: { agentConfig: { reasoningEffort: "medium" } },
  };
  const reasoning = { model: REASONING };
  return {
    model: await played(stage, "model", { model: OTHER }),
    effort: await played(stage, "effort", { reasoningEffort: "low" }, reasoning),
    worker: await played(stage, "worker", perRole, reasoning),
    lead: await played(stage, "lead", perRole, { ...reasoning, role: "orchestrator" }),
    sandbox: await played(stage, "sandbox", { sandbox: "read-only" }),
    addDirs: await played(stage, "dirs", { addDirs: [extra], networkAccess: false }),
    networkAccess: await played(stage, "network", { networkAccess: true }),
    profile: await played(stage, "profile", { profile: "mine" }),
    search: await played(stage, "search", { webSearch: true }),
    noSearch: await played(stage, "no-search", { webSearch: false }),
    mcp: await played(stage, "mcp", { mcpServers: { docs } }),
    config: await played(stage, "config", {
      config: { model_context_window: 123_456, model_reasoning_summary: "concise" },
      ...reasoning,
    }),
  };
};

/** The oldest and the newest of those whose policies are looked at. */
for (const version of [SANDBOXED[0], SANDBOXED.at(-1)]) {
  test(`Codex ${version} is told every key of agentConfig as it was meant`, async (t) => {
    const stage = await makeStage(t, { version });
    const seen = await playEach(stage);
    const requests = Object.fromEntries(
      Object.entries(seen).map(([name, { request }]) => [name, request.body]),
    );
    const policies = Object.fromEntries(
      Object.entries(seen).map(([name, { context }]) => [name, context.sandbox_policy]),
    );
    const effortOf = (name) => [requests[name].model, requests[name].reasoning.effort];
    assert.deepEqual(
      {
        model: requests.model.model,
        effort: effortOf("effort"),
        worker: effortOf("worker"),
        lead: effortOf("lead"),
        sandbox: policies.sandbox.type,
        approval: seen.sandbox.context.approval_policy,
        addDirs: policies.addDirs.writable_roots.includes(stage.world.path("extra")),
        withoutNetwork: policies.addDirs.network_access,
        networkAccess: policies.networkAccess.network_access,
        profile: seen.profile.started.model_context_window,
        search: toolNames(seen.search.request).includes("web_search"),
        noSearch: toolNames(seen.noSearch.request).includes("web_search"),
        config: seen.config.started.model_context_window,
        summary: requests.config.reasoning.summary,
      },
      {
        model: OTHER,
        effort: [REASONING, "low"],
        worker: [REASONING, "high"],
        lead: [REASONING, "medium"],
        sandbox: "read-only",
        approval: "never",
        addDirs: true,
        withoutNetwork: false,
        networkAccess: true,
        profile: Math.floor(200_000 * USABLE),
        search: true,
        noSearch: false,
        config: Math.floor(123_456 * USABLE),
        summary: "concise",
      },
    );
    const { body } = seen.mcp.request;
    assert.equal(toolNames(seen.mcp.request).includes("look_up"), true);
    assert.equal(JSON.stringify(body.tools).includes(String.raw`for \"us\" & 'them'.`), true);
    assert.deepEqual(stage.server.surprises, []);
  });
}
