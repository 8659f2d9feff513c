/** Threads in the order in which a person looks for them: newest first, a subagent under the thread that spawned it. */
import type { ThreadUsage } from "../../index.js";

/** Deeper levels are drawn at this one: a table has no room for more. */
const MAX_LEVELS = 6;
const LEVEL_COLUMNS = 3;

export interface Branch {
  thread: ThreadUsage;
  /** The text before the thread's first cell: nothing, or the lines of the tree. */
  mark: string;
}

interface Place extends Branch {
  /** The text before the marks of the thread's own subagents. */
  indent: string;
}

/** `threads` newest first. A subagent whose parent is not among them stands for itself. */
export function asTree(threads: readonly ThreadUsage[]): Branch[] {
  const { tops, children } = families(threads);
  const branches = new Map<ThreadUsage, Branch>();
  const open = tops.map((thread): Place => ({ thread, mark: "", indent: "" })).toReversed();
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const { thread, mark, indent } = place;
    if (branches.has(thread)) continue;
    branches.set(thread, { thread, mark });
    open.push(...placesOf(children.get(thread.threadId) ?? [], indent).toReversed());
  }
  // Threads that name each other as parent have no top, and are not to be lost.
  const circling = threads.filter((thread) => !branches.has(thread));
  return [...branches.values(), ...circling.map((thread) => ({ thread, mark: "" }))];
}

function families(threads: readonly ThreadUsage[]) {
  const ids = new Set(threads.map((thread) => thread.threadId));
  const tops: ThreadUsage[] = [];
  const children = new Map<string, ThreadUsage[]>();
  for (const thread of threads) {
    const parent = thread.kind === "subagent" ? thread.parentThreadId : null;
    const siblings = parent === null ? undefined : children.get(parent);
    if (parent === null || !ids.has(parent)) tops.push(thread);
    else if (siblings) siblings.push(thread);
    else children.set(parent, [thread]);
  }
  return { tops, children };
}

function placesOf(threads: readonly ThreadUsage[], indent: string): Place[] {
  const isDeepest = indent.length >= MAX_LEVELS * LEVEL_COLUMNS;
  return threads.map((thread, at) => {
    const isLast = at === threads.length - 1;
    const below = indent + (isLast ? "   " : "│  ");
    return {
      thread,
      mark: indent + (isLast ? "└─ " : "├─ "),
      indent: isDeepest ? indent : below,
    };
  });
}
