import { deepStrictEqual, match, rejects, strictEqual } from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { main, newUser, ours } from "./user.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];

const ledger = JSON.parse(readFileSync(join(root, "samples", "ledger.json"), "utf8"));
/** What the threads were billed whose rollouts say anything of it. */
const billed = ledger.threads
  .filter(({ tells }) => tells !== "nothing")
  .flatMap((thread) => Object.values(thread.billed))
  .reduce((sum, { totalTokens }) => sum + totalTokens, 0);

test("installed by its name", async (t) => {
  const user = await newUser(t);
  await user.npm("install", ...quiet, main.name);

  await t.test("there is no Rust, and of the addons only the one of this machine", async () => {
    await rejects(user.npm("exec", "--no", "--", "cargo"));
    deepStrictEqual(readdirSync(user.path("node_modules", "@ao")).toSorted(), [
      "plugin-codex",
      ours.name.replace("@ao/", ""),
    ]);
  });

  await t.test("a module imports the plugin and the native functions", async () => {
    const script = `
      import plugin, { manifest, detect } from "@ao/plugin-codex";
      import { listThreads } from "@ao/plugin-codex/native";
      const { threads } = await listThreads({ codexHome: process.env.CODEX_HOME });
      console.log(JSON.stringify([manifest.version, plugin.detect === detect, threads.length]));
    `;
    const { stdout } = await user.node("--input-type=module", "--eval", script);
    deepStrictEqual(JSON.parse(stdout), [main.version, true, ledger.threads.length]);
  });

  await t.test("a CommonJS program requires them; before Node 20.19 it imports them", async () => {
    const load = process.features.require_module ? "require" : "import";
    const script = `
      (async () => {
        const { manifest } = await ${load}("@ao/plugin-codex");
        const { homeUsage } = await ${load}("@ao/plugin-codex/native");
        const { totals } = await homeUsage({ codexHome: process.env.CODEX_HOME });
        console.log(JSON.stringify([manifest.name, totals.totalTokens]));
      })();
    `;
    writeFileSync(user.path("program.cjs"), script);
    const { stdout } = await user.node("program.cjs");
    deepStrictEqual(JSON.parse(stdout), ["codex", billed]);
  });

  await t.test("npx runs the command: the table of all threads", async () => {
    const { stdout } = await user.npm("exec", "--no", "--", "ao-codex", "sessions");
    const shown = ledger.threads.filter(({ threadId }) =>
      stdout.includes(`…${threadId.slice(-5)} `),
    );
    strictEqual(shown.length, ledger.threads.length);
  });
});

test("the orchestrator's registry finds it under the name of its own plugin", async (t) => {
  const user = await newUser(t);
  const alias = `@composio/ao-plugin-agent-codex@npm:${main.name}`;
  await user.npm("install", ...quiet, "@composio/ao-core@0.2.0", alias);
  const script = `
    import { createPluginRegistry } from "@composio/ao-core";
    const registry = createPluginRegistry();
    await registry.loadBuiltins();
    const [manifest] = registry.list("agent");
    console.log(manifest.version, registry.get("agent", "codex").getLaunchCommand({
      sessionId: "s-1", projectConfig: { path: "/home/dev/p" }, prompt: "hello",
    }));
  `;
  const { stdout } = await user.node("--input-type=module", "--eval", script);
  match(stdout, new RegExp(`^${main.version} \\S*codex.* -- 'hello'$`, "m"));
});
