/** Runs one real Codex binary against one Codex home: `codex exec` and whatever else it can do. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { isAtMost } from "./versions.mjs";

export const API_KEY_VARIABLE = "AO_CODEX_TEST_KEY";

/** No command of a scenario takes longer than a minute; this one hangs. */
const COMMAND_TIMEOUT_MS = 90_000;

/** Nothing listens on the discard port, so whatever is not loopback fails at once. */
const CLOSED_PROXY = "http://127.0.0.1:9";

export const DEFAULT_MODEL = "gpt-5-codex";

/** Writes the `config.toml` that points Codex at the mock server and keeps it quiet. */
export const writeCodexHome = async (codexHome, settings) => {
  const { port, config = "", features = {}, retries = 0, topLevel = "" } = settings;
  await mkdir(codexHome, { recursive: true });
  // Asking openai.com for models costs 0.98 three seconds at each start.
  const featureLines = Object.entries({ remote_models: false, ...features }).map(
    ([name, on]) => `${name} = ${on}`,
  );
  await writeFile(
    join(codexHome, "config.toml"),
    `model = "${DEFAULT_MODEL}"
model_provider = "mock"
check_for_update_on_startup = false
${topLevel}
[model_providers.mock]
name = "mock"
base_url = "http://127.0.0.1:${port}/v1"
wire_api = "responses"
env_key = "${API_KEY_VARIABLE}"
request_max_retries = ${retries}
stream_max_retries = ${retries}

[analytics]
enabled = false

[otel]
metrics_exporter = "none"

[features]
${featureLines.join("\n")}

${config}
`,
  );
};

export const codexEnvironment = ({ codexHome, userHome }) => ({
  PATH: process.env.PATH,
  HOME: userHome,
  LANG: "C.UTF-8",
  CODEX_HOME: codexHome,
  [API_KEY_VARIABLE]: "unused",
  HTTP_PROXY: CLOSED_PROXY,
  HTTPS_PROXY: CLOSED_PROXY,
  ALL_PROXY: CLOSED_PROXY,
  NO_PROXY: "127.0.0.1,localhost",
});

const UNSANDBOXED = ["--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"];

/** Arguments of `codex exec`, optionally on an existing thread. */
export const execArguments = ({ version, prompt, model, on, rolloutPath, flags = [] }) => {
  const general = [...UNSANDBOXED, ...(model === undefined ? [] : ["--model", model]), ...flags];
  if (on === undefined) return ["exec", ...general, prompt];
  if (isAtMost(version, "0.34.0")) {
    return ["exec", ...general, "-c", `experimental_resume=${JSON.stringify(rolloutPath)}`, prompt];
  }
  return ["exec", ...general, on.command, on.threadId, prompt];
};

/** A started process in a group of its own, so that it can be killed with all that it started. */
export const startCodex = (binary, args, { cwd, env }) => {
  const child = spawn(binary, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"]) {
    child[stream].setEncoding("utf8").on("data", (text) => {
      output[stream] += text;
    });
  }
  const kill = (signal) => {
    try {
      process.kill(-child.pid, signal);
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
  };
  const timer = setTimeout(() => kill("SIGKILL"), COMMAND_TIMEOUT_MS);
  const exited = once(child, "close").then(([code, signal]) => {
    clearTimeout(timer);
    return { code, signal, ...output };
  });
  return { kill, exited, pid: child.pid };
};

/** Runs to the end; an exit code other than the expected one is an error with the output. */
export const runCodex = async (binary, args, { cwd, env, expectedCode = 0 }) => {
  const result = await startCodex(binary, args, { cwd, env }).exited;
  if (expectedCode !== null && result.code !== expectedCode) {
    const tail = `${result.stdout}\n${result.stderr}`.trim().slice(-1500);
    throw new Error(`codex ${args[0]} ended with ${result.code ?? result.signal}: ${tail}`);
  }
  return result;
};
