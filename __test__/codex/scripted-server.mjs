/** An app-server whose turns follow scripts: what `codex exec` has no command for. */
import { promptFor } from "./model-request.mjs";

const FULL_ACCESS = { approvalPolicy: "never", sandbox: "danger-full-access" };

export class ScriptedServer {
  #lab;
  #client;

  constructor(lab, client) {
    this.#lab = lab;
    this.#client = client;
  }

  request(method, params) {
    return this.#client.request(method, params);
  }

  /** The params of a notification, also of one that has come already. */
  notified(method, matches) {
    return this.#client.notified(method, matches);
  }

  async startThread({ cwd = this.#lab.workspace, ...params } = {}) {
    const settings = { cwd, ...FULL_ACCESS, ...params };
    const { thread } = await this.request("thread/start", settings);
    this.#lab.threads.set(thread.id, { kind: "root", parent: null, workspace: cwd });
    return thread.id;
  }

  resumeThread(threadId, { cwd = this.#lab.workspace, ...params } = {}) {
    return this.request("thread/resume", { threadId, cwd, ...FULL_ACCESS, ...params });
  }

  async fork(parent, { cwd = this.#lab.workspace, ...params } = {}) {
    const settings = { threadId: parent, cwd, ...FULL_ACCESS, ...params };
    const { thread } = await this.request("thread/fork", settings);
    this.#lab.threads.set(thread.id, { kind: "fork", parent, workspace: cwd });
    return thread.id;
  }

  /** A turn that follows `steps`, to its end; returns the turn's id. */
  async turn(threadId, steps, { compactions, ...params } = {}) {
    const { turnId, ended } = await this.beginTurn(threadId, steps, { compactions, ...params });
    await ended;
    await this.#lab.afterEachStep();
    return turnId;
  }

  /** The same, left running: `{ turnId, ended }`. */
  beginTurn(threadId, steps, { compactions, ...params } = {}) {
    const workspace = params.cwd ?? this.#lab.threads.get(threadId)?.workspace;
    const name = this.#lab.script(steps, { compactions, workspace });
    return this.#client.beginTurn(threadId, promptFor(name), params);
  }

  async compact(threadId) {
    await this.#client.compact(threadId);
    await this.#lab.afterEachStep();
  }

  /** A review of the thread's work, by a subagent that follows `steps`. */
  async review(threadId, steps) {
    const owner = this.#lab.reviewersNameTheirThread ? threadId : null;
    const name = this.#lab.script(steps, { owner });
    const { turn } = await this.request("review/start", {
      threadId,
      target: { type: "custom", instructions: promptFor(name) },
      delivery: "inline",
    });
    await this.#client.turnEnded(threadId, turn.id);
  }
}
