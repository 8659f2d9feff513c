/** Whether the Codex of a runtime handle runs, and since when. */

import type { RuntimeHandle } from "../../host.js";
import { isCodex } from "./is-codex.js";
import type { Snapshot, Snapshots } from "./snapshot.js";
import { earliestStartMs } from "./started.js";
import type { Process } from "./table.js";

/** `ps` counts in seconds, and a runtime may note the time before or after it starts the process. */
const START_TOLERANCE_MS = 5_000;

/** The Codex of a runtime handle. */
export interface RunningCodex {
  /** When it was started, as early as that may have been; `null` where the system does not tell. */
  startedAtMs: number | null;
  /** What it has started that still runs. */
  descendants: Process[];
}

/** The processes of a Codex: npm's launcher is one too, and so is what it starts. */
interface Found {
  codexes: Process[];
  descendants: Process[];
}

/** Where the system hides the processes of others, or has not listed them yet. */
const UNSEEN: Found = { codexes: [], descendants: [] };

export async function isCodexRunning(
  handle: RuntimeHandle,
  snapshots: Snapshots,
): Promise<boolean> {
  return (await find(handle, snapshots)) !== null;
}

/** `null` where none runs. */
export async function findCodex(
  handle: RuntimeHandle,
  snapshots: Snapshots,
): Promise<RunningCodex | null> {
  const found = await find(handle, snapshots);
  if (found === null) return null;
  const { codexes, descendants } = found;
  const starts = await Promise.all(codexes.map(earliestStartMs));
  return { startedAtMs: starts.length === 0 ? null : Math.min(...starts), descendants };
}

async function find(handle: RuntimeHandle, snapshots: Snapshots): Promise<Found | null> {
  if (handle.runtimeName === "tmux") {
    const snapshot = await snapshots.take();
    return runningOf(codexesIn(handle.id, snapshot), snapshot);
  }
  const pid = Number(handle.data["pid"]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  const signal = signalReaches(pid);
  if (signal === "nobody") return null;
  return atPid(pid, signal, handle.data["createdAt"], await snapshots.take());
}

/** In any pane of any window of tmux's session of exactly this name. */
export function codexesIn(session: string, snapshot: Snapshot): Process[] {
  const panes = snapshot.panes.filter((pane) => pane.session === session);
  const candidates = panes.flatMap((pane) => {
    const onTerminal = snapshot.byTerminal.get(pane.terminal.replace(/^\/dev\//, "")) ?? [];
    const leader = snapshot.processes.get(pane.pid);
    return [...onTerminal, ...(leader === undefined ? [] : [leader, ...below([leader], snapshot)])];
  });
  return candidates.filter(isCodex);
}

function atPid(
  pid: number,
  signal: "ours" | "foreign",
  createdAt: unknown,
  snapshot: Snapshot,
): Found | null {
  const found = snapshot.processes.get(pid);
  // It answered a signal, but the system hides the processes of others.
  if (found === undefined)
    return signal === "foreign" || signalReaches(pid) !== "nobody" ? UNSEEN : null;
  if (found.isZombie || isReused(found, createdAt)) return null;
  const running = runningOf([found, ...below([found], snapshot)].filter(isCodex), snapshot);
  return running ?? (signal === "foreign" ? UNSEEN : null);
}

function runningOf(codexes: Process[], snapshot: Snapshot): Found | null {
  return codexes.length === 0 ? null : { codexes, descendants: below(codexes, snapshot) };
}

/** A process that started after its handle was made is another one, which got the number later. */
function isReused(found: Process, createdAt: unknown): boolean {
  if (createdAt === undefined || createdAt === null) return false;
  // A number of milliseconds, or the text that JSON makes of a date. What is no time is never later.
  const createdAtMs = new Date(createdAt as number | string).getTime();
  return found.startedAtMs > createdAtMs + START_TOLERANCE_MS;
}

/** Everything that the processes have started, and what that has started. */
function below(parents: Process[], snapshot: Snapshot): Process[] {
  const seen = new Set(parents);
  // A set goes on to what is added while it is walked.
  for (const { pid } of seen) {
    for (const child of snapshot.children.get(pid) ?? []) seen.add(child);
  }
  return [...seen].filter((process) => !parents.includes(process));
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
