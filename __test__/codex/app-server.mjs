/** A client of `codex app-server`: JSON-RPC, one message per line, over the process's stdio. */
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

import { spawnGroup } from "./process-group.mjs";
import { until } from "./until.mjs";

/** The longest wait for an answer or a notification. */
const ANSWER_TIMEOUT_MS = 60_000;
/** How long a server may take to end after its input was closed before it is asked to. */
const EXIT_GRACE_MS = 5_000;

export class AppServer {
  #child;
  #signal;
  #lastId = 0;
  #pending = new Map();
  #notifications = [];
  #waiters = new Set();
  #errors = "";
  #exited;

  static async start(binary, { cwd, env, flags = [] }) {
    const server = new AppServer(binary, { cwd, env, flags });
    await server.request("initialize", {
      clientInfo: { name: "ao-codex-test", title: "ao-codex test", version: "1.0.0" },
      capabilities: { experimentalApi: true },
    });
    server.#send({ method: "initialized" });
    return server;
  }

  constructor(binary, { cwd, env, flags }) {
    const { child, signal } = spawnGroup(binary, [...flags, "app-server"], { cwd, env });
    this.#child = child;
    this.#signal = signal;
    this.#child.stderr.setEncoding("utf8").on("data", (text) => {
      this.#errors += text;
    });
    this.#child.stdin.on("error", () => {
      // A killed server closes its input; the pending requests say so.
    });
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.#receive(line));
    this.#exited = this.#untilClosed();
  }

  request(method, params) {
    const id = (this.#lastId += 1);
    this.#send({ id, method, params });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`no answer to ${method}: ${this.#errors.slice(-800)}`));
      }, ANSWER_TIMEOUT_MS);
      const settle = (act) => (value) => {
        clearTimeout(timer);
        act(value);
      };
      this.#pending.set(id, { method, resolve: settle(resolve), reject: settle(reject) });
    });
  }

  /** Starts a turn: `{ turnId, ended }`; `ended` resolves when it has ended, however it did. */
  async beginTurn(threadId, prompt, params = {}) {
    const input = [{ type: "text", text: prompt, text_elements: [] }];
    const { turn } = await this.request("turn/start", { threadId, input, ...params });
    return { turnId: turn.id, ended: this.turnEnded(threadId, turn.id) };
  }

  /** Asks for a compaction and waits for its end. */
  async compact(threadId) {
    const before = this.#endedTurns(threadId).length;
    await this.request("thread/compact/start", { threadId });
    await until(() => this.#endedTurns(threadId).length > before, "the end of a compaction");
  }

  #endedTurns(threadId) {
    return this.#notifications.filter(
      ({ method, params }) => method === "turn/completed" && params.threadId === threadId,
    );
  }

  turnEnded(threadId, turnId) {
    return this.notified(
      "turn/completed",
      (params) => params.threadId === threadId && (params.turn?.id ?? turnId) === turnId,
    );
  }

  /** Resolves with the params of a notification, also one that has come already. */
  notified(method, matches = () => true) {
    const known = this.#notifications.find(
      (seen) => seen.method === method && matches(seen.params),
    );
    if (known !== undefined) return Promise.resolve(known.params);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        const seen = this.#notifications.slice(-8).map((one) => JSON.stringify(one).slice(0, 300));
        reject(new Error(`no ${method}; last seen: ${seen.join(" ")}`));
      }, ANSWER_TIMEOUT_MS);
      const waiter = (notification) => {
        if (notification.method !== method || !matches(notification.params)) return;
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        resolve(notification.params);
      };
      this.#waiters.add(waiter);
    });
  }

  /** Ends the server in an orderly way, so that all it wants to write is written. */
  async stop() {
    this.#child.stdin.end();
    const ended = await Promise.race([this.#exited.then(() => true), sleep(EXIT_GRACE_MS)]);
    if (ended !== true) this.#signal("SIGTERM");
    const killed = await Promise.race([this.#exited.then(() => true), sleep(EXIT_GRACE_MS)]);
    if (killed !== true) this.#signal("SIGKILL");
    await this.#exited;
  }

  async #untilClosed() {
    await once(this.#child, "close");
    for (const { reject, method } of this.#pending.values()) {
      reject(new Error(`app-server ended during ${method}: ${this.#errors.slice(-800)}`));
    }
    this.#pending.clear();
  }

  #send(message) {
    this.#child.stdin.write(`${JSON.stringify(message)}\n`);
  }

  #receive(line) {
    const message = JSON.parse(line);
    if (message.id !== undefined && message.method !== undefined) {
      // A question to the client; whatever a scenario is asked, it agrees.
      this.#send({ id: message.id, result: { decision: "accept" } });
    } else if (message.id !== undefined) {
      const pending = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      if (message.error === undefined) pending?.resolve(message.result);
      else pending?.reject(new Error(`${pending.method}: ${message.error.message}`));
    } else {
      this.#notifications.push(message);
      for (const waiter of this.#waiters) waiter(message);
    }
  }
}
