/**
 * A model server on loopback that speaks the Responses API over server-sent events, follows
 * scripts, and bills every response with seeded figures.
 *
 * A prompt names its script (see model-request.mjs); each request takes that script's next step.
 * A compaction request takes the next step of the script's compaction list instead.
 */
import { createServer } from "node:http";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import { readModelRequest } from "./model-request.mjs";
import { say, summary } from "./steps.mjs";
import { drawUsage, toWire } from "./usage.mjs";

/** What the reviewer of approval requests answers, in the words of all versions at once. */
const APPROVAL = JSON.stringify({
  outcome: "allow",
  risk_level: "low",
  risk_score: 5,
  user_authorization: "high",
  rationale: "Harmless.",
  evidence: [],
});

/** No two servers of a run give a response one id: exports of many homes are added up together. */
let responses = 0;

export class MockServer {
  /** Everything that no script expected; a scenario with any of these has failed. */
  surprises = [];

  #scripts = new Map();
  #server;
  #ledger;
  #random;

  constructor({ ledger, random }) {
    this.#ledger = ledger;
    this.#random = random;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error) => {
        this.surprises.push(error.message);
        response.destroy();
      });
    });
  }

  async listen() {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return this.#server.address().port;
  }

  get origin() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  async close() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  /**
   * `steps` answer the requests of prompts that name the script, `compactions` the summaries;
   * `workspace` is where its turns run.
   */
  script(name, { steps, compactions = [], workspace }) {
    this.#scripts.set(name, {
      steps: [...steps],
      compactions: [...compactions],
      workspace,
      threadId: null,
    });
  }

  /** The thread that made a script's first request, or null when there was none. */
  threadOf(name) {
    return this.#scripts.get(name)?.threadId ?? null;
  }

  /** Steps that no request ever asked for, as sentences. */
  get unused() {
    return [...this.#scripts]
      .filter(([, { steps }]) => steps.length > 0)
      .map(([name, { steps }]) => `script ${name} has ${steps.length} steps left`);
  }

  async #answer(httpRequest, httpResponse) {
    const chunks = [];
    for await (const chunk of httpRequest) chunks.push(chunk);
    if (httpRequest.method !== "POST" || !/\/responses(\/compact)?$/.test(httpRequest.url)) {
      // The list of models, telemetry and the like; Codex does without.
      httpResponse.writeHead(404, { "content-type": "application/json" }).end("{}");
      return;
    }
    const request = readModelRequest(httpRequest, JSON.parse(Buffer.concat(chunks).toString()));
    const step = this.#nextStep(request);
    step.seen?.(request);
    await sleep(step.delayMs ?? 0);
    if (step.status !== undefined) refuse(httpResponse, step);
    else await this.#stream(httpResponse, request, step);
  }

  #nextStep(request) {
    if (request.subagent === "memory_consolidation") return say("{}");
    if (request.isTitle) return say('{"title":"Do it"}');
    if (request.subagent === "guardian") return say(APPROVAL);
    const script = this.#scripts.get(request.scriptName);
    if (script === undefined) {
      this.surprises.push(`request of no script (${request.scriptName}) by ${request.threadId}`);
      return say();
    }
    if (request.isCompaction) return script.compactions.shift() ?? summary();
    script.threadId ??= request.threadId;
    // A finished subagent may wake its parent once more; that is billed like anything else.
    return script.steps.shift() ?? say();
  }

  async #stream(httpResponse, request, step) {
    responses += 1;
    const entry = {
      responseId: `resp_${process.pid.toString(16)}_${responses}`,
      threadId: request.threadId,
      model: request.model,
      tier: request.tier,
      version: request.version,
      subagent: request.subagent,
      script: request.scriptName,
      workspace: this.#scripts.get(request.scriptName)?.workspace ?? null,
      compaction: request.isCompaction,
      title: request.isTitle,
      ending: step.ending,
      fate: step.fate ?? null,
      usage: drawUsage(this.#random, step.bounds),
      delivered: false,
    };
    this.#ledger.add(entry);

    const send = (event) =>
      httpResponse.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    httpResponse.writeHead(200, { "content-type": "text/event-stream", ...step.headers });
    send({ type: "response.created", response: { id: entry.responseId } });
    for (const item of step.items(request)) {
      send({ type: "response.output_item.done", item });
    }
    ENDINGS[step.ending](httpResponse, send, entry);
    if (httpResponse.writableEnded) {
      await once(httpResponse, "close");
      entry.delivered = httpResponse.writableFinished;
    }
  }
}

const ENDINGS = {
  completed(response, send, { responseId, usage }) {
    send({ type: "response.completed", response: { id: responseId, usage: toWire(usage) } });
    response.end();
  },
  incomplete(response, send, { responseId, usage }) {
    send({
      type: "response.incomplete",
      response: {
        id: responseId,
        status: "incomplete",
        incomplete_details: { reason: "max_output_tokens" },
        usage: toWire(usage),
      },
    });
    response.end();
  },
  failed(response, send, { responseId, usage }) {
    send({
      type: "response.failed",
      response: {
        id: responseId,
        status: "failed",
        error: { code: "server_error", message: "The model gave up." },
        usage: toWire(usage),
      },
    });
    response.end();
  },
  "out-of-room"(response, send, { responseId }) {
    send({
      type: "response.failed",
      response: {
        id: responseId,
        status: "failed",
        error: {
          code: "context_length_exceeded",
          message: "Your input exceeds the context window of this model.",
        },
      },
    });
    response.end();
  },
  "no-usage"(response, send, { responseId }) {
    send({ type: "response.completed", response: { id: responseId } });
    response.end();
  },
  cut(response) {
    // Let what was written reach the client, then drop the connection without a proper end.
    response.write(": \n\n", () => response.destroy());
  },
  held() {
    // Stays open until the client goes away.
  },
};

function refuse(response, { status, error, headers = {} }) {
  const body = { error: error ?? { type: "server_error", message: `refused with ${status}` } };
  response
    .writeHead(status, { "content-type": "application/json", ...headers })
    .end(JSON.stringify(body));
}
