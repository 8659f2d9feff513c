/** Processes in groups of their own: killed with all that they started, and never left behind. */
import { spawn } from "node:child_process";

const alive = new Set();

/** `{ child, signal(name) }`; `signal` reaches the process and its descendants in the group. */
export const spawnGroup = (command, args, options) => {
  const child = spawn(command, args, { ...options, detached: true });
  const signal = (name) => {
    try {
      process.kill(-child.pid, name);
    } catch (error) {
      // It is gone already.
      if (error.code !== "ESRCH") throw error;
    }
  };
  alive.add(signal);
  child.once("close", () => alive.delete(signal));
  return { child, signal };
};

process.on("exit", () => {
  for (const signal of alive) signal("SIGKILL");
});
for (const [name, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
]) {
  process.once(name, () => process.exit(code));
}
