/** The figures behind the charts, for those who want them exact or cannot see the charts. */

import type { HomeUsage, Usage } from "../../index.js";
import { count } from "../terminal/format.js";
import type { Bill, Row } from "./bill.js";
import type { Markup } from "./markup.js";
import { html } from "./markup.js";
import { dateOf } from "./periods.js";
import { dayWords, modelName, money, workspaceName } from "./words.js";

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

export function workspaceTable({ workspaces, home }: Bill): Markup {
  return table(
    "Spend per workspace",
    ["Workspace", "Tokens", "Cost"],
    workspaces.map((row: Row) => [
      workspaceName(row.name),
      count(row.tokens),
      money(row.cost, row.isEstimate),
    ]),
    ["Total", count(home.totals.totalTokens), totalCost(home)],
  );
}

/** What the whole bill costs. */
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
