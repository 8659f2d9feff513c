/** The figures behind the charts, for those who want them exact or cannot see the charts. */

import type { HomeUsage, Usage } from "../../index.js";
import { count } from "../terminal/format.js";
import { plain } from "../terminal/text.js";
import type { Bill, Row, ThreadRow } from "./bill.js";
import { KINDS, sumOf } from "./bill.js";
import type { Markup } from "./markup.js";
import { html } from "./markup.js";
import { dateOf } from "./periods.js";
import { dayWords, modelName, money, repositoryName, workspaceName } from "./words.js";

export function dayTable({ days, home }: Bill): Markup {
  return table(
    "Spend per day",
    ["Day", "Tokens", "Cost"],
    days
      .toReversed()
      .map((day) => [
        dayWords(dateOf(day.name)),
        count(day.tokens),
        money(day.cost, day.isEstimate),
      ]),
    ["Total", count(home.totals.totalTokens), totalCost(home)],
  );
}

export function kindTable({ kinds, home }: Bill): Markup {
  const sums = KINDS.map((kind) => kind.of(home.totals));
  return table(
    "Tokens per day",
    ["Day", ...KINDS.map(({ name }) => name), "Total"],
    kinds
      .toReversed()
      .map((day) => [
        dayWords(dateOf(day.name)),
        ...KINDS.map((kind) => count(day.parts.find(({ model }) => model === kind)?.tokens ?? 0)),
        count(day.tokens),
      ]),
    ["Total", ...sums.map(count), count(home.totals.totalTokens)],
  );
}

export function modelTable({ models, home }: Bill): Markup {
  return table(
    "Spend per model",
    ["Model", "Input", "Cached", "Output", "Reasoning", "Cost"],
    models.map((model) => [
      modelName(model),
      ...usageCells(model.usage),
      money(model.usage.estimatedCostUsd, model.isEstimate),
    ]),
    ["Total", ...usageCells(home.totals), totalCost(home)],
  );
}

export function repositoryTable({ repositories, home }: Bill): Markup {
  return sumTable("Spend per repository", "Repository", repositories, repositoryName, home);
}

export function workspaceTable({ workspaces, home }: Bill): Markup {
  return sumTable("Spend per workspace", "Workspace", workspaces, workspaceName, home);
}

/** The threads of the chart: a home may have ten thousand. */
export function threadTable(rows: readonly ThreadRow[]): Markup {
  return table(
    "Most expensive threads",
    ["About", "Workspace", "Thread", "Tokens", "Cost"],
    rows.map(({ thread, title, tokens, cost, isEstimate }) => [
      title === null ? "–" : plain(title),
      workspaceName(thread.workspacePath ?? "unknown"),
      plain(thread.threadId),
      count(tokens),
      money(cost, isEstimate),
    ]),
    [
      "Together",
      "",
      "",
      count(sumOf(rows).tokens),
      money(sumOf(rows).cost, sumOf(rows).isEstimate),
    ],
  );
}

function sumTable(
  name: string,
  first: string,
  rows: readonly Row[],
  nameOf: (name: string) => string,
  home: HomeUsage,
): Markup {
  return table(
    name,
    [first, "Tokens", "Cost"],
    rows.map((row) => [nameOf(row.name), count(row.tokens), money(row.cost, row.isEstimate)]),
    ["Total", count(home.totals.totalTokens), totalCost(home)],
  );
}

/** The cost of the whole bill. */
export function totalCost({ totals, threads }: HomeUsage): string {
  return money(
    totals.estimatedCostUsd,
    threads.some(({ isEstimate }) => isEstimate),
  );
}

function usageCells(usage: Usage): string[] {
  const { inputTokens, cachedInputTokens, outputTokens, reasoningOutputTokens } = usage;
  return [inputTokens, cachedInputTokens, outputTokens, reasoningOutputTokens].map(count);
}

function table(
  name: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
  total: readonly string[],
): Markup {
  const cells = (texts: readonly string[]) => texts.map((text) => html`<td>${text}</td>`);
  return html`<details>
    <summary>The figures</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="${name}">
      <table>
        <thead>
          <tr>
            ${header.map((text) => html`<th scope="col">${text}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) =>
              html`<tr>
                ${cells(row)}
              </tr> `,
          )}
        </tbody>
        <tfoot>
          <tr>
            ${cells(total)}
          </tr>
        </tfoot>
      </table>
    </div>
  </details>`;
}
