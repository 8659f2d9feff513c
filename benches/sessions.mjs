/**
 * The questions of the orchestrator to the plugin: rounds over live sessions in a tmux of their own, beside as many
 * processes.
 */
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inTurns, median } from "./lib/rounds.mjs";
import { newestOf } from "./lib/workspaces.mjs";

const OTHERS = 1_000;
/** A turn that has ended then is over for good. */
const LONG_AGO_MS = 3_600_000;
const POLLS = fileURLToPath(new URL("lib/polls.mjs", import.meta.url));

/** Rounds of 50 and of 200 sessions over `home`, with few and with many other processes on the machine. */
export async function sessionRounds({ home, ledger, rounds, lasting }) {
  const rows = [];
  const files = ledger.files.toLocaleString("en");
  await withWorld(home, async (world) => {
    for (const others of [0, OTHERS]) {
      const stop = await startOthers(others);
      try {
        for (const [count, most] of [
          [50, 5],
          [200, 20],
        ]) {
          const plan = world.planFor(count);
          // Another process has left what it knew.
          world.run("rounds", plan);
          const taken = await inTurns(rounds, { ours: () => world.run("rounds", plan) });
          const work = `\`getActivityState\` and \`getSessionInfo\` of ${count} live sessions over ${files} rollouts, ${others} other processes`;
          const floor = `${count} \`stat\`s through Node at once: ${median(taken, ({ ours }) => ours.floorMs).toFixed(2)} ms`;
          const row = (what, of, target, unit = "ms", beside = "") => ({
            work: `${work}, ${what}`,
            floor: beside,
            measured: median(taken, ({ ours }) => of(ours)),
            target: { most: target },
            unit,
          });
          rows.push(
            row("wall time", ({ ms }) => ms, most, "ms", floor),
            row("CPU with children", ({ cpu }) => cpu, most),
            row("page faults of child processes", ({ children }) => children, 0, ""),
            row("longest event-loop delay", ({ longestDelay }) => longestDelay, 2),
            row("first round of a process that starts warm", ({ first }) => first, 60),
          );
        }
        const taken = await inTurns(rounds, { ours: () => world.run("running", world.planFor(1)) });
        rows.push({
          work: `\`isProcessRunning\` of a live session, ${others} other processes, wall time`,
          floor: `${median(taken, ({ ours }) => ours.children)} page faults of child processes`,
          measured: median(taken, ({ ours }) => ours.ms),
          target: { most: 0.3 },
          unit: "ms",
        });
      } finally {
        stop();
      }
    }
    if (lasting) {
      const { descriptors, rss } = world.run("lasting", world.planFor(50));
      const work = "the same of 50 sessions, 10,000 times";
      rows.push(
        {
          work: `${work}, memory`,
          floor: "",
          measured: rss / 2 ** 20,
          target: { most: 4 },
          unit: "MB more",
        },
        {
          work: `${work}, descriptors`,
          floor: "",
          measured: descriptors,
          target: { most: 0 },
          unit: "more",
        },
      );
    }
  });
  return rows;
}

/** `getSessionInfo` of a session whose one rollout, that of `home`, grows. */
export async function sessionAppended({ home, size, rounds }) {
  const rows = [];
  await withWorld(home, async (world) => {
    const taken = await inTurns(Math.min(rounds, 3), {
      ours: () => world.run("appended", world.planFor(1)),
    });
    rows.push({
      work: `\`getSessionInfo\` after 1 KB was appended to ${size}, wall time`,
      floor: "",
      measured: median(taken, ({ ours }) => ours.ms),
      target: { most: 0.5 },
      unit: "ms",
    });
  });
  return rows;
}

/** A home directory, a tmux server and sessions of their own. */
async function withWorld(home, work) {
  const root = mkdtempSync(join(tmpdir(), "aoc-bench-"));
  const world = new World(root, home);
  try {
    await work(world);
  } finally {
    world.end();
    rmSync(root, { recursive: true, force: true });
  }
}

class World {
  #started = 0;

  constructor(root, home) {
    this.root = root;
    this.codexHome = home;
    this.env = {
      ...process.env,
      HOME: root,
      CODEX_HOME: home,
      TMUX_TMPDIR: root,
      XDG_CACHE_HOME: join(root, "cache"),
      PATH: `${join(root, "bin")}:${process.env.PATH}`,
    };
    delete this.env.TMUX;
    delete this.env.AO_HOME;
    mkdirSync(join(root, "bin"));
    this.codex = join(root, "bin", "codex");
    copyFileSync(
      execFileSync("sh", ["-c", "command -v sleep"], { encoding: "utf8" }).trim(),
      this.codex,
    );
    chmodSync(this.codex, 0o755);
    mkdirSync(join(root, ".ao", "codex", "events"), { recursive: true });
    this.threads = [...newestOf(home, 200)];
  }

  /** Starts as many sessions and says what they are; half of them have hooks. */
  planFor(count) {
    for (; this.#started < count; this.#started += 1) {
      const name = `ao-${this.#started}`;
      this.#tmux("new-session", "-d", "-s", name, `${this.codex} 100000`);
      if (this.#started % 2 === 0)
        this.#hook(name, this.threads[this.#started % this.threads.length][1]);
    }
    const sessions = Array.from({ length: count }, (_, at) => this.#session(`ao-${at}`, at));
    const path = join(this.root, `plan-${count}.json`);
    writeFileSync(path, JSON.stringify({ sessions, rollout: this.threads[0][1] }));
    return path;
  }

  run(operation, plan) {
    const args = ["--expose-gc", POLLS, operation, plan];
    return JSON.parse(execFileSync(process.execPath, args, { env: this.env, encoding: "utf8" }));
  }

  end() {
    try {
      this.#tmux("kill-server");
    } catch {
      // None was started.
    }
  }

  /** Its hooks have told of an earlier turn of its thread. */
  #hook(name, rollout) {
    const thread = rollout.slice(
      -"00000000-0000-0000-0000-000000000000.jsonl".length,
      -".jsonl".length,
    );
    const at = Date.now() - LONG_AGO_MS;
    const line = (event) =>
      `${JSON.stringify({ at, event, thread, turn: "turn-0", rollout, cwd: "/" })}\n`;
    const events = ["SessionStart", "UserPromptSubmit", "Stop"].map(line).join("");
    writeFileSync(join(this.root, ".ao", "codex", "events", `${name}.jsonl`), events);
  }

  #session(id, at) {
    return {
      id,
      projectId: "app",
      status: "working",
      activity: null,
      branch: "feat/x",
      issueId: null,
      pr: null,
      workspacePath: this.threads[at % this.threads.length][0],
      runtimeHandle: { id, runtimeName: "tmux", data: {} },
      agentInfo: null,
      createdAt: new Date(),
      lastActivityAt: new Date(),
      metadata: {},
    };
  }

  #tmux(...args) {
    execFileSync("tmux", ["-f", "/dev/null", ...args], { env: this.env, stdio: "ignore" });
  }
}

/** Processes that only wait; gives what ends them. */
async function startOthers(count) {
  const children = Array.from({ length: count }, () =>
    spawn("sleep", ["100000"], { stdio: "ignore" }),
  );
  return () => {
    for (const child of children) child.kill("SIGKILL");
  };
}
