/** Command lines in a terminal of their own, by `script`. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { exitOf } from "./command.mjs";
import { whenOver } from "./home.mjs";

export const CTRL_C = "\u0003";

const ARGUMENTS = {
  linux: (line) => ["-qec", line, "/dev/null"],
  darwin: (line) => ["-q", "/dev/null", "bash", "-c", line],
};

/** For a machine that is busy: a test that fails takes as long, one that passes does not wait. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 20;

/** Starts a command line in a terminal; it ends with the test at the latest. */
export function inTerminal(t, line, env = {}) {
  const child = spawn("script", ARGUMENTS[process.platform](line), {
    env: { ...process.env, TZ: "UTC", NO_COLOR: "1", XDG_CACHE_HOME: "/dev/null", ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exit = exitOf(child);
  whenOver(t, async () => {
    child.kill("SIGKILL");
    await exit;
  });
  let shown = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (shown += text));
  return {
    exit,
    /** All that it has shown. */
    screen: () => shown,
    /** Presses a key, and gives how much was shown before. */
    press: (key) => (child.stdin.write(key), shown.length),
    /** Waits until it shows a text. */
    async shows(text, from = 0) {
      for (const endsAt = performance.now() + PATIENCE_MS; !shown.slice(from).includes(text);) {
        assert.ok(performance.now() < endsAt, `${text} in ${JSON.stringify(shown)}`);
        await pause(LOOK_MS);
      }
    },
  };
}
