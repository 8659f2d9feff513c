/** One agent: Codex threads in its worktree, and git and gh through the wrappers. It knows what is true of it. */
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Thread } from "./thread.mjs";

const run = promisify(execFile);

const MODELS = ["gpt-5.1-codex", "gpt-5.3-codex", "gpt-5-mini"];

/** Longest pause between two things that an agent does. */
const PAUSE_MS = 4_000;

/** An agent that has more threads than this removes one for each that it begins, so that a home stops growing. */
const MAX_THREADS = 8;

/** A thread that has more than this is not forked any more: each copy would be as long. */
const MAX_FORKED_BYTES = 2_000_000;

export class Agent {
  constructor({ session, world, random }) {
    this.session = session;
    this.world = world;
    this.random = random;
    this.threads = [];
    /** What the session's metadata has to say at the end. */
    this.recorded = new Map();
    this.count = 0;
  }

  async work(signal) {
    await this.#start({});
    await Promise.all([
      this.#repeat(signal, () => this.#codex()),
      this.#repeat(signal, () => this.#tools()),
      this.#repeat(signal, () => this.#note()),
    ]);
    // An old thread that is put away last must not be taken for the one in use.
    await this.#putAway();
  }

  async #repeat(signal, step) {
    while (!signal.aborted) {
      await sleep(this.random.int(PAUSE_MS));
      await step();
    }
  }

  async #start(how) {
    const { workspace } = this.session;
    const thread = new Thread({
      home: this.world.codexHome,
      workspace,
      random: this.random,
      ...how,
    });
    await thread.begin();
    this.threads.push(thread);
    await thread.turn(this.random.pick(MODELS));
    if (how.spawnedBy === undefined) this.current = thread;
    if (this.threads.length > MAX_THREADS) await this.#remove();
  }

  async #codex() {
    const { current, random } = this;
    await random.oneOf([
      [80, () => current.turn(random.pick(MODELS))],
      [8, () => this.#start({ spawnedBy: current })],
      [4, () => this.#start(current.history.length < MAX_FORKED_BYTES ? { from: current } : {})],
      [3, () => this.#start({})],
      [5, () => this.#putAway()],
      [3, () => this.#takeUp()],
    ])();
  }

  /** Something is done to a root or a fork that is not used any more. */
  async #putAway() {
    const old = this.threads.filter((one) => one !== this.current && one.path.endsWith(".jsonl"));
    if (old.length === 0) return;
    const thread = this.random.pick(old);
    await this.random.pick([() => thread.archive(), () => thread.compress()])();
  }

  /** One that was put away is the one in use again. */
  async #takeUp() {
    const old = this.threads.filter((one) => one.spawnedBy === null && one.isPutAway);
    if (old.length === 0) return;
    const thread = this.random.pick(old);
    await thread.takeUp();
    this.current = thread;
    await thread.turn(this.random.pick(MODELS));
  }

  /** The oldest that no other thread came from. */
  async #remove() {
    const isNeeded = (thread) =>
      thread === this.current ||
      this.threads.some((one) => one.from === thread || one.spawnedBy === thread);
    const oldest = this.threads.find((thread) => !isNeeded(thread));
    if (oldest === undefined) return;
    await oldest.remove();
    this.threads = this.threads.filter((thread) => thread !== oldest);
  }

  async #tools() {
    const { random } = this;
    await random.oneOf([
      [30, () => this.#program("git", ["status", "--short"])],
      [20, () => this.#program("git", ["commit", "--quiet", "--allow-empty", "-m", "work"])],
      [25, () => this.#branch()],
      [5, () => this.#create()],
      [2, () => this.#merge()],
    ])();
  }

  async #branch() {
    const branch = `${this.session.id}/topic-${(this.count += 1)}`;
    await this.#program(
      "git",
      this.random
        .pick([
          ["switch", "-qc"],
          ["checkout", "-qb"],
        ])
        .concat(branch),
    );
    this.recorded.set("branch", branch);
  }

  async #create() {
    const stdout = await this.#program("gh", ["pr", "create", "--fill"]);
    this.recorded.set("pr", stdout.trim());
    this.recorded.set("status", "pr_open");
  }

  async #merge() {
    await this.#program("gh", ["pr", "merge", "--squash"]);
    this.recorded.set("status", "merged");
  }

  /** The helper itself, as AGENTS.md tells agents. */
  async #note() {
    const [key, value] = [`note-${(this.count += 1) % 20}`, `${this.random.int(1e9)}`];
    const script = '. "$HOME/.ao/bin/ao-metadata-helper.sh"; update_ao_metadata "$1" "$2"';
    await run("bash", ["-c", script, "sh", key, value], { env: this.session.env });
    this.recorded.set(key, value);
  }

  async #program(name, args) {
    const { env, workspace } = this.session;
    const { stdout } = await run(name, args, { cwd: workspace, env });
    return stdout;
  }
}
