/** The bill as the report shows it: sums of cells, with each model's colour. Pure. */

import type { HomeUsage, ThreadUsage, Usage, UsageCell } from "../../index.js";

/** The number of models that have a colour of their own. */
export const COLOURS = 6;

/** The parts that a bar is stacked by. */
export interface Model {
  name: string;
  /** A CSS colour. */
  colour: string;
  /** Its place in every stack: the first is at the bottom. */
  rank: number;
  usage: Usage;
  /** True if its cost holds rates that are not its own at their tier. */
  isEstimate: boolean;
}

/** An amount that was spent, and whether it holds rates that are not the models' own at their tiers. */
export interface Sum {
  cost: number;
  tokens: number;
  isEstimate: boolean;
}

export interface Part extends Sum {
  model: Model;
}

export interface Row extends Sum {
  name: string;
  /** By model, the most expensive first. */
  parts: Part[];
}

export interface Bill {
  home: HomeUsage;
  /** The most expensive first. */
  models: Model[];
  workspaces: Row[];
  repositories: Row[];
  threads: ThreadRow[];
  /** In their order; those on which nothing was billed are not among them. */
  days: Row[];
  /** The days with their tokens by kind. */
  kinds: Row[];
}

export interface ThreadRow extends Row {
  thread: ThreadUsage;
  /** The thread's name, or the first line of its first prompt. */
  title: string | null;
}

/** Threads by their ids: what they were about. */
export type Titles = ReadonlyMap<string, string>;

/** The kinds of tokens, each once: what was cached is no fresh input, and reasoning no other output. */
export const KINDS = [
  kind("Input", "--series-1", 0, (usage) =>
    Math.max(0, usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteInputTokens),
  ),
  kind("Input from the cache", "--series-more", 1, (usage) => usage.cachedInputTokens),
  kind("Input written to the cache", "--series-5", 2, (usage) => usage.cacheWriteInputTokens),
  kind("Output", "--series-2", 3, (usage) =>
    Math.max(0, usage.outputTokens - usage.reasoningOutputTokens),
  ),
  kind("Reasoning", "--series-3", 4, (usage) => usage.reasoningOutputTokens),
];

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function billOf(home: HomeUsage, titles: Titles): Bill {
  const cells = home.cells ?? [];
  const models = modelsOf(home);
  const inOrder = (rows: Row[]) => rows.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  // A rollout that does not say when has no place on an axis of days; the sums have it.
  const dated = cells.filter(({ day }) => DAY.test(day));
  return {
    home,
    models,
    workspaces: mostExpensiveFirst(rowsBy(cells, models, ({ workspace }) => workspace)),
    repositories: mostExpensiveFirst(
      rowsBy(modelCellsOf(home), models, ({ repository }) => repository),
    ),
    threads: mostExpensiveFirst(home.threads.map((thread) => threadRow(thread, models, titles))),
    days: inOrder(rowsBy(dated, models, ({ day }) => day)),
    kinds: inOrder(kindRows(dated)),
  };
}

/** The groups by repository and model. */
function modelCellsOf({ groups }: HomeUsage) {
  return (groups ?? []).flatMap(({ key, usage, isEstimate }) => {
    const [repository, model] = key;
    return typeof key === "string" || repository === undefined || model === undefined
      ? []
      : [{ repository, model, usage, isEstimate }];
  });
}

function threadRow(thread: ThreadUsage, models: readonly Model[], titles: Titles): ThreadRow {
  const { threadId: name, isEstimate } = thread;
  const parts = models.flatMap((model) => {
    const usage = thread.models[model.name];
    if (usage === undefined || usage.totalTokens === 0) return [];
    const { estimatedCostUsd: cost, totalTokens: tokens } = usage;
    return [{ model, cost, tokens, isEstimate: isEstimate && model.isEstimate }];
  });
  const { estimatedCostUsd: cost, totalTokens: tokens } = thread.usage;
  return { thread, title: titles.get(name) ?? null, name, parts, cost, tokens, isEstimate };
}

function kindRows(cells: readonly UsageCell[]): Row[] {
  const days = new Map<string, number[]>();
  for (const { day, usage } of cells) {
    const sums = days.get(day) ?? KINDS.map(() => 0);
    days.set(
      day,
      sums.map((sum, at) => sum + (KINDS[at]?.of(usage) ?? 0)),
    );
  }
  return [...days].map(([name, sums]) => {
    const parts = KINDS.flatMap((model, at) => {
      const tokens = sums[at] ?? 0;
      return tokens === 0 ? [] : [{ model, ...NOTHING, tokens }];
    });
    return { name, parts, ...sumOf(parts) };
  });
}

function kind(name: string, colour: string, rank: number, of: (usage: Usage) => number) {
  const usage = {} as Usage;
  return { name, colour: `var(${colour})`, rank, usage, isEstimate: false, of };
}

function mostExpensiveFirst<T extends Sum>(rows: readonly T[]): T[] {
  return rows.toSorted((a, b) => b.cost - a.cost || b.tokens - a.tokens);
}

function modelsOf({ cells }: HomeUsage): Model[] {
  const sums = new Map<string, Usage>();
  const estimates = new Set<string>();
  for (const { model, usage, isEstimate } of cells ?? []) {
    if (isEstimate) estimates.add(model);
    const sum = sums.get(model);
    if (sum === undefined) sums.set(model, { ...usage });
    else for (const field of Object.keys(usage) as (keyof Usage)[]) sum[field] += usage[field];
  }
  return [...sums]
    .toSorted(([, a], [, b]) => b.estimatedCostUsd - a.estimatedCostUsd)
    .map(([name, usage], at) => ({
      name,
      usage,
      rank: at,
      colour: at < COLOURS ? `var(--series-${at + 1})` : "var(--series-more)",
      isEstimate: estimates.has(name),
    }));
}

function rowsBy<Cell extends Pick<UsageCell, "model" | "usage" | "isEstimate">>(
  cells: readonly Cell[],
  models: readonly Model[],
  nameOf: (cell: Cell) => string,
): Row[] {
  const rows = new Map<string, Map<string, Sum>>();
  for (const cell of cells) {
    const name = nameOf(cell);
    const row = rows.get(name) ?? new Map<string, Sum>();
    rows.set(name, row);
    const { estimatedCostUsd: cost, totalTokens: tokens } = cell.usage;
    const more = { cost, tokens, isEstimate: cell.isEstimate };
    row.set(cell.model, sumOf([row.get(cell.model) ?? NOTHING, more]));
  }
  return [...rows].map(([name, parts]) => {
    // In the order of the models, so that every bar is stacked alike.
    const ordered = models.flatMap((model) => {
      const part = parts.get(model.name);
      return part === undefined ? [] : [{ model, ...part }];
    });
    return { name, parts: ordered, ...sumOf(ordered) };
  });
}

export const NOTHING: Sum = { cost: 0, tokens: 0, isEstimate: false };

export function sumOf(parts: readonly Sum[]): Sum {
  return {
    cost: parts.reduce((sum, { cost }) => sum + cost, 0),
    tokens: parts.reduce((sum, { tokens }) => sum + tokens, 0),
    isEstimate: parts.some(({ isEstimate }) => isEstimate),
  };
}
