import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What a session's terminal shows. */
export const screenOf = async (handle) => {
  const { stdout } = await run("tmux", ["capture-pane", "-p", "-t", `=${handle.id}:`]);
  return stdout;
};

export const pressIn = (handle, ...keys) =>
  run("tmux", ["send-keys", "-t", `=${handle.id}:`, ...keys]);

/** The process that the session's shell has started. */
export const childOf = async (handle) => {
  const { stdout: pane } = await run("tmux", [
    "list-panes",
    "-t",
    `=${handle.id}:`,
    "-F",
    "#{pane_pid}",
  ]);
  const { stdout: child } = await run("pgrep", ["-P", pane.trim()]);
  return Number(child.trim());
};
