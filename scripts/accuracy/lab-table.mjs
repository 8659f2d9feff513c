/** For each tool: how many homes of real Codex runs it has to the token, and how far off a thread of the others is. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Ledger } from "../../__test__/codex/ledger.mjs";
import { rolloutFiles } from "../../__test__/codex/rollout-files.mjs";
import { SCENARIO_GROUPS } from "../../__test__/codex/scenarios/index.mjs";

/** The rows of the table; `homes` is the folder that `npm test -- codex --keep` has left. */
export async function labTable(homes, tools) {
  const played = [];
  for (const name of readdirSync(homes))
    played.push(await compared(join(homes, name), name, tools));
  const groups = Object.entries(SCENARIO_GROUPS).map(([what, scenarios]) => {
    const names = new Set(scenarios.map(({ name }) => name));
    return { what, homes: played.filter(({ scenario }) => names.has(scenario)) };
  });
  const rows = [...groups, { what: "**all**", homes: played }].filter(
    ({ homes: [first] }) => first,
  );
  return [
    `| homes of real Codex runs | | ${tools.map(({ name }) => name).join(" | ")} |`,
    `|---|--:|${tools.map(() => "--:").join("|")}|`,
    ...rows.map(({ what, homes: some }) => {
      const cells = tools.map((_, at) => cell(some.map(({ ratios }) => ratios[at])));
      return `| ${what} | ${some.length} | ${cells.join(" | ")} |`;
    }),
  ];
}

/** For each tool the ratios of what it says to what was billed, of the threads that it has wrong. */
async function compared(folder, name, tools) {
  const home = join(folder, "codex-home");
  const threads = new Set((await rolloutFiles(home)).map(({ threadId }) => threadId));
  const billed = new Map([...threads].map((threadId) => [threadId, 0]));
  for (const { threadId, usage } of Ledger.read(join(folder, "ledger.jsonl")).writtenDown())
    if (threads.has(threadId)) billed.set(threadId, billed.get(threadId) + usage.totalTokens);
  const ratios = tools.map(({ tokensOf }) => {
    const told = tokensOf(home);
    return [...billed]
      .map(([threadId, tokens]) => [told.get(threadId) ?? 0, tokens])
      .filter(([is, shouldBe]) => is !== shouldBe)
      .map(([is, shouldBe]) => is / shouldBe);
  });
  // `<version>-<scenario>`
  return { scenario: name.replace(/^[\d.]+-/, ""), ratios };
}

function cell(homes) {
  const exact = homes.filter(({ length }) => length === 0).length;
  const ratios = homes.flat().filter(Number.isFinite);
  if (exact === homes.length) return `${exact}`;
  const [least, most] = [Math.min(1, ...ratios), Math.max(1, ...ratios)];
  const ends = [least, most].filter((ratio) => ratio !== 1).map(percent);
  return `${exact} (${ends.length > 0 ? ends.join(" to ") : "billed nothing"})`;
}

function percent(ratio) {
  const off = Math.round((ratio - 1) * 100);
  return `${off > 0 ? "+" : "−"}${Math.abs(off)} %`;
}
