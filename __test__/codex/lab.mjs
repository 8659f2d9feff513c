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
import {
  codexEnvironment,
  execArguments,
  runCodex,
  startCodex,
  writeCodexHome,
} from "./run-codex.mjs";
import { callTool } from "./steps.mjs";
import { isAtMost } from "./versions.mjs";

const REVIEWER_NAMES_PARENT_SINCE = "0.138.0";

const FULL_ACCESS = { approvalPolicy: "never", sandbox: "danger-full-access" };

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
    const port = await lab.server.listen();
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
    this.random = seeded(derivedSeed(seed, label));
    this.server = new MockServer({ ledger: this.ledger, random: this.random });
  }

  async close() {
    await this.server.close();
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

  /** Registers a script and returns the prompt that asks for it. */
  prompt(steps, compactions) {
    return promptFor(this.#register(steps, compactions));
  }

  /**
   * A step that spawns a subagent, which then follows `steps`. `options` are arguments of the
   * tool; `model` is computed from the request, because each version accepts only what it offers.
   */
  spawning(steps, { model, ...options } = {}) {
    const name = this.#register(steps);
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
    const name = this.#register(steps, compactions);
    const prompt = promptFor(name);
    const result = await this.#codex(
      execArguments({ version: this.version, prompt, ...options }),
      { cwd, ...options },
    );
    const threadId = this.server.threadOf(name);
    this.threads.set(threadId, { kind: "root", parent: null, workspace });
    return { threadId, result };
  }

  async resume(threadId, steps, { cwd = this.workspace, compactions, ...options } = {}) {
    const prompt = this.prompt(steps, compactions);
    const rolloutPath = await this.rolloutOf(threadId);
    const on = { command: "resume", threadId };
    return this.#codex(
      execArguments({ version: this.version, prompt, on, rolloutPath, ...options }),
      { cwd, ...options },
    );
  }

  /** A fork by `codex exec fork`; returns the new thread's id. */
  async execFork(parent, steps, { cwd = this.workspace, ...options } = {}) {
    const name = this.#register(steps);
    const on = { command: "fork", threadId: parent };
    const prompt = promptFor(name);
    await this.#codex(execArguments({ version: this.version, prompt, on }), { cwd, ...options });
    const threadId = this.server.threadOf(name);
    this.threads.set(threadId, { kind: "fork", parent, workspace: cwd });
    return threadId;
  }

  /** A `codex exec` or resume that is left running: `{ threadId(), process }`. */
  async begin(steps, { threadId, cwd = this.workspace, compactions, ...options } = {}) {
    const name = this.#register(steps, compactions);
    const on = threadId === undefined ? undefined : { command: "resume", threadId };
    const rolloutPath = threadId === undefined ? undefined : await this.rolloutOf(threadId);
    const prompt = promptFor(name);
    const args = execArguments({ version: this.version, prompt, on, rolloutPath, ...options });
    const process = startCodex(this.binary, args, { cwd, env: this.environment });
    return {
      process,
      threadId: () => {
        const id = this.server.threadOf(name);
        if (!this.threads.has(id)) {
          this.threads.set(id, { kind: "root", parent: null, workspace: cwd });
        }
        return id;
      },
    };
  }

  /** Any other command of the binary. */
  run(args, options = {}) {
    return this.#codex(args, { cwd: this.workspace, ...options });
  }

  /** Runs `work` with an app-server, then ends it in an orderly way. */
  async withAppServer(work, { cwd = this.workspace, args } = {}) {
    const server = await AppServer.start(this.binary, { cwd, env: this.environment, args });
    try {
      return await work(server);
    } finally {
      await server.stop();
    }
  }

  async startThread(server, { cwd = this.workspace, ...params } = {}) {
    const { thread } = await server.request("thread/start", { cwd, ...FULL_ACCESS, ...params });
    this.threads.set(thread.id, { kind: "root", parent: null, workspace: cwd });
    return thread.id;
  }

  async resumeThread(server, threadId, params = {}) {
    await server.request("thread/resume", {
      threadId,
      cwd: this.workspace,
      ...FULL_ACCESS,
      ...params,
    });
  }

  async fork(server, parent, { cwd = this.workspace, ...params } = {}) {
    const { thread } = await server.request("thread/fork", {
      threadId: parent,
      cwd,
      ...FULL_ACCESS,
      ...params,
    });
    this.threads.set(thread.id, { kind: "fork", parent, workspace: cwd });
    return thread.id;
  }

  /** A turn of an app-server thread that follows `steps`; returns the turn's id. */
  async turn(server, threadId, steps, { compactions, ...params } = {}) {
    const turnId = await server.turn(threadId, this.prompt(steps, compactions), params);
    await this.afterEachStep();
    return turnId;
  }

  /** The same, left running: `{ turnId, ended }`. */
  beginTurn(server, threadId, steps, params) {
    return server.beginTurn(threadId, this.prompt(steps), params);
  }

  /** A review of the thread's work, by a subagent that follows `steps`. */
  async review(server, threadId, steps) {
    const name = this.#register(steps);
    // Older reviewers' rollouts do not say whose work they look at.
    this.#scriptOwners.set(name, isAtMost(REVIEWER_NAMES_PARENT_SINCE, this.version) ? threadId : null);
    const { turn } = await server.request("review/start", {
      threadId,
      target: { type: "custom", instructions: promptFor(name) },
      delivery: "inline",
    });
    await server.turnEnded(threadId, turn.id);
  }

  async rolloutOf(threadId) {
    const files = await rolloutFiles(this.codexHome);
    const file = files.find((candidate) => candidate.threadId === threadId);
    if (file === undefined) throw new Error(`thread ${threadId} has no rollout`);
    return file.path;
  }

  /** Adds the threads that spawned subagents have become; call when all has been played. */
  noteSubagents() {
    for (const [name, parent] of this.#scriptOwners) {
      const threadId = this.server.threadOf(name);
      if (threadId === null || this.threads.has(threadId)) continue;
      this.threads.set(threadId, { kind: "subagent", parent, workspace: this.workspace });
    }
  }

  /** Steps that no request ever asked for, as sentences. */
  get unused() {
    return this.server.scriptNames
      .filter((name) => this.server.remaining(name) > 0)
      .map((name) => `script ${name} has ${this.server.remaining(name)} steps left`);
  }

  #register(steps, compactions) {
    this.#lastScript += 1;
    const name = `s${this.#lastScript}`;
    this.server.script(name, steps, compactions);
    return name;
  }

  async #codex(args, { cwd, expectedCode }) {
    const env = this.environment;
    const result = await runCodex(this.binary, args, { cwd, env, expectedCode });
    await this.afterEachStep();
    return result;
  }
}
