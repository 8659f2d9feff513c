/**
 * Everything that a session needs, real but for the model: a repository with a remote, the orchestrator's
 * configuration, its session manager and plugins, and a Codex home that points at the model server.
 */
import { symlink } from "node:fs/promises";

import * as plugin from "@ao/plugin-codex";
import { createPluginRegistry, createSessionManager, loadConfig } from "@composio/ao-core";
import { installCodex } from "../../codex/install.mjs";
import { Ledger } from "../../codex/ledger.mjs";
import { MockServer } from "../../codex/mock-server.mjs";
import { seeded } from "../../codex/random.mjs";
import { codexEnvironment } from "../../codex/run-codex.mjs";
import { writeCodexHome } from "../../codex/write-home.mjs";
import { makeWorld } from "../../plugin/support/world.mjs";
import { CURRENT } from "./versions.mjs";

const AGENT_PACKAGE = "@composio/ao-plugin-agent-codex";

/** A model that no version has an announcement for. */
export const MODEL = "a-model-of-ours";

export const makeStage = async (
  t,
  { version = CURRENT, agentConfig = {}, codexConfig = "", parent } = {},
) => {
  // Before HOME is another one: it lies in the user's cache.
  const binary = await installCodex(version);
  const world = await makeWorld(t, parent === undefined ? {} : { parent });
  await symlink(binary, world.path("bin/codex"));

  const ledger = new Ledger(world.path("ledger.jsonl"));
  const server = new MockServer({ ledger, random: seeded(7) });
  const port = await server.listen();
  t.after(() => server.close());
  await writeCodexHome(world.codexHome, { port, config: codexConfig });

  // The key of the model server, and proxies that lead nowhere; where things lie is the world's.
  const { CODEX_HOME: _, HOME: __, PATH: ___, ...variables } = codexEnvironment({});
  setUntilEnd(t, {
    ...variables,
    SHELL: "/bin/bash",
    GIT_CONFIG_GLOBAL: await world.write(
      "gitconfig",
      "[user]\n\tname = Dev\n\temail = dev@example.com\n[init]\n\tdefaultBranch = main\n",
    ),
  });

  const path = await makeRepository(world);
  const configPath = await world.write(
    "agent-orchestrator.yaml",
    JSON.stringify({
      defaults: { runtime: "tmux", agent: "codex", workspace: "worktree" },
      projects: {
        app: {
          name: "App",
          repo: "acme/app",
          path,
          defaultBranch: "main",
          sessionPrefix: "app",
          agentConfig: { model: MODEL, ...agentConfig },
        },
      },
    }),
  );
  const config = loadConfig(configPath);
  const registry = createPluginRegistry();
  await registry.loadFromConfig(config, (name) =>
    name === AGENT_PACKAGE ? Promise.resolve(plugin) : import(name),
  );
  const agent = registry.get("agent", "codex");
  const sessions = createSessionManager({ config, registry });
  /** One for each version: an older one cannot read what a newer one leaves. */
  const codexHomeFor = async (name) => {
    const codexHome = world.path("codex-homes", name);
    await writeCodexHome(codexHome, { port, config: codexConfig });
    return codexHome;
  };
  const scripts = scriptsOf(server);
  return { world, server, ledger, registry, agent, sessions, path, codexHomeFor, ...scripts };
};

/** What the model answers to the requests of a prompt that names a script, and what it was asked. */
function scriptsOf(server) {
  const asked = [];
  const record = (name, step) => ({
    ...step,
    seen: (request) => asked.push({ name, request }),
  });
  return {
    script: (name, steps) =>
      server.script(name, { steps: steps.map((step) => record(name, step)) }),
    requestsOf: (name) => asked.filter((one) => one.name === name).map(({ request }) => request),
  };
}

async function makeRepository(world) {
  const path = await world.directory("repositories/app");
  const remote = world.path("repositories/remote.git");
  await world.write("repositories/app/README.md", "# App\n");
  await world.git("init", "-q", "--bare", remote);
  await world.git("init", "-q", path);
  await world.git("-C", path, "add", "-A");
  await world.git("-C", path, "commit", "-q", "-m", "start");
  await world.git("-C", path, "remote", "add", "origin", remote);
  await world.git("-C", path, "push", "-q", "-u", "origin", "main");
  return path;
}

function setUntilEnd(t, variables) {
  const before = Object.keys(variables).map((name) => [name, process.env[name]]);
  Object.assign(process.env, variables);
  t.after(() => {
    for (const [name, value] of before) {
      delete process.env[name];
      Object.assign(process.env, value === undefined ? {} : { [name]: value });
    }
  });
}

/** What the orchestrator's `list` says of a session, and how long it took to say it. */
export const listed = async ({ sessions }, id) => {
  const started = performance.now();
  const all = await sessions.list();
  const session = all.find((one) => one.id === id);
  return { ...session, tookMs: performance.now() - started };
};
