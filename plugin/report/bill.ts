/** The bill as the report shows it: sums of cells, with each model's colour. Pure. */

import type { HomeUsage, Usage, UsageCell } from "../../index.js";

/** So many models have a colour of their own. */
export const COLOURS = 6;

export interface Model {
  name: string;
  /** A CSS colour. */
  colour: string;
  usage: Usage;
  /** Whether its cost holds rates that are not its own at their tier. */
  isEstimate: boolean;
}

/** What was spent, and whether it holds rates that are not the models' own at their tiers. */
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
  /** In their order; those on which nothing was billed are not among them. */
  days: Row[];
}

export function billOf(home: HomeUsage): Bill {
  const cells = home.cells ?? [];
  const models = modelsOf(home);
  return {
    home,
    models,
    workspaces: rowsBy(cells, models, ({ workspace }) => workspace).toSorted(
      (a, b) => b.cost - a.cost,
    ),
    // A rollout that does not say when has no place on an axis of days; the sums have it.
    days: rowsBy(cells, models, ({ day }) => day)
      .filter(({ name }) => /^\d{4}-\d{2}-\d{2}$/.test(name))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  };
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
      colour: at < COLOURS ? `var(--series-${at + 1})` : "var(--series-more)",
      isEstimate: estimates.has(name),
    }));
}

function rowsBy(
  cells: readonly UsageCell[],
  models: readonly Model[],
  nameOf: (cell: UsageCell) => string,
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
