/** One Codex thread that writes its rollout as Codex does, record by record and now and then half of one. */
import { appendFile, mkdir, rename, rm, utimes } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { compressRollout, takeUpCompressed } from "../support/compression.mjs";
import { rolloutName } from "../support/home.mjs";
import { event, message, sessionMeta, tokenCount, turnContext } from "../support/records.mjs";
import { uuidV7 } from "./uuid.mjs";

/** The kernel may show a reader any part of what is being written; these are the pauses between two parts. */
const PAUSE_MS = 20;

const now = () => new Date().toISOString();

export class Thread {
  /** `from`: the thread that it is a fork of; `spawnedBy`: the thread that it is a subagent of. */
  constructor({ home, workspace, random, from = null, spawnedBy = null }) {
    this.id = uuidV7();
    this.home = home;
    this.workspace = workspace;
    this.random = random;
    this.from = from;
    this.spawnedBy = spawnedBy;
    this.total = from === null ? [0, 0, 0, 0] : [...from.total];
    /** What the provider billed this thread: `[input, cached, output, reasoning]` by model. */
    this.billed = new Map();
    this.history = "";
    const at = now();
    this.directory = join(home, "sessions", ...at.slice(0, 10).split("-"));
    this.path = join(this.directory, rolloutName(this.id, at));
  }

  async begin() {
    const meta = {
      cwd: this.workspace,
      at: now(),
      base_instructions: { text: "x".repeat(this.random.int(30_000)) },
      ...(this.from && { forked_from_id: this.from.id }),
      ...(this.spawnedBy && {
        source: { subagent: { thread_spawn: { parent_thread_id: this.spawnedBy.id, depth: 1 } } },
      }),
    };
    await mkdir(this.directory, { recursive: true });
    await this.#write(`${sessionMeta(this.id, meta)}\n${this.from?.history ?? ""}`);
  }

  /** A turn: some responses, each with what it says and what it was billed. */
  async turn(model) {
    const turn_id = uuidV7();
    await this.#write(
      `${event({ type: "task_started", turn_id }, now())}\n${turnContext({ turn_id, cwd: this.workspace, model, at: now() })}\n`,
    );
    for (let left = 1 + this.random.int(6); left > 0; left -= 1) await this.#response(model);
    const type = this.random.chance(0.1) ? "turn_aborted" : "task_complete";
    await this.#write(`${event({ type, turn_id }, now())}\n`);
  }

  async #response(model) {
    const input = 1_000 + this.random.int(50_000);
    const output = 10 + this.random.int(3_000);
    const usage = [input, this.random.int(input), output, this.random.int(output)];
    usage.forEach((value, field) => (this.total[field] += value));
    const billed = this.billed.get(model) ?? [0, 0, 0, 0];
    this.billed.set(
      model,
      billed.map((value, field) => value + usage[field]),
    );
    const said = message("said ".repeat(this.random.int(2_000)), now());
    await this.#write(`${said}\n${tokenCount(this.total, usage, now())}\n`);
  }

  /** What Codex does not go on with as it is. */
  get isPutAway() {
    return this.isArchived || this.path.endsWith(".zst");
  }

  get isArchived() {
    return dirname(this.path) !== this.directory;
  }

  async archive() {
    await this.#move(join(this.home, "archived_sessions"));
  }

  async compress() {
    this.path = await compressRollout(this.path);
  }

  /** As a resume does it: out of the archive, then plain again, both with a new time. */
  async takeUp() {
    if (this.isArchived) {
      await this.#move(this.directory);
      await utimes(this.path, new Date(), new Date());
    }
    if (this.path.endsWith(".zst")) this.path = await takeUpCompressed(this.path, this.history);
  }

  async remove() {
    await rm(this.path);
  }

  async #move(directory) {
    const path = join(directory, basename(this.path));
    await mkdir(directory, { recursive: true });
    await rename(this.path, path);
    this.path = path;
  }

  async #write(text) {
    this.history += text;
    const cut = this.random.chance(0.2) ? this.random.int(text.length) : text.length;
    await appendFile(this.path, text.slice(0, cut));
    if (cut === text.length) return;
    await sleep(this.random.int(PAUSE_MS));
    await appendFile(this.path, text.slice(cut));
  }
}
