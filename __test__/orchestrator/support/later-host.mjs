/**
 * An orchestrator of the later line (core 0.9), as far as an agent's plugin meets it: the members in the order in which
 * it calls them, and what it does after a throw, a `null`, `"indeterminate"` or a late answer. The tests do not install
 * its packages: this is a host of our own; git, tmux and Codex are real.
 */
import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** State and info of a session, or their answers are lost. */
const PAIR_LIMIT_MS = 12_000;

/** Steps of the life cycle in which nobody could tell of the process, until the session is called stuck. */
const MAX_DETECTING = 3;

/** The lines of a terminal that are looked at. */
const SCREEN_LINES = 10;

const LATE = Symbol("late");

export class LaterHost {
  /** The names of the members, in the order in which they were called. */
  calls = [];
  /** The answers that came too late for anybody. */
  lateAnswers = [];
  #agent;
  #pairLimitMs;
  #detecting = new Map();

  constructor({ agent, runtime, home, path, project = {}, pairLimitMs = PAIR_LIMIT_MS }) {
    this.#agent = new Proxy(agent, {
      get: (target, name) => {
        if (typeof target[name] !== "function") return target[name];
        return (...args) => {
          this.calls.push(name);
          return target[name](...args);
        };
      },
    });
    this.#pairLimitMs = pairLimitMs;
    this.runtime = runtime;
    this.directory = join(home, ".agent-orchestrator/projects/app");
    this.project = { name: "App", path, defaultBranch: "main", sessionPrefix: "app", ...project };
  }

  /** Rejects with what the person is shown; whatever threw, nothing of the session is left then. */
  async spawn({ id, prompt, role = "worker", issueId, systemPromptFile }) {
    const agent = this.#agent;
    await agent.preflight({ project: this.project, intent: { role, willClaimExistingPR: false } });
    const workspacePath = this.workspaceOf(id);
    await this.#git("worktree", "add", "-q", "-b", `session/${id}`, workspacePath);
    const session = this.#sessionOf(id, workspacePath, { role });
    await this.#save(session);
    try {
      if (role === "orchestrator")
        await agent.setupWorkspaceHooks(workspacePath, {
          dataDir: this.dataDirectory,
          sessionId: id,
        });
      await agent.preLaunchSetup(workspacePath);
      const launch = { ...this.#launch(session, role), issueId, prompt, systemPromptFile };
      const launchCommand = agent.getLaunchCommand(launch);
      await this.#start(session, launchCommand, agent.getEnvironment(launch));
      await agent.postLaunchSetup(session);
    } catch (error) {
      if (session.runtimeHandle !== null) await this.kill(session);
      await this.#git("worktree", "remove", "--force", workspacePath);
      await rm(this.metadataPath(id));
      throw error;
    }
    session.status = "working";
    return session;
  }

  /**
   * What a round of `list` learns of a session; what it is told for the metadata is written down. A throw counts as
   * `null`, a `null` sends it to the screen, and of what comes too late nothing is taken.
   */
  async look(session) {
    if (session.status === "killed" && session.metadata.codexThreadId !== undefined)
      return { activity: "exited", summary: null, info: null, isLate: false };
    const pair = this.#pairOf(session);
    const late = sleep(this.#pairLimitMs, LATE, { ref: false });
    const answer = await Promise.race([pair, late]);
    if (answer === LATE) {
      this.lateAnswers.push(pair);
      return { activity: session.activity, summary: null, info: null, isLate: true };
    }
    const { activity, info } = answer;
    session.activity = activity;
    if (info?.metadata) {
      Object.assign(session.metadata, info.metadata);
      await this.#save(session);
    }
    const summary = info?.summaryIsFallback ? null : (info?.summary ?? null);
    return { activity, summary, info, isLate: false };
  }

  async #pairOf(session) {
    const detection = await this.#agent.getActivityState(session, 300_000).catch(() => null);
    const info = await this.#agent.getSessionInfo(session).catch(() => null);
    return { activity: detection?.state ?? (await this.#onScreen(session)), info };
  }

  async #onScreen({ runtimeHandle }) {
    const output = await this.runtime.getOutput(runtimeHandle, SCREEN_LINES).catch(() => null);
    return output === null ? null : this.#agent.detectActivity(output);
  }

  /**
   * A step of the life cycle: the session's status after it. A throw means that nobody can tell, which is stuck after a
   * while; `"indeterminate"` leaves the session what it is; only `false` is an end.
   */
  async step(session) {
    session.status = await this.#statusOf(session);
    return session.status;
  }

  async #statusOf(session) {
    const agent = this.#agent;
    const threw = () => "threw";
    const running = await agent.isProcessRunning(session.runtimeHandle).catch(threw);
    if (running === false) return "killed";
    const detection = await agent.getActivityState(session).catch(threw);
    if (running === "threw" || detection === "threw") {
      const attempts = (this.#detecting.get(session.id) ?? 0) + 1;
      this.#detecting.set(session.id, attempts);
      return attempts >= MAX_DETECTING ? "stuck" : "detecting";
    }
    this.#detecting.delete(session.id);
    const output = await this.runtime
      .getOutput(session.runtimeHandle, SCREEN_LINES)
      .catch(() => null);
    if (output !== null) await agent.recordActivity(session, output).catch(() => {});
    if (detection === null && running === "indeterminate") return session.status;
    const activity = detection?.state ?? (output === null ? null : agent.detectActivity(output));
    return activity === "waiting_input" ? "needs_input" : "working";
  }

  async kill(session) {
    await this.runtime.destroy(session.runtimeHandle);
  }

  /**
   * What is started again: the command line, and if it goes on with a thread. A throw of `getRestoreCommand` loses the
   * restore, its `null` starts a new thread without a word, and a throw of `postLaunchSetup` is passed over.
   */
  async restore(session) {
    const role = session.metadata.role;
    await this.#agent.preLaunchSetup(session.workspacePath ?? this.project.path);
    const resume = await this.#agent.getRestoreCommand(session, this.project);
    const launch = this.#launch(session, role);
    const command = resume ?? this.#agent.getLaunchCommand(launch);
    await this.#start(session, command, this.#agent.getEnvironment(launch));
    await this.#agent.postLaunchSetup(session).catch(() => {});
    session.status = "working";
    return { command, isResumed: resume !== null };
  }

  get dataDirectory() {
    return join(this.directory, "sessions");
  }

  workspaceOf(id) {
    return join(this.directory, "worktrees", id);
  }

  #git(...args) {
    return run("git", ["-C", this.project.path, ...args]);
  }

  metadataPath(id) {
    return join(this.dataDirectory, `${id}.json`);
  }

  async metadataOf(id) {
    return JSON.parse(await readFile(this.metadataPath(id), "utf8"));
  }

  #sessionOf(id, workspacePath, metadata) {
    return {
      id,
      projectId: "app",
      status: "spawning",
      activity: null,
      activitySignal: { state: "null", activity: null, source: "none" },
      lifecycle: { version: 2, session: {}, pr: {}, runtime: {} },
      branch: `session/${id}`,
      issueId: null,
      pr: null,
      prs: [],
      workspacePath,
      runtimeHandle: null,
      agentInfo: null,
      createdAt: new Date(),
      lastActivityAt: new Date(),
      metadata: {
        project: "app",
        agent: "codex",
        createdAt: new Date().toISOString(),
        ...metadata,
      },
    };
  }

  /** `worker.agentConfig` and `orchestrator.agentConfig` lie over the project's. */
  #launch({ id, workspacePath }, role) {
    const own = this.project[role]?.agentConfig ?? {};
    const agentConfig = { permissions: "permissionless", ...this.project.agentConfig, ...own };
    if (role === "orchestrator") agentConfig.permissions = "permissionless";
    return {
      sessionId: id,
      workspacePath,
      projectConfig: { ...this.project, agentConfig },
      permissions: agentConfig.permissions,
      model: agentConfig.model,
    };
  }

  async #start(session, launchCommand, environment) {
    const { id, workspacePath } = session;
    session.runtimeHandle = await this.runtime.create({
      sessionId: id,
      workspacePath: workspacePath ?? this.project.path,
      launchCommand,
      environment: {
        AO_SESSION: id,
        AO_DATA_DIR: this.dataDirectory,
        AO_SESSION_NAME: id,
        AO_TMUX_NAME: id,
        AO_CALLER_TYPE: "agent",
        AO_PROJECT_ID: "app",
        ...environment,
      },
    });
  }

  async #save({ id, metadata, workspacePath, branch }) {
    await mkdir(this.dataDirectory, { recursive: true });
    // The wrappers have written since.
    const known = await this.metadataOf(id).catch(() => ({ branch }));
    const whole = { ...known, ...metadata, worktree: workspacePath, lifecycle: { version: 2 } };
    await writeFile(this.metadataPath(id), `${JSON.stringify(whole, null, 2)}\n`);
  }
}

/** Questions and blockades older than this are passed over. */
const STALE_MS = 5 * 60_000;

const STATES = new Set(["active", "ready", "idle", "waiting_input", "blocked", "exited"]);

/**
 * What a dashboard without the plugin reads of a workspace: the last 4 KB of its log, and there the last whole line.
 */
export const seenByDashboard = async (workspacePath) => {
  const path = join(workspacePath, ".ao/activity.jsonl");
  const text = (await readFile(path).catch(() => Buffer.alloc(0))).subarray(-4096).toString();
  const line = text.split("\n").findLast((one) => one.trim() !== "");
  const { ts, state, source, trigger } = JSON.parse(line ?? "{}");
  const isEntry = STATES.has(state) && ["terminal", "native", "hook"].includes(source);
  const isFresh = Date.now() - Date.parse(ts) <= STALE_MS;
  const isNeed = state === "waiting_input" || state === "blocked";
  return isEntry && isFresh && isNeed ? { state, trigger } : null;
};
