/** The choice of the threads that `ao-codex sessions` shows: those of a state, of a repository, and their order. */
import type { ActivityState } from "../host.js";
import type { HomeUsage, ThreadUsage, Usage } from "../../index.js";
import type { HookEvidence } from "../session/state/hook-evidence.js";
import { threadState } from "../session/state/thread-state.js";

/** In the order in which they want somebody. */
export const STATES = ["waiting_input", "blocked", "active", "ready", "idle", "exited"] as const;

/** The columns that a list can be sorted by. */
export const SORTS = ["newest", "cost", "tokens", "state"] as const;
export type Sort = (typeof SORTS)[number];

export interface Choice {
  state?: ActivityState[];
  repo?: string;
}

/** The home with the threads that are wanted, and what they come to. */
export function chosen(
  home: HomeUsage,
  nowMs: number,
  evidence: HookEvidence,
  { repo, state }: Choice,
): HomeUsage {
  if (repo === undefined && state === undefined) return home;
  const repos = repositoriesOf(home);
  const threads = home.threads.filter(
    (thread) =>
      (repo === undefined || isCalled(repos.get(thread.threadId), repo)) &&
      (state === undefined || state.includes(threadState(thread, nowMs, evidence).state)),
  );
  return { ...home, threads, totals: sumOf(threads) };
}

/** The repository of each thread: what its rollout says, else the one on the disk in which it ran. */
export function repositoriesOf({ groups, threads }: HomeUsage): Map<string, string> {
  const repos = new Map<string, string>();
  for (const { key } of groups ?? []) {
    const [repo, threadId] = typeof key === "string" ? [] : key;
    if (repo !== undefined && threadId !== undefined && repo !== UNKNOWN)
      repos.set(threadId, repos.get(threadId) ?? repo);
  }
  for (const { repository, threadId } of threads)
    if (repository !== null) repos.set(threadId, repository);
  return repos;
}

/** As the addon calls what no record tells. */
const UNKNOWN = "unknown";

/** True if a repository is meant: by its whole name, by its end (`acme/shop`, `shop`), or by the URL of its remote. */
function isCalled(repo: string | undefined, wanted: string): boolean {
  if (repo === undefined) return false;
  const [name, called] = [repo, nameOf(wanted)].map((text) => text.toLowerCase());
  return name === called || name?.endsWith(`/${called}`) === true;
}

function nameOf(wanted: string): string {
  const name = wanted.replace(/\/+$/, "").replace(/\.git$/, "");
  const address = /^(?:\w+:\/\/)?(?:[^@/]+@)?([\w.-]+\.[a-z]+)(?::\d+)?[:/](.+)$/i.exec(name);
  return address === null ? name : `${address[1]}/${address[2]}`;
}

function sumOf(threads: readonly ThreadUsage[]): Usage {
  const sum: Usage = {
    inputTokens: 0,
    cachedInputTokens: 0,
    cacheWriteInputTokens: 0,
    outputTokens: 0,
    reasoningOutputTokens: 0,
    totalTokens: 0,
    estimatedCostUsd: 0,
  };
  for (const { usage } of threads)
    for (const field of Object.keys(sum) as (keyof Usage)[]) sum[field] += usage[field];
  return sum;
}

/** The threads in another order than the newest first. */
export function sorted(
  threads: readonly ThreadUsage[],
  by: Exclude<Sort, "newest">,
  nowMs: number,
  evidence: HookEvidence,
): ThreadUsage[] {
  const place = (thread: ThreadUsage) => {
    if (by === "cost") return -thread.usage.estimatedCostUsd;
    if (by === "tokens") return -thread.usage.totalTokens;
    return STATES.indexOf(threadState(thread, nowMs, evidence).state);
  };
  const places = new Map(threads.map((thread) => [thread, place(thread)]));
  return threads.toSorted((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
}
