import { ending, refuse, run, say } from "../steps.mjs";

const FAILURES = {
  "dropped-stream": ending("cut", run("echo never")),
  "status-429": refuse(429),
  "status-500": refuse(500),
  "failed-response": ending("failed"),
  "incomplete-response": ending("incomplete"),
  "no-usage": ending("no-usage"),
};

/** The failure ends the turn; the next turns are as if nothing had been. */
const givenUp = (name, failure) => ({
  name,
  async play(lab) {
    const { threadId } = await lab.exec([run("echo one"), failure], { expectedCode: null });
    await lab.resume(threadId, [run("echo two"), say()]);
    await lab.resume(threadId, [failure], { expectedCode: null });
    await lab.resume(threadId, [say()]);
    await lab.exec([failure], { expectedCode: null });
  },
});

/** Codex repeats the request within the same turn. */
const retried = (name, failure) => ({
  name: `${name}-retried`,
  retries: 2,
  async play(lab) {
    const options = { expectedCode: null };
    const { threadId } = await lab.exec([failure, run("echo one"), failure, say()], options);
    await lab.resume(threadId, [say()], options);
  },
});

export const failures = [
  ...Object.entries(FAILURES).map(([name, failure]) => givenUp(name, failure)),
  retried("dropped-stream", FAILURES["dropped-stream"]),
  retried("status-500", FAILURES["status-500"]),
];
