/** The growth of the cost with the number of rollouts and with their size: first looks, and later ones. */
import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { call, generate, later, measure, tool } from "./lib/tools.mjs";
import { workspacesOf } from "./lib/workspaces.mjs";

const FILES = [100, 1_000, 10_000, 100_000];
const SESSIONS = 50;
/** Bytes of each of many rollouts. */
const EACH = 4_000;
const SIZES = [1, 10, 100, 1_000, 10_000].map((mb) => mb * 1_000_000);
const ID = "019b7f37-8646-7b42-af3b-3a02bcaed870";

/** Gives the two tables as Markdown. Nothing of what it writes below `scratch` is left. */
export function growth(scratch) {
  return [
    ["rollouts", "first bill, CPU ms", "a refresh of 50 sessions, ms"],
    FILES.map((files) =>
      within(scratch, (home) => {
        generate(home, {
          files,
          bytes: files * EACH,
          workspaces: Math.max(2 * SESSIONS, files / 4),
          seed: 4,
        });
        const sessions = workspacesOf(home, SESSIONS);
        const { ms } = later("refresh", home, ...sessions);
        return [files.toLocaleString("en"), call("usage", home).cpu, ms];
      }),
    ),
    [
      "one rollout of",
      "first bill, CPU ms",
      "`read()` loop that counts newlines, CPU ms",
      "a poll after 1 KB was appended, ms",
    ],
    SIZES.map((bytes) =>
      within(scratch, (home) => {
        const path = sparse(home, bytes);
        const loop = () => measure(tool("newlines"), [home]).cpu;
        // A hole costs most when the system first makes zeros of it.
        loop();
        const { cpu } = call("usage", home);
        const { ms } = later("poll", home, path, ID);
        return [`${(bytes / 1e6).toLocaleString("en")} MB`, cpu, loop(), ms];
      }),
    ),
  ]
    .reduce(
      (tables, part, at, all) => (at % 2 ? [...tables, markdown(all[at - 1], part)] : tables),
      [],
    )
    .join("\n\n");
}

/** A rollout that is mostly a hole: one long line that is no record, which is read all the same. */
function sparse(home, bytes) {
  const day = join(home, "sessions", "2026", "01", "02");
  mkdirSync(day, { recursive: true });
  const path = join(day, `rollout-2026-01-02T16-58-23-${ID}.jsonl`);
  const file = openSync(path, "w");
  const line = (type, payload) =>
    `${JSON.stringify({ timestamp: "2026-01-02T16:58:23.100Z", type, payload })}\n`;
  writeSync(file, line("session_meta", { id: ID, cwd: "/home/dev/shop" }));
  ftruncateSync(file, bytes);
  const counts = { input_tokens: 100, output_tokens: 10, total_tokens: 110 };
  const info = { total_token_usage: counts, last_token_usage: counts };
  const count = line("event_msg", { type: "token_count", info });
  writeSync(file, `\n${count}`, bytes);
  closeSync(file);
  return path;
}

function within(scratch, work) {
  const home = join(scratch, "growth");
  try {
    return work(home);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function markdown(head, rows) {
  const text = (cell) => (typeof cell === "number" ? cell.toFixed(2) : cell);
  const line = (cells) => `| ${cells.map(text).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
