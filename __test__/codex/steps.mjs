/**
 * The vocabulary of a script: what the model answers to one request.
 *
 * A step is `{ items(request), ending, … }`: `items` are the output items of the response, `ending`
 * is how its stream ends. A scenario writes a turn as a list of steps, one for each request.
 */
import { promptFor } from "./model-request.mjs";

/** A message, which ends the turn. */
export const say = (text = "Done.") => ({ items: () => [message(text)], ending: "completed" });

/** A summary, the answer to a compaction request. */
export const summary = (text = "Summary of the work so far.") => say(text);

/** A call of the shell tool, under whatever name and shape this version offers it. */
export const run = (command, extra = {}) => ({
  items: (request) => [shellCall(request, command, extra)],
  ending: "completed",
});

/** A call of the named tool; `input` may be computed from the request. */
export const callTool = (name, input) => ({
  items: (request) => [
    functionCall(request, name, typeof input === "function" ? input(request) : input),
  ],
  ending: "completed",
});

/** Waits for every subagent that the thread has spawned so far. */
export const waitForAgents = () => ({
  items: (request) => {
    const name = request.hasTool("wait_agent") ? "wait_agent" : "wait";
    const { parameters } = request.findTool(name);
    const ids = agentIds(request.input);
    const key = ["targets", "ids"].find((candidate) => candidate in parameters.properties);
    return [functionCall(request, name, key === undefined ? {} : { [key]: ids })];
  },
  ending: "completed",
});

/** Gives the last spawned subagent another task, which follows `steps`. */
export const talkTo = (lab, steps) => ({
  items: (request) => {
    const { parameters } = request.findTool("send_input");
    const key = "target" in parameters.properties ? "target" : "id";
    const task = { [key]: agentIds(request.input).at(-1), message: promptFor(lab.script(steps)) };
    return [functionCall(request, "send_input", task)];
  },
  ending: "completed",
});

/** Several calls in one response. */
export const together = (...steps) => ({
  items: (request) => steps.flatMap((step) => step.items(request)),
  ending: "completed",
});

/** The same step with reasoning before its items. */
export const thinking = (step) => ({
  ...step,
  items: (request) => [reasoning(), ...step.items(request)],
});

/** The same step with another end: "incomplete", "failed", "out-of-room", "cut", "no-usage" or "held". */
export const ending = (name, step = say()) => ({ ...step, ending: name });

/** The same step after a pause. */
export const after = (milliseconds, step) => ({ ...step, delayMs: milliseconds });

/** The same step with other bounds for its usage, e.g. to fill the context window. */
export const costing = (bounds, step = say()) => ({ ...step, bounds });

/** The same step with what its scenario will do to the process (see written-down.mjs). */
export const fated = (fate, step) => ({ ...step, fate });

/** No response at all, but an HTTP error; `extra` may have `headers` and an `error`. */
export const refuse = (status, extra = {}) => ({ status, ...extra });

/** The same step with what its response says of the account's limits: the percentage that is used of each. */
export const used = (percent, step = say()) => ({ ...step, headers: limitHeaders(percent) });

/** The windows of five hours and of a week, as OpenAI's own server names them. */
export const limitHeaders = (percent) => ({
  "x-codex-primary-used-percent": String(percent),
  "x-codex-primary-window-minutes": "300",
  "x-codex-primary-reset-after-seconds": "3600",
  "x-codex-secondary-used-percent": String(percent),
  "x-codex-secondary-window-minutes": "10080",
  "x-codex-secondary-reset-after-seconds": "86400",
});

/** The same step with what the provider says of the account's limits beside it. */
export const telling = (headers, step = say()) => ({ ...step, headers });

function message(text) {
  return {
    type: "message",
    id: uniqueId("msg"),
    role: "assistant",
    content: [{ type: "output_text", text }],
  };
}

function reasoning() {
  return {
    type: "reasoning",
    id: uniqueId("rs"),
    summary: [{ type: "summary_text", text: "Weighing the options." }],
    encrypted_content: "b3BhcXVl",
  };
}

function functionCall(request, name, input) {
  const tool = request.findTool(name);
  return {
    type: "function_call",
    id: uniqueId("fc"),
    call_id: uniqueId("call"),
    name,
    ...(tool.namespace === undefined ? {} : { namespace: tool.namespace }),
    arguments: JSON.stringify(input),
  };
}

/** Newest name first: a version that offers two of them prefers the newer one. */
const SHELL_TOOLS = [
  ["exec_command", (command) => ({ cmd: command })],
  ["shell_command", (command) => ({ command })],
  ["shell", (command) => ({ command: ["bash", "-lc", command] })],
];

function shellCall(request, command, extra) {
  const [name, shape] = SHELL_TOOLS.find(([candidate]) => request.hasTool(candidate));
  return functionCall(request, name, { ...shape(command), ...extra });
}

function agentIds(input) {
  const outputs = input.filter((item) => item.type === "function_call_output");
  return [...JSON.stringify(outputs).matchAll(/agent_id[\\": ]+([0-9a-f-]{36})/g)].map(
    ([, id]) => id,
  );
}

let lastId = 0;

function uniqueId(prefix) {
  lastId += 1;
  return `${prefix}_${process.pid.toString(16)}_${lastId}`;
}
