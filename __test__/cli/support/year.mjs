/**
 * A year of Codex on one machine, up to today: 1,900 threads in 160 work trees of 5 repositories, and the bill of it by
 * whatever anybody asks, added up by the generator from what it wrote and never from what was read.
 */
import { join } from "node:path";
import { DAY_MS, HOUR_MS, iso, MINUTE_MS } from "../../support/clock.mjs";
import { rolloutName, temporaryFolder, writeFile } from "../../support/home.mjs";
import {
  event,
  lines,
  sessionMeta,
  taskComplete,
  taskStarted,
  threadId,
  tokenCount,
  turnContext,
} from "../../support/records.mjs";

const THREADS = 1_900;
const WORK_TREES = 32;
const REPOSITORIES = ["shop", "site", "docs", "api", "tools"];
/** Of one repository, one after the other. */
const SPELLINGS = [
  (name) => `https://github.com/acme/${name}.git`,
  (name) => `git@github.com:acme/${name}.git`,
  (name) => `ssh://git@github.com:22/acme/${name}`,
  (name) => `https://x-token:secret@GitHub.com/acme/${name}/`,
];

/** Prices of the user's own, so that a bill can be added up here: dollars per million tokens. */
const PRICES = {
  "house-large": {
    input: 4,
    cachedInput: 1,
    output: 16,
    priority: { input: 8, cachedInput: 2, output: 32 },
  },
  "house-small": {
    input: 1,
    cachedInput: 0.25,
    output: 4,
    priority: { input: 2, cachedInput: 0.5, output: 8 },
  },
  "house-code": {
    input: 2,
    cachedInput: 0.5,
    output: 8,
    priority: { input: 4, cachedInput: 1, output: 16 },
  },
};
const MODELS = Object.keys(PRICES);

/** Midnight of the day on which the year ends. */
export const TODAY = Math.floor(Date.now() / DAY_MS) * DAY_MS;

/** Each thread, with its responses: `{ at, usage: [input, cached, output, reasoning] }`. */
export const YEAR = Array.from({ length: THREADS }, (_, n) => {
  const repo = REPOSITORIES[n % REPOSITORIES.length];
  const task = n % WORK_TREES;
  const day = TODAY - (364 - Math.floor((n * 365) / THREADS)) * DAY_MS;
  // Whatever the hour is now: the last day has only had its midnight for sure.
  const at = day === TODAY ? day : day + ((n * 7) % 24) * HOUR_MS + ((n * 13) % 60) * MINUTE_MS;
  const goesOn = n % 7 === 2 && at + 26 * HOUR_MS < TODAY;
  // Some ran outside of every repository, and some in one whose rollout does not say so: those beside them in the same
  // work tree do.
  const isLoose = n % 17 === 3;
  const isSilent = isLoose || n % 23 === 6;
  const isShop = repo === "shop" && !isLoose;
  return {
    n,
    id: threadId(n),
    at,
    cwd: isLoose ? `/notes/${n % 3}` : `/work-trees/${repo}/task-${task}`,
    remote: isSilent ? null : SPELLINGS[n % SPELLINGS.length](repo),
    repo: isLoose ? "unknown" : `github.com/acme/${repo}`,
    ownBranch: `task-${task}`,
    branch: isShop ? `feat/${task}` : isSilent ? "unknown" : `task-${task}`,
    session: isShop ? `shop-${task}` : "unknown",
    pr: isShop ? `https://github.com/acme/shop/pull/${task + 1}` : "unknown",
    model: MODELS[n % MODELS.length],
    tier: n % 10 === 4 ? "priority" : "standard",
    kind: n % 11 === 5 ? "subagent" : "root",
    isArchived: n % 19 === 4,
    responses: [
      { at, usage: [1000 + n, n % 500, 100 + (n % 50), n % 40] },
      ...(goesOn ? [{ at: at + 26 * HOUR_MS, usage: [500, 100, 20, 5] }] : []),
    ],
  };
});

/** Writes the year, or some threads of it, as a Codex home; gives the home and the environment of its user. */
export function writeYear(t, threads = YEAR) {
  const user = temporaryFolder(t);
  for (const thread of threads) {
    const name = rolloutName(thread.id, iso(thread.at));
    const day = iso(thread.at).slice(0, 10).split("-");
    const folder = thread.isArchived ? ["archived_sessions"] : ["sessions", ...day];
    writeFile(
      join(user, ".codex"),
      join(...folder, name),
      textOf(thread),
      iso(thread.responses.at(-1).at),
    );
  }
  writeFile(user, ".config/ao-codex/prices.json", JSON.stringify({ models: PRICES }));
  const sessions = ".agent-orchestrator/acme/sessions";
  for (let task = 0; task < WORK_TREES; task += 1) {
    const metadata = [
      `worktree=/work-trees/shop/task-${task}`,
      `branch=feat/${task}`,
      `pr=https://github.com/acme/shop/pull/${task + 1}`,
    ];
    writeFile(user, join(sessions, `shop-${task}`), `${metadata.join("\n")}\n`);
  }
  const env = {
    HOME: user,
    AO_HOME: join(user, ".ao"),
    XDG_CONFIG_HOME: join(user, ".config"),
    TZ: "UTC",
  };
  return { home: join(user, ".codex"), env };
}

function textOf({ id, at, cwd, kind, model, n, ownBranch, remote, responses, tier }) {
  const turn = `${id.slice(0, -1)}f`;
  const meta = {
    ...(remote !== null && {
      git: { commit_hash: "0a1b", branch: ownBranch, repository_url: remote },
    }),
    ...(kind === "subagent" && {
      source: { subagent: "review" },
      thread_source: "subagent",
      parent_thread_id: threadId(n - 1),
    }),
  };
  const settings = { model, model_provider_id: "openai", service_tier: tier };
  const total = [0, 0, 0, 0];
  const answers = responses.map(({ at: time, usage }) => {
    usage.forEach((count, field) => (total[field] += count));
    return tokenCount([...total], usage, iso(time));
  });
  return lines(
    sessionMeta(id, { cwd, at: iso(at), ...meta }),
    ...(tier === "standard"
      ? []
      : [
          event(
            { type: "thread_settings_applied", thread_id: id, thread_settings: settings },
            iso(at),
          ),
        ]),
    taskStarted(turn, iso(at)),
    turnContext({ turn_id: turn, cwd, model, at: iso(at) }),
    ...answers,
    taskComplete(turn, iso(responses.at(-1).at)),
  );
}

const OF_THREAD = {
  thread: "id",
  workspace: "cwd",
  repo: "repo",
  branch: "branch",
  session: "session",
  pr: "pr",
  model: "model",
  tier: "tier",
  kind: "kind",
};
const OF_TIME = {
  hour: hourOf,
  day: dayOf,
  week: weekOf,
  month: (at, zone) => dayOf(at, zone).slice(0, 7),
};

/** What things can be asked by. */
export const GROUPINGS = [...Object.keys(OF_THREAD), ...Object.keys(OF_TIME)];

/** Those whose groups stand in the order of time. */
export const PERIODS = Object.keys(OF_TIME);

/**
 * The bill: `{ totals, threads, groups }`, the groups by one or two names and as the command gives their keys; of the
 * responses that `isMeant(response, thread)`, in a time zone.
 */
export function billOf(by, { isMeant = () => true, zone = "UTC", threads = YEAR } = {}) {
  const names = by.split(",");
  const groups = new Map();
  const all = newSum();
  for (const thread of threads) {
    for (const response of thread.responses.filter((one) => isMeant(one, thread))) {
      const keys = names.map((name) =>
        name in OF_THREAD ? thread[OF_THREAD[name]] : OF_TIME[name](response.at, zone),
      );
      const key = names.length === 1 ? keys[0] : keys;
      const group = groups.get(String(key)) ?? { key, ...newSum() };
      groups.set(String(key), group);
      for (const sum of [all, group]) add(sum, thread, response);
    }
  }
  return { ...finished(all), groups: [...groups.values()].map(finished) };
}

function newSum() {
  return { ids: new Set(), counts: [0, 0, 0, 0], cost: 0 };
}

function add(sum, { id, model, tier }, { usage }) {
  sum.ids.add(id);
  usage.forEach((count, field) => (sum.counts[field] += count));
  const [input, cached, output] = usage;
  const rates = tier === "priority" ? PRICES[model].priority : PRICES[model];
  sum.cost +=
    ((input - cached) * rates.input + cached * rates.cachedInput + output * rates.output) / 1e6;
}

function finished({ ids, counts: [input, cached, output, reasoning], cost, ...group }) {
  return {
    ...group,
    threads: ids.size,
    usage: {
      inputTokens: input,
      cachedInputTokens: cached,
      cacheWriteInputTokens: 0,
      outputTokens: output,
      reasoningOutputTokens: reasoning,
      totalTokens: input + output,
      estimatedCostUsd: rounded(cost),
    },
    isEstimate: false,
  };
}

/** Sums of the same numbers in another order differ in their last digits. */
export const rounded = (cost) => Number(cost.toFixed(8));

const formats = new Map();

/** The local time of a zone, as `2026-10-25T02:00+02:00`. */
function hourOf(at, zone) {
  if (!formats.has(zone))
    formats.set(
      zone,
      new Intl.DateTimeFormat("en-US", {
        timeZone: zone,
        hourCycle: "h23",
        year: "numeric",
        month: "2-digit",
        day: "2-digit",
        hour: "2-digit",
        timeZoneName: "longOffset",
      }),
    );
  const parts = formats
    .get(zone)
    .formatToParts(at)
    .map(({ type, value }) => [type, value]);
  const { year, month, day, hour, timeZoneName } = Object.fromEntries(parts);
  return `${year}-${month}-${day}T${hour}:00${timeZoneName.slice("GMT".length) || "+00:00"}`;
}

function dayOf(at, zone) {
  return hourOf(at, zone).slice(0, "2026-11-28".length);
}

/** As ISO 8601 has it: a week is of the year that has its Thursday. */
function weekOf(at, zone) {
  const day = Date.parse(dayOf(at, zone));
  const sinceMonday = (new Date(day).getUTCDay() + 6) % 7;
  const thursday = day + (3 - sinceMonday) * DAY_MS;
  const year = new Date(thursday).getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(year, 0, 1)) / (7 * DAY_MS)) + 1;
  return `${year}-W${String(week).padStart(2, "0")}`;
}
