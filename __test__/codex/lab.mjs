/**
 * One scenario's world: a Codex home, a workspace, a model server with its ledger, and a Codex
 * version to run. A scenario says what happens; the lab remembers what the command must report.
 */
import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";

import { AppServer } from "./app-server.mjs";
import { installCodex } from "./install.mjs";
import { Ledger } from "./ledger.mjs";
import { MockServer } from "./mock-server.mjs";
import { promptFor } from "./model-request.mjs";
import { derivedSeed, seeded } from "./random.mjs";
import { rolloutFiles } from "./rollout-files.mjs";
import { codexEnvironment, execArguments, runCodex, startCodex } from "./run-codex.mjs";
import { ScriptedServer } from "./scripted-server.mjs";
import { callTool } from "./steps.mjs";
import { isAtMost } from "./versions.mjs";
import { writeCodexHome } from "./write-home.mjs";

const REVIEWERS_NAME_THEIR_THREAD_SINCE = "0.138.0";

export class Lab {
  /** What is known of each thread beyond its tokens: `{ threadId: { kind, parent, workspace } }`. */
  threads = new Map();
  /** Called whenever a process or a turn has ended. */
  afterEachStep = async () => {};

  #scriptOwners = new Map();
  #lastScript = 0;

  /** `settings` are those of `writeCodexHome`, without the port. */
  static async open({ folder, version, seed, label, settings }) {
    const lab = new Lab({ folder, version, seed, label });
    lab.binary = await installCodex(version);
    await mkdir(lab.userHome, { recursive: true });
    lab.workspace = await lab.makeWorkspace("workspace");
    const port = await lab.model.listen();
    lab.settings = { ...settings, port };
    await writeCodexHome(lab.codexHome, lab.settings);
    return lab;
  }

  constructor({ folder, version, seed, label }) {
    this.folder = folder;
    this.version = version;
    this.codexHome = join(folder, "codex-home");
    this.userHome = join(folder, "user-home");
    this.ledger = new Ledger(join(folder, "ledger.jsonl"));
    const random = seeded(derivedSeed(seed, label));
    this.model = new MockServer({ ledger: this.ledger, random });
  }

  async close() {
    await this.model.close();
    this.ledger.save();
  }

  /** From here on another binary works on the same home. */
  async switchTo(version) {
    this.version = version;
    this.binary = await installCodex(version);
  }

  /** The home's configuration, written anew with other lines or features. */
  async reconfigure(changes) {
    this.settings = { ...this.settings, ...changes };
    await writeCodexHome(this.codexHome, this.settings);
  }

  async makeWorkspace(name) {
    const path = join(this.folder, name);
    await mkdir(path, { recursive: true });
    return realpath(path);
  }

  get environment() {
    return codexEnvironment({ codexHome: this.codexHome, userHome: this.userHome });
  }

  /**
   * Registers a script and returns its name. `owner` is the thread on whose behalf a new thread
   * will follow it.
   */
  script(steps, { compactions, workspace = this.workspace, owner } = {}) {
    this.#lastScript += 1;
    const name = `s${this.#lastScript}`;
    this.model.script(name, { steps, compactions, workspace });
    if (owner !== undefined) this.#scriptOwners.set(name, owner);
    return name;
  }

  /**
   * A step that spawns a subagent, which then follows `steps`. `options` are arguments of the
   * tool; `model` is computed from the request, because each version accepts only what it offers.
   */
  spawning(steps, { model, ...options } = {}) {
    const name = this.script(steps);
    const step = callTool("spawn_agent", (request) => ({
      message: promptFor(name),
      ...options,
      ...(model === undefined ? {} : { model: model(request) }),
    }));
    return {
      ...step,
      items: (request) => {
        this.#scriptOwners.set(name, request.threadId);
        return step.items(request);
      },
    };
  }

  /** A root thread by `codex exec`. */
  async exec(steps, { cwd = this.workspace, workspace = cwd, compactions, ...options } = {}) {
    const name = this.script(steps, { compactions, workspace });
    const result = await this.#exec(name, { cwd, ...options });
    const threadId = this.model.threadOf(name);
    this.threads.set(threadId, { kind: "root", parent: null, workspace });
    return { threadId, result };
  }

  async resume(threadId, steps, { cwd = this.workspace, compactions, ...options } = {}) {
    const name = this.script(steps, { compactions, workspace: cwd });
    const rolloutPath = await this.rolloutOf(threadId);
    const on = { command: "resume", threadId };
    return this.#exec(name, { cwd, on, rolloutPath, ...options });
  }

  /** A fork by `codex exec fork`; returns the new thread's id. */
  async execFork(parent, steps, { cwd = this.workspace, ...options } = {}) {
    const name = this.script(steps, { workspace: cwd });
    await this.#exec(name, { cwd, on: { command: "fork", threadId: parent }, ...options });
    const threadId = this.model.threadOf(name);
    this.threads.set(threadId, { kind: "fork", parent, workspace: cwd });
    return threadId;
  }

  /** A `codex exec` that is left running: `{ threadId(), process }`. */
  begin(steps) {
    const name = this.script(steps);
    const args = execArguments({ version: this.version, prompt: promptFor(name) });
    const process = startCodex(this.binary, args, { cwd: this.workspace, env: this.environment });
    const threadId = () => {
      const id = this.model.threadOf(name);
      this.threads.set(id, { kind: "root", parent: null, workspace: this.workspace });
      return id;
    };
    return { process, threadId };
  }

  /** Any other command of the binary. */
  run(args, options = {}) {
    return this.#codex(args, { cwd: this.workspace, ...options });
  }

  /** Runs `work` with an app-server, then ends it in an orderly way. */
  async withAppServer(work) {
    const client = await AppServer.start(this.binary, {
      cwd: this.workspace,
      env: this.environment,
    });
    try {
      return await work(new ScriptedServer(this, client));
    } finally {
      await client.stop();
    }
  }

  async rolloutOf(threadId) {
    const files = await rolloutFiles(this.codexHome);
    const file = files.find((candidate) => candidate.threadId === threadId);
    if (file === undefined) throw new Error(`thread ${threadId} has no rollout`);
    return file.path;
  }

  /** Adds the threads that subagents have become; call when all has been played. */
  noteSubagents() {
    for (const [name, parent] of this.#scriptOwners) {
      this.#noteSubagent(this.model.threadOf(name), parent);
    }
    for (const { threadId, subagent, script } of this.ledger.entries) {
      if (subagent !== "guardian") continue;
      this.#noteSubagent(
        threadId,
        this.reviewersNameTheirThread ? this.model.threadOf(script) : null,
      );
    }
  }

  /** Older reviewers' rollouts do not say whose work they look at. */
  get reviewersNameTheirThread() {
    return isAtMost(REVIEWERS_NAME_THEIR_THREAD_SINCE, this.version);
  }

  #noteSubagent(threadId, parent) {
    if (threadId === null || this.threads.has(threadId)) return;
    this.threads.set(threadId, { kind: "subagent", parent, workspace: this.workspace });
  }

  #exec(name, { cwd, expectedCode, ...options }) {
    const prompt = promptFor(name);
    const args = execArguments({ version: this.version, prompt, ...options });
    return this.#codex(args, { cwd, expectedCode });
  }

  async #codex(args, { cwd, expectedCode }) {
    const env = this.environment;
    const result = await runCodex(this.binary, args, { cwd, env, expectedCode });
    await this.afterEachStep();
    return result;
  }
}
