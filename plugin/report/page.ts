/** The report: one page that needs nothing but itself. */

import type { HomeUsage } from "../../index.js";
import { count, localDate, path, plural, shortCount } from "../terminal/format.js";
import { onSubscription, priceNotes, skippedNotes } from "../terminal/notes.js";
import { plain, shorten } from "../terminal/text.js";
import type { NamedBar } from "./bars-chart.js";
import { barsChart } from "./bars-chart.js";
import type { Bill, Row, ThreadRow, Titles } from "./bill.js";
import { billOf, COLOURS, KINDS, sumOf } from "./bill.js";
import { calendar } from "./calendar.js";
import type { Chart } from "./chart.js";
import { chartMarkup } from "./chart.js";
import { html, Markup } from "./markup.js";
import { dateOf, daysBetween } from "./periods.js";
import { STYLE } from "./style.js";
import {
  dayTable,
  kindTable,
  modelTable,
  repositoryTable,
  threadTable,
  totalCost,
  workspaceTable,
} from "./tables.js";
import { SPEND, timeChart, TOKENS } from "./time-chart.js";
import { dayWords, modelName, money, percent, repositoryName, workspaceName } from "./words.js";

/** Bars of a chart; the table below it has all. */
const MOST_BARS = 10;
/** A calendar of fewer days says nothing that the bars do not. */
const CALENDAR_DAYS = 31;
/** A longer name is cut: the bars have it whole. */
const LEGEND_COLUMNS = 32;

export interface ReportOptions {
  /** The workspace that was asked for. */
  workspace?: string;
  /** The subjects of the most expensive threads. */
  titles?: Titles;
  /** As midnight UTC. */
  today: Date;
}

/** The threads whose titles the report shows. */
export function threadsShown(home: HomeUsage): HomeUsage["threads"] {
  return billOf(home, new Map())
    .threads.slice(0, MOST_BARS)
    .map(({ thread }) => thread);
}

/** The whole file. Nothing in it runs, and nothing is loaded: its own policy forbids both. */
export function reportPage(home: HomeUsage, options: ReportOptions): string {
  const bill = billOf(home, options.titles ?? new Map());
  const title = "What Codex cost";
  const body = home.totals.totalTokens === 0 ? empty(home) : charts(bill, options.today);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="data:," />
        <title>${title}: ${totalCost(home)}</title>
        <style>
          ${new Markup(STYLE)}
        </style>
      </head>
      <body>
        <main>
          <header>
            <h1>${title}</h1>
            <p class="soft">
              ${rangeWords(bill)}${options.workspace === undefined ? "" : ` · ${path(options.workspace)}`}
              · ${path(home.codexHome)}
            </p>
          </header>
          ${body}
          <footer>
            ${[...priceNotes(home), ...skippedNotes(home)].map((note) => html`<p>${note}</p> `)}
            <p>Made by ao-codex on ${dayWords(options.today)}. Nothing in this page leaves it.</p>
          </footer>
        </main>
      </body>
    </html> `;
  return page.text;
}

function charts(bill: Bill, today: Date): Markup {
  const time = timeChart(bill.days, today, SPEND);
  const tokens = timeChart(bill.kinds, today, TOKENS);
  const heat = calendar(bill, today);
  const threads = bill.threads.slice(0, MOST_BARS);
  return html`${tiles(bill)}
    <section aria-label="${time.title}">
      ${head(time.title, legend(bill))} ${drawn(time)} ${dayTable(bill)}
    </section>
    <section aria-label="${tokens.title}">
      ${head(tokens.title, kindLegend(bill))} ${drawn(tokens)} ${kindTable(bill)}
    </section>
    ${spanOf(bill) > CALENDAR_DAYS ? html`<section aria-label="${heat.title}">${head("Every day", scale())} ${drawn(heat)}</section>` : null}
    <div class="pair">
      <section aria-label="Spend per repository">
        ${head("Repositories", more(bill.repositories.length))}
        ${drawn(barsChart("Spend per repository", rowBars(bill.repositories, repositoryName)))}
        ${repositoryTable(bill)}
      </section>
      <section aria-label="Spend per model">
        ${head("Models", more(bill.models.length))}
        ${drawn(barsChart("Spend per model", modelBars(bill)))} ${modelTable(bill)}
      </section>
    </div>
    <div class="pair">
      <section aria-label="Most expensive threads">
        ${head("Threads", more(bill.threads.length))}
        ${drawn(barsChart("Most expensive threads", threads.map(threadBar)))}
        ${threadTable(threads)}
      </section>
      <section aria-label="Spend per workspace">
        ${head("Workspaces", more(bill.workspaces.length))}
        ${drawn(barsChart("Spend per workspace", rowBars(bill.workspaces, workspaceName)))}
        ${workspaceTable(bill)}
      </section>
    </div>`;
}

function drawn(chart: Chart): Markup {
  return new Markup(chartMarkup(chart));
}

function head(title: string, beside: Markup): Markup {
  return html`<div class="head">
    <h2>${title}</h2>
    ${beside}
  </div>`;
}

function tiles({ home, days, models, workspaces }: Bill): Markup {
  const { totals } = home;
  const dated = sumOf(days);
  const perDay = days.length === 0 ? 0 : dated.cost / days.length;
  const figures = [
    [
      onSubscription(home.threads).length > 0 ? "Spend at API prices" : "Spend",
      totalCost(home),
      `${money(perDay, dated.isEstimate)} on a day with Codex`,
    ],
    [
      "Tokens",
      shortCount(totals.totalTokens),
      `${shortCount(totals.inputTokens)} in, ${shortCount(totals.outputTokens)} out`,
    ],
    [
      "From the cache",
      percent(totals.cachedInputTokens, totals.inputTokens),
      `${shortCount(totals.cachedInputTokens)} of the input`,
    ],
    [
      "Threads",
      count(home.threads.length),
      `${plural(models.length, "model")}, ${plural(workspaces.length, "workspace")}`,
    ],
  ] as const;
  return html`<dl class="tiles">
    ${figures.map(
      ([name, figure, small]) =>
        html`<div class="tile">
          <dt>${name}</dt>
          <dd><span class="figure">${figure}</span><small>${small}</small></dd>
        </div> `,
    )}
  </dl>`;
}

function legend({ models }: Bill): Markup {
  const named = models
    .slice(0, COLOURS)
    .map((model) => entry(model.colour, shorten(modelName(model), LEGEND_COLUMNS)));
  const rest =
    models.length > COLOURS ? [entry("var(--series-more)", `${models.length - COLOURS} more`)] : [];
  return html`<ul class="legend">
    ${[...named, ...rest]}
  </ul>`;
}

function kindLegend({ kinds }: Bill): Markup {
  const shown = KINDS.filter((kind) =>
    kinds.some(({ parts }) => parts.some(({ model }) => model === kind)),
  );
  return html`<ul class="legend">
    ${shown.map(({ colour, name }) => entry(colour, name))}
  </ul>`;
}

function entry(colour: string, name: string): Markup {
  return html`<li><span class="swatch" style="background:${colour}"></span>${name}</li>`;
}

function scale(): Markup {
  const steps = Array.from(
    { length: 6 },
    (_, step) => html`<span class="swatch" style="background:var(--heat-${step})"></span>`,
  );
  return html`<div class="heat" aria-hidden="true">less${steps}more</div>`;
}

function more(found: number): Markup {
  return found > MOST_BARS
    ? html`<span class="soft">the ${MOST_BARS} most expensive of ${count(found)}</span>`
    : html``;
}

function modelBars({ models }: Bill): NamedBar[] {
  return models.slice(0, MOST_BARS).map((model) => {
    const { estimatedCostUsd: cost, totalTokens: tokens } = model.usage;
    return {
      name: modelName(model),
      isPath: false,
      cost,
      isEstimate: model.isEstimate,
      parts: [{ model, cost, tokens, isEstimate: model.isEstimate }],
    };
  });
}

function rowBars(rows: readonly Row[], nameOf: (name: string) => string): NamedBar[] {
  return rows
    .slice(0, MOST_BARS)
    .map(({ name, ...row }) => ({ name: nameOf(name), isPath: true, ...row }));
}

/** By what the thread was about; where nothing tells, by its workspace. */
function threadBar({ thread, title, parts, cost, isEstimate }: ThreadRow): NamedBar {
  const workspace = workspaceName(thread.workspacePath ?? "unknown");
  const day = dayWords(dateOf(localDate(new Date(thread.updatedAtMs))));
  const detail = `${workspace}\n${plain(thread.threadId)}, ${day}`;
  const name = title === null ? workspace : plain(title);
  return { name, isPath: title === null, detail, parts, cost, isEstimate };
}

function spanOf({ days }: Bill): number {
  const [first, last] = [days[0], days.at(-1)];
  return first === undefined || last === undefined
    ? 0
    : daysBetween(dateOf(first.name), dateOf(last.name));
}

function rangeWords({ days }: Bill): string {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return "No day with Codex";
  const [from, to] = [first, last].map(({ name }) => dayWords(dateOf(name)));
  return from === to ? String(from) : `${from} to ${to}`;
}

function empty(home: HomeUsage): Markup {
  return html`<section class="empty">
    <h2>Nothing was billed</h2>
    <p class="soft">No usage in ${path(home.codexHome)}.</p>
  </section>`;
}
