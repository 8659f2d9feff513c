/** The bill of a whole home: CPU against the newline floor, `cat` and `ccusage`, memory, event-loop delay. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { root } from "../scripts/prepare.mjs";
import { inTurns, median, ratio } from "./lib/rounds.mjs";
import { runPeer, runTokscale } from "./lib/peer.mjs";
import { call, callOnOneProcessor, measure, tool, withoutCache } from "./lib/tools.mjs";

const MB = 2 ** 20;

/** The longest that the event loop may be held up, in milliseconds. */
const DELAY_TARGET = 5;

const HAS_TASKSET = process.platform === "linux";

/** Aggregates `home` in turns with everything else and gives the rows of the table. */
export async function aggregate({ home, ledger, size, rounds, peer, tokscale, scratch }) {
  const files = rollouts(home);
  const taken = await inTurns(rounds, {
    floor: () => checkedFloor(home, ledger),
    ours: () => checked(ledger, call("usage", home)),
    ...(HAS_TASKSET && { alone: () => checked(ledger, callOnOneProcessor("usage", home)) }),
    watched: () => checked(ledger, call("--watched", "usage", home)),
    cat: () => measure("/bin/sh", ["-c", 'cat "$@" >/dev/null', "cat", ...files]),
    idle: () => call("idle", 200),
    watchedIdle: () => besideLoops(home, () => call("--watched", "idle", 500)),
  });
  const idleDelay = median(taken, ({ watchedIdle }) => watchedIdle.longestDelay);
  const work = `the addon's \`homeUsage\`: bill of ${size}`;
  const rows = [
    {
      work: `${work}, CPU`,
      floor: "`read()` loop that counts newlines",
      measured: ratio(taken, "ours", "floor"),
      target: { most: 1.3 },
      unit: "×",
    },
    ...(HAS_TASKSET ? [onOneProcessor(work, taken)] : []),
    {
      work: `(\`cat\` of the same files, CPU)`,
      floor: "the same loop",
      measured: ratio(taken, "cat", "floor"),
      unit: "×",
    },
    {
      work: `${work}, peak memory`,
      floor: "an idle Node",
      measured: median(taken, ({ ours, idle }) => (ours.maxRss - idle.maxRss) / MB),
      target: { most: 32 },
      unit: "MB more",
    },
    {
      work: `${work}, longest event-loop delay`,
      floor: `${idleDelay.toFixed(1)} ms in an idle Node beside as many \`read()\` loops`,
      // Where the system holds up a Node that does nothing, the figure is the system's.
      unfit: idleDelay >= DELAY_TARGET,
      measured: median(taken, ({ watched }) => watched.longestDelay),
      target: { most: DELAY_TARGET },
      unit: "ms",
    },
  ];
  if (peer) rows.push(...(await besidePeer({ home, ledger, work, rounds, peer, scratch })));
  if (tokscale) rows.push(...(await besideTokscale({ home, rounds, tokscale, scratch })));
  return rows;
}

/** Threads that read at the same time wait for the memory, which counts as CPU; the loop is alone with it. */
function onOneProcessor(work, taken) {
  return {
    work: `${work}, on one processor, CPU`,
    floor: "the same loop",
    measured: ratio(taken, "alone", "floor"),
    target: { most: 1.3 },
    unit: "×",
  };
}

/** Our whole command, with its Node, and nothing remembered. */
function command(home) {
  const args = [join(root, "dist", "cli.cjs"), "usage", "--json", "--codex-home", home];
  return withoutCache((env) => measure(process.execPath, args, { env }));
}

/** Another peer beside our whole command; its own memory of the home is gone in each round. */
async function besideTokscale({ home, rounds, tokscale, scratch }) {
  const taken = await inTurns(Math.min(rounds, 3), {
    command: () => command(home),
    peer: () => runTokscale(tokscale, home, mkdtempSync(join(scratch, "tokscale-"))),
  });
  return [
    {
      work: "(`ao-codex usage --json` with its Node, CPU)",
      floor: `${tokscale.name} on the same home`,
      measured: ratio(taken, "peer", "command"),
      unit: "× less",
    },
  ];
}

/** The peer's native program beside our call, and beside our whole command, which has a Node to start. */
async function besidePeer({ home, ledger, work, rounds, peer, scratch }) {
  const taken = await inTurns(Math.min(rounds, 3), {
    call: () => checked(ledger, call("usage", home)),
    command: () => command(home),
    peer: () => runPeer(peer, home, scratch),
  });
  const { billed } = taken[0].peer;
  const { cache_write_input_tokens: _, ...expected } = ledger.billed;
  deepStrictEqual(billed, expected, `${peer.name} counts otherwise`);
  const floor = `${peer.name} on the same home`;
  const unit = "× less";
  return [
    {
      work: `${work}, CPU`,
      floor,
      measured: ratio(taken, "peer", "call"),
      target: { least: 3 },
      unit,
    },
    {
      work: `(\`ao-codex usage --json\` with its Node, CPU)`,
      floor,
      measured: ratio(taken, "peer", "command"),
      unit,
    },
  ];
}

/** Does `work` while other processes keep every processor busy, as the threads of a scan do. */
function besideLoops(home, work) {
  const loop = ["-c", 'while :; do "$@" >/dev/null; done', "sh", tool("newlines"), home];
  const loops = Array.from({ length: availableParallelism() }, () =>
    spawn("/bin/sh", loop, { detached: true, stdio: "ignore" }),
  );
  try {
    return work();
  } finally {
    for (const { pid } of loops) process.kill(-pid);
  }
}

/** A floor that did not see every line would be no floor. */
function checkedFloor(home, ledger) {
  const run = measure(tool("newlines"), [home]);
  strictEqual(Number(run.printed), ledger.lines);
  return run;
}

/** A fast answer that is wrong is none. */
function checked(ledger, run) {
  const { totals, threads } = run;
  strictEqual(threads, ledger.files);
  deepStrictEqual(
    {
      input_tokens: totals.inputTokens,
      cached_input_tokens: totals.cachedInputTokens,
      cache_write_input_tokens: totals.cacheWriteInputTokens,
      output_tokens: totals.outputTokens,
      reasoning_output_tokens: totals.reasoningOutputTokens,
      total_tokens: totals.totalTokens,
    },
    ledger.billed,
  );
  return run;
}

function rollouts(home) {
  return readdirSync(home, { recursive: true })
    .filter((path) => path.endsWith(".jsonl"))
    .map((path) => join(home, path));
}
