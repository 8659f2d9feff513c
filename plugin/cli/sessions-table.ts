/** The table of `ao-codex sessions`. */
import { sep } from "node:path";
import type { ActivityState } from "../host.js";
import type { HomeUsage, ThreadUsage } from "../../index.js";
import {
  costColumn,
  modelColumn,
  threadColumn,
  threadRows,
  tokenColumn,
  workspaceColumn,
} from "./columns.js";
import type { ThreadRow } from "./columns.js";
import { ago, path, plural } from "../terminal/format.js";
import { priceNotes, skippedNotes } from "../terminal/notes.js";
import { nothingLines, tableLines } from "./print.js";
import { loadNative } from "./scan.js";
import { WIDE } from "./sessions-query.js";
import { repositoriesOf, sorted } from "./sessions-choice.js";
import type { Choice, Sort } from "./sessions-choice.js";
import type { HookEvidence } from "../session/state/hook-evidence.js";
import { threadState } from "../session/state/thread-state.js";
import { plain } from "../terminal/text.js";
import type { Column } from "../terminal/table.js";
import { paint } from "../terminal/colors.js";
import type { Colors } from "../terminal/colors.js";
import { columnsOf } from "../terminal/stdout.js";
import { shortenPath, width } from "../terminal/text.js";

/** Titles are looked for of so many threads at most: each is a file to open. */
const MAX_TITLES = 200;

export interface Shown extends Choice {
  /** The homes that were asked for. */
  codexHome?: string[];
  explain?: true;
  workspace?: string;
  /** So many rows at most, */
  most?: number | undefined;
  /** after so many that are passed over. */
  from?: number;
  sort?: Sort;
}

interface View {
  nowMs: number;
  evidence: HookEvidence;
  colors: Colors;
  repos: Map<string, string>;
  titles: Map<string, string>;
  rows: readonly ThreadRow[];
}

/** The table of the threads. */
export async function sessionLines(
  home: HomeUsage,
  nowMs: number,
  evidence: HookEvidence,
  { codexHome: codexHomes, explain, from = 0, most, sort = "newest", workspace, ...choice }: Shown,
): Promise<string[]> {
  const skipped = skippedNotes(home);
  const homes = codexHomes ?? [home.codexHome];
  if (home.threads.length === 0)
    return nothingLines(`threads${wordsOf(choice)}`, homes, workspace, skipped);
  const { rows, total } =
    sort === "newest"
      ? threadRows(home)
      : threadRows({ ...home, threads: sorted(home.threads, sort, nowMs, evidence) }, true);
  const shown = rows.slice(from, most === undefined ? undefined : from + most);
  const view = {
    nowMs,
    evidence,
    colors: paint(),
    repos: repositoriesOf(home),
    titles: await titlesOf(shown, homes),
    rows: shown,
  };
  const columns = table(view, explain === true);
  if (explain) columns.push(explanation(view));
  const notes = [...hiddenNotes(rows.length, from, shown.length), ...priceNotes(home), ...skipped];
  return tableLines<ThreadRow>(columns, shown, total, notes);
}

function wordsOf({ repo, state }: Choice): string {
  const states = state === undefined ? "" : ` that are ${state.join(" or ")}`;
  return states + (repo === undefined ? "" : ` of the repository ${plain(repo)}`);
}

function hiddenNotes(all: number, from: number, shown: number): string[] {
  const hidden = all - shown;
  if (hidden === 0) return [];
  if (from > 0) return [`${from + 1} to ${from + shown} of ${plural(all, "thread")}.`];
  return [`${plural(hidden, "more thread")} in the total, not shown: --limit ${all} shows all.`];
}

async function titlesOf(rows: readonly ThreadRow[], codexHomes: readonly string[]) {
  const titles = new Map<string, string>();
  if (columnsOf() < WIDE.title) return titles;
  const native = await loadNative();
  const threads = rows.slice(0, MAX_TITLES).flatMap(({ branch }) => branch?.thread ?? []);
  for (const thread of threads) {
    const { rolloutPath, threadId } = thread;
    const codexHome =
      codexHomes.find((home) => rolloutPath.startsWith(home + sep)) ?? codexHomes[0];
    const title = await native.threadTitle(threadId, rolloutPath, {
      ...(codexHome && { codexHome }),
    });
    if (title !== null) titles.set(thread.threadId, plain(title));
  }
  return titles;
}

function table(
  { colors, evidence, nowMs, repos, rows, titles }: View,
  isExplained: boolean,
): Column<ThreadRow>[] {
  const columns = columnsOf();
  const stateOf = (thread: ThreadUsage) => threadState(thread, nowMs, evidence).state;
  /** Where there is room for it, and something to show. */
  const more = (least: number, column: Column<ThreadRow>) =>
    columns >= least && rows.some((row) => column.forms[0](row) !== "") ? [column] : [];
  return [
    workspaceColumn,
    ...more(WIDE.repo, {
      header: "REPO",
      forms: [(row) => ofThread(row, ({ threadId }) => path(repos.get(threadId) ?? ""))],
      flex: { good: 14, min: 8 },
      cut: (row, most) =>
        shortenPath(
          ofThread(row, ({ threadId }) => path(repos.get(threadId) ?? "")),
          most,
        ),
      rank: 9,
    }),
    ...more(WIDE.branch, {
      header: "BRANCH",
      forms: [(row) => ofThread(row, ({ branch }) => plain(branch ?? ""))],
      flex: { good: 12, min: 8 },
      rank: 7,
    }),
    ...more(WIDE.title, {
      header: "TITLE",
      forms: [(row) => ofThread(row, ({ threadId }) => titles.get(threadId) ?? "")],
      flex: { good: 24, min: 16 },
      cut: (row, most) =>
        beginning(
          ofThread(row, ({ threadId }) => titles.get(threadId) ?? ""),
          most,
        ),
      rank: 8,
    }),
    threadColumn,
    { header: "KIND", forms: [(row) => ofThread(row, (thread) => thread.kind)], rank: 5 },
    modelColumn,
    {
      header: "STATE",
      forms: [(row) => ofThread(row, stateOf)],
      style: (cell, row) => (row.branch ? colorOf(stateOf(row.branch.thread), colors)(cell) : cell),
      rank: 1,
    },
    ...more(WIDE.context, {
      header: "CONTEXT",
      forms: [(row) => ofThread(row, contextOf)],
      align: "right",
      rank: 6,
    }),
    // Who asks for the reasons of the states needs these more than the tokens.
    tokenColumn("TOKENS", "totalTokens", isExplained ? 1 : undefined),
    costColumn,
    {
      header: "LAST WRITE",
      forms: [(row) => ofThread(row, (thread) => ago(thread.updatedAtMs, nowMs))],
      rank: 2,
    },
  ];
}

/** The share of the model's context window that is in use. */
function contextOf({ context }: ThreadUsage): string {
  return context === null ? "" : `${Math.round((100 * context.tokens) / context.window)} %`;
}

/** Of a sentence its beginning says most. */
function beginning(text: string, columns: number): string {
  let kept = "";
  for (const letter of text) {
    if (width(kept + letter) > columns - 1) break;
    kept += letter;
  }
  return `${kept.trimEnd()}…`;
}

/** The source of the state: what told it, and what it told. */
function explanation({ evidence, nowMs }: View): Column<ThreadRow> {
  const reason = (thread: ThreadUsage) => {
    const { because, source } = threadState(thread, nowMs, evidence);
    // An error speaks in a provider's words.
    return plain(`${source}: ${because}`);
  };
  return {
    header: "STATE FROM",
    forms: [
      (row) => ofThread(row, reason),
      (row) => ofThread(row, (thread) => threadState(thread, nowMs, evidence).source),
    ],
  };
}

/** The text of a cell that the row of totals does not have. */
function ofThread(row: ThreadRow, text: (thread: ThreadUsage) => string): string {
  return row.branch ? text(row.branch.thread) : "";
}

function colorOf(state: ActivityState, colors: Colors): (text: string) => string {
  switch (state) {
    case "active":
      return colors.green;
    case "ready":
      return colors.cyan;
    case "waiting_input":
      return colors.yellow;
    case "blocked":
      return colors.red;
    case "idle":
    case "exited":
      return colors.dim;
  }
}
