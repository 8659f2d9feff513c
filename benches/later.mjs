/** Questions that are asked again: by a process that lives on, and by a new one that finds what an earlier one knew. */
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "../scripts/prepare.mjs";
import { inTurns, median } from "./lib/rounds.mjs";
import { call, later, measure, tool, withoutCache } from "./lib/tools.mjs";
import { workspacesOf } from "./lib/workspaces.mjs";

const MB = 2 ** 20;
const SESSIONS = 50;
const MEMORY_TARGET = { most: 32 };

/** Polls the one rollout of `home`. */
export async function poll({ home, size, rounds }) {
  const path = readdirSync(home, { recursive: true })
    .map((name) => join(home, name))
    .find((name) => name.endsWith(".jsonl"));
  const threadId = path.slice(
    -"00000000-0000-0000-0000-000000000000.jsonl".length,
    -".jsonl".length,
  );
  const taken = await inTurns(rounds, {
    ours: () => later("poll", home, path, threadId),
    idle: () => call("idle", 200),
  });
  const work = `the addon's \`threadUsage\` after 1 KB was appended to ${size}`;
  return [
    {
      work: `${work}, wall time`,
      floor: `a \`stat\` through Node: ${floorOf(taken)}`,
      measured: median(taken, ({ ours }) => ours.ms),
      target: { most: 0.2 },
      unit: "ms",
    },
    memory(work, taken),
  ];
}

/** Refreshes sessions over `home`, in a process that lives on and in new ones. */
export async function refresh({ home, ledger, rounds }) {
  const files = ledger.files.toLocaleString("en");
  const work = `the addon's \`findRollout\` and \`threadUsage\` of ${SESSIONS} sessions over ${files} rollouts, nothing changed`;
  const sessions = workspacesOf(home, SESSIONS);
  const living = await inTurns(rounds, {
    ours: () => later("refresh", home, ...sessions),
    walk: () => measure(tool("stats"), [home]),
    idle: () => call("idle", 200),
  });
  const rows = [
    {
      work: `${work}, wall time`,
      floor: `${SESSIONS} \`stat\`s through Node at once: ${floorOf(living)}`,
      measured: median(living, ({ ours }) => ours.ms),
      target: { most: 5 },
      unit: "ms",
    },
    {
      work: `${work}, wall time`,
      floor: "CPU of a walk with a `stat` of each",
      measured: median(living, ({ ours, walk }) => ours.ms / walk.cpu),
      target: { most: 1.2 },
      unit: "×",
    },
    memory(work, living),
    {
      work: `${work}, longest event-loop delay`,
      floor: "",
      measured: median(living, ({ ours }) => ours.longestDelay),
      target: { most: 5 },
      unit: "ms",
    },
    ...(await first({ home, files, rounds })),
    ...(await startedAnew({ home, files, rounds })),
  ];
  return rows;
}

/** The first scan, whose memory holds what is remembered besides the answer. */
async function first({ home, files, rounds }) {
  const taken = await inTurns(Math.min(rounds, 3), {
    ours: () => call("usage", home),
    idle: () => call("idle", 200),
  });
  return [memory(`the addon's \`homeUsage\`: bill of ${files} rollouts, first look`, taken)];
}

/** Commands that a new process answers with what an earlier one has written down, each with its target. */
const WARM = {
  "usage --json": 1.5,
  "usage --json --by repo,month": 1.6,
  statusline: 1.6,
};

/** A new process that finds what an earlier one has written down. */
async function startedAnew({ home, files, rounds }) {
  const cli = join(root, "dist", "cli.cjs");
  const argsOf = (command) => [cli, ...command.split(" "), "--codex-home", home];
  const commands = Object.keys(WARM);
  return withoutCache(async (env) => {
    execFileSync(process.execPath, argsOf(commands[0]), { env, maxBuffer: 1 << 30 });
    const taken = await inTurns(rounds, {
      ...Object.fromEntries(
        commands.map((command) => [
          command,
          () => measure(process.execPath, argsOf(command), { env }),
        ]),
      ),
      node: () => measure(process.execPath, ["-e", "0"]),
      walk: () => measure(tool("stats"), [home]),
    });
    return commands.map((command) => ({
      work: `\`ao-codex ${command}\` of ${files} rollouts in a new process that starts warm, CPU`,
      floor: "Node's own start and a walk with a `stat` of each",
      measured: median(taken, (one) => one[command].cpu / (one.node.cpu + one.walk.cpu)),
      target: { most: WARM[command] },
      unit: "×",
    }));
  });
}

function memory(work, taken) {
  return {
    work: `${work}, peak memory`,
    floor: "an idle Node",
    measured: median(taken, ({ idle, ours }) => (ours.maxRss - idle.maxRss) / MB),
    target: MEMORY_TARGET,
    unit: "MB more",
  };
}

function floorOf(taken) {
  return `${median(taken, ({ ours }) => ours.floorMs).toFixed(2)} ms`;
}
