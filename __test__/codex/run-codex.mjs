/** Runs one real Codex binary against one Codex home: `codex exec` and whatever else it can do. */
import { once } from "node:events";

import { spawnGroup } from "./process-group.mjs";
import { isAtMost } from "./versions.mjs";
import { API_KEY_VARIABLE } from "./write-home.mjs";

/** No command of a scenario takes longer than a minute; this one hangs. */
const COMMAND_TIMEOUT_MS = 90_000;

/** Nothing listens on the discard port, so whatever is not loopback fails at once. */
const CLOSED_PROXY = "http://127.0.0.1:9";

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

/** A process that is left running: `{ kill(signal), exited }`. */
export const startCodex = (binary, args, { cwd, env }) => {
  const stdio = ["ignore", "pipe", "pipe"];
  const { child, signal } = spawnGroup(binary, args, { cwd, env, stdio });
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"]) {
    child[stream].setEncoding("utf8").on("data", (text) => {
      output[stream] += text;
    });
  }
  const timer = setTimeout(() => signal("SIGKILL"), COMMAND_TIMEOUT_MS);
  const exited = once(child, "close").then(([code, by]) => {
    clearTimeout(timer);
    return { code, signal: by, ...output };
  });
  return { kill: signal, exited };
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
