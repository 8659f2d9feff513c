/** Whether the Codex of a runtime handle runs. */

import type { RuntimeHandle } from "@composio/ao-core";
import { isCodex } from "./is-codex.js";
import type { Snapshot, Snapshots } from "./snapshot.js";
import type { Process } from "./table.js";

/** `ps` counts in seconds, and a runtime may note the time before or after it starts the process. */
const START_TOLERANCE_MS = 5_000;

export async function isCodexRunning(
  handle: RuntimeHandle,
  snapshots: Snapshots,
): Promise<boolean> {
  if (handle.runtimeName === "tmux") return runsInSession(handle.id, await snapshots.take());
  const pid = Number(handle.data["pid"]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  const signal = signalReaches(pid);
  if (signal === "nobody") return false;
  return runsAs(pid, signal, handle.data["createdAt"], await snapshots.take());
}

/** In any pane of any window of the session of exactly this name. */
function runsInSession(session: string, snapshot: Snapshot): boolean {
  return snapshot.panes
    .filter((pane) => pane.session === session)
    .some((pane) => {
      const terminal = pane.terminal.replace(/^\/dev\//, "");
      const onTerminal = snapshot.byTerminal.get(terminal) ?? [];
      return onTerminal.some(isCodex) || hasCodexBelow(pane.pid, snapshot);
    });
}

function runsAs(
  pid: number,
  signal: "ours" | "foreign",
  createdAt: unknown,
  snapshot: Snapshot,
): boolean {
  const found = snapshot.processes.get(pid);
  // It answered a signal, but the system hides the processes of others.
  if (found === undefined) return signal === "foreign" || signalReaches(pid) !== "nobody";
  if (found.isZombie || isReused(found, createdAt)) return false;
  return signal === "foreign" || hasCodexBelow(pid, snapshot);
}

/** A process that started after its handle was made is another one, which got the number later. */
function isReused(found: Process, createdAt: unknown): boolean {
  if (createdAt === undefined || createdAt === null) return false;
  // A number of milliseconds, or the text that JSON makes of a date. What is no time is never later.
  const createdAtMs = new Date(createdAt as number | string).getTime();
  return found.startedAtMs > createdAtMs + START_TOLERANCE_MS;
}

function hasCodexBelow(pid: number, snapshot: Snapshot): boolean {
  const waiting = [snapshot.processes.get(pid)];
  const seen = new Set<number>();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (isCodex(next)) return true;
    seen.add(next.pid);
    const children = snapshot.children.get(next.pid) ?? [];
    waiting.push(...children.filter((child) => !seen.has(child.pid)));
  }
  return false;
}

function signalReaches(pid: number): "ours" | "foreign" | "nobody" {
  try {
    process.kill(pid, 0);
    return "ours";
  } catch (error) {
    // Not allowed to signal it: it is there, and another user's.
    const isForeign = error instanceof Error && "code" in error && error.code === "EPERM";
    return isForeign ? "foreign" : "nobody";
  }
}
