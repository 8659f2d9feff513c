/** `ao-codex prices`: the prices in force, where each comes from, and how a newer table becomes the user's. */
import { Command, Option } from "commander";
import type { PriceRow, PriceTable } from "../../index.js";
import { path, plural } from "../terminal/format.js";
import { plain } from "../terminal/text.js";
import { writeLines } from "../terminal/stdout.js";
import type { Column } from "../terminal/table.js";
import { jsonOption } from "./options.js";
import type { GlobalOptions } from "./options.js";
import { printTable } from "./print.js";
import { printJson } from "./print-json.js";
import { loadNative } from "./scan.js";

interface PricesOptions extends GlobalOptions {
  from?: string;
  json?: true;
}

export function pricesCommand(): Command {
  return new Command("prices")
    .description("show the prices in force, or take them from a newer table")
    .addOption(
      new Option(
        "--from <file>",
        "a model_prices_and_context_window.json of LiteLLM's, which becomes your table",
      ),
    )
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nExample:\n  $ ao-codex prices --from ~/Downloads/model_prices_and_context_window.json",
    )
    .action(async (_options: unknown, command: Command) => {
      const { from, json } = command.optsWithGlobals<PricesOptions>();
      const native = await loadNative();
      if (from !== undefined) {
        const imported = await native.importPrices(from);
        if (json) printJson(imported);
        else
          writeLines([
            `Prices of ${plural(imported.models, "model")} are in ${path(imported.path)}.`,
          ]);
        return;
      }
      const table = await native.priceTable();
      if (json) printJson(table);
      else printPrices(table);
    });
}

/** The last row is what a model in no table is priced at. */
function printPrices({ rows: all, source, asOf }: PriceTable): void {
  const [unknown, ...rows] = all;
  if (unknown === undefined) return;
  const notes = [
    "US dollars per million tokens. A model that is not here is priced as its nearest relative, else at the default.",
    `Prices: ${plain(source)}, as of ${plain(asOf)}.`,
  ];
  printTable(columns, rows, unknown, notes);
}

const price = (header: string, field: "input" | "cachedInput" | "cacheWriteInput" | "output") => ({
  header,
  forms: [(row: PriceRow) => String(row[field])] as const,
  align: "right" as const,
});

const columns: Column<PriceRow>[] = [
  { header: "MODEL", forms: [(row) => plain(row.model)], flex: { good: 22, min: 14 } },
  { header: "TIER", forms: [(row) => row.tier], flex: { good: 9, min: 6 } },
  { header: "CONTEXT", forms: [(row) => (row.longContext ? "> 272k" : "")], rank: 2 },
  price("INPUT", "input"),
  { ...price("CACHED", "cachedInput"), rank: 1 },
  { ...price("WRITTEN", "cacheWriteInput"), rank: 4 },
  price("OUTPUT", "output"),
  { header: "FROM", forms: [(row) => row.origin], rank: 3 },
];
