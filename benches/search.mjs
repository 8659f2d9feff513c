/** The first look for the rollout of a workspace, against a walk that reads 4 KB of every file. */
import { strictEqual } from "node:assert/strict";
import { inTurns, ratio } from "./lib/rounds.mjs";
import { call, measure, tool } from "./lib/tools.mjs";

const HEAD = 4096;

/** Searches `home` in turns with the floor and gives the rows of the table. */
export async function search({ home, ledger, rounds }) {
  const taken = await inTurns(rounds, {
    floor: () => checkedFloor(home, ledger),
    none: () => checkedSearch(home, "/home/dev/worktrees/none", null),
    last: () => checkedSearch(home, ledger.oldestWorkspace, ledger.oldestWorkspace),
    elsewhere: () => checkedSearch(home, process.cwd(), null),
  });
  const row = (name, workspace) => ({
    work: `the addon's \`findRollout\`: a workspace among ${ledger.files.toLocaleString("en")}, ${workspace}, CPU`,
    floor: "walk and 4 KB `pread` of each",
    measured: ratio(taken, name, "floor"),
    target: { most: 1.5 },
    unit: "×",
  });
  return [
    row("last", "which only the oldest has"),
    row("none", "which is gone and none has"),
    row("elsewhere", "which is there and none has"),
  ];
}

function checkedFloor(home, ledger) {
  const run = measure(tool("heads"), [home]);
  strictEqual(Number(run.printed), ledger.files * HEAD);
  return run;
}

function checkedSearch(home, workspace, expected) {
  const run = call("find", home, workspace);
  strictEqual(run.found, expected);
  return run;
}
