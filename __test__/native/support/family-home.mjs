/** A Codex home with one of everything, and what the addon answers for each of its threads. */
import { head, NOTHING, thread, usage } from "../../support/expected.mjs";
import {
  activePath,
  archivedPath,
  rollout,
  temporaryFolder,
  writeFile,
} from "../../support/home.mjs";
import {
  AT,
  lines,
  sessionMeta,
  taskComplete,
  taskStarted,
  threadId,
  tokenCount,
  turnContext,
} from "../../support/records.mjs";

export const [ROOT, REVIEW, FORK, OLD] = [1, 2, 3, 4].map(threadId);
export const LATER = "2026-05-21T09:30:00.250Z";

export const ROOT_USAGE = usage([3000, 1200, 400, 40], 0.0064);
export const REVIEW_USAGE = usage([500, 100, 50, 0], 0.0015625);
export const OLD_USAGE = usage([200, 0, 20, 10]);

/** A root that ran in two workspaces, its review on a model without a price, a fork, and an archived thread. */
export function home(t) {
  const folder = temporaryFolder(t);
  const paths = {
    old: writeFile(
      folder,
      archivedPath(OLD),
      rollout({
        id: OLD,
        cwd: "/home/dev/docs",
        at: AT,
        responses: [{ usage: [200, 0, 20, 10] }],
      }).text,
      "2026-05-20T08:00:01.000Z",
    ),
    root: writeFile(
      folder,
      activePath(ROOT),
      lines(
        sessionMeta(ROOT),
        taskStarted(),
        turnContext(),
        tokenCount([1000, 200, 100, 40]),
        taskComplete(),
        taskStarted("turn-2", LATER),
        turnContext({ turn_id: "turn-2", cwd: "/home/dev/docs", at: LATER }),
        tokenCount([3000, 1200, 400, 40], [2000, 1000, 300, 0], LATER),
      ),
      LATER,
    ),
    review: writeFile(
      folder,
      activePath(REVIEW),
      lines(
        sessionMeta(REVIEW, {
          source: { subagent: "review" },
          thread_source: "subagent",
          parent_thread_id: ROOT,
        }),
        taskStarted(),
        turnContext({ model: "house-model" }),
        tokenCount([500, 100, 50, 0]),
        taskComplete(),
      ),
      "2026-05-22T00:00:00.000Z",
    ),
    fork: writeFile(
      folder,
      activePath(FORK),
      lines(sessionMeta(FORK, { forked_from_id: ROOT })),
      "2026-05-20T08:00:02.000Z",
    ),
  };
  return { folder, paths };
}

export const ROOT_THREAD = (path) =>
  thread(ROOT, path, ROOT_USAGE, {
    updatedAtMs: Date.parse(LATER),
    lastRecordAtMs: Date.parse(LATER),
    turn: "running",
    turnId: "turn-2",
  });
export const REVIEW_THREAD = (path) =>
  thread(REVIEW, path, REVIEW_USAGE, {
    kind: "subagent",
    parentThreadId: ROOT,
    model: "house-model",
    models: { "house-model": REVIEW_USAGE },
    isEstimate: true,
  });
export const FORK_THREAD = (path) =>
  thread(FORK, path, NOTHING, {
    kind: "fork",
    parentThreadId: ROOT,
    model: null,
    turn: "none",
    turnId: null,
  });
export const OLD_THREAD = (path) =>
  thread(OLD, path, OLD_USAGE, {
    archived: true,
    workspacePath: "/home/dev/docs",
    turnId: `${OLD.slice(0, -1)}f`,
  });

/** The same thread before its records were read. */
export const headOf = (whole) =>
  Object.fromEntries(Object.keys(head("", import.meta.filename)).map((key) => [key, whole[key]]));
