/**
 * `node ask-without-descriptors.mjs HOME ROLLOUT RECORD`: appends a record to the rollout, asks everything with 0 to 24
 * descriptors left, and once more when there are enough again. Prints how many calls were refused, and every answer
 * that is not the one of a machine that has enough.
 */
import { appendFileSync, closeSync, openSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import * as native from "@ao/plugin-codex/native";

const [home, changing, record] = process.argv.slice(2);
const NO_DESCRIPTOR = /Too many open files/;

/** Another spelling is another memory. */
const spelled = (times) => home + "/.".repeat(times);

const without = (times, value) =>
  JSON.parse(JSON.stringify(value).replaceAll(spelled(times), home));

async function ask(times) {
  const options = { codexHome: spelled(times) };
  const calls = {
    bill: async () => {
      const { skipped, threads } = await native.homeUsage(options);
      return { threads, skipped };
    },
    list: async () => {
      const { skipped, threads } = await native.listThreads(options);
      return { threads, skipped };
    },
    found: () => native.findRollout("/home/dev/shop-1", options),
    evidence: () =>
      native.sessionEvidence([{ sessionId: "ao-1", workspacePath: "/home/dev/shop-2" }], {
        ...options,
        aoHome: home,
      }),
  };
  const answers = {};
  for (const [name, call] of Object.entries(calls))
    answers[name] = await call().then(
      (value) => ({ value: without(times, value) }),
      ({ message }) => ({ message }),
    );
  return answers;
}

const refused = { calls: 0 };

/** What is missing is named, or the call is refused: everything else is as it ever is. */
function fits(name, { message, value }, { value: whole }) {
  if (message !== undefined) {
    refused.calls += 1;
    return NO_DESCRIPTOR.test(message);
  }
  if (isDeepStrictEqual(value, whole)) return true;
  if (name === "evidence") {
    refused.calls += 1;
    return NO_DESCRIPTOR.test(value[0].failure ?? "");
  }
  if (!Array.isArray(value?.skipped)) return false;
  refused.calls += 1;
  const isNamed = value.skipped.every(({ reason }) => NO_DESCRIPTOR.test(reason));
  const known = new Map(whole.threads.map((thread) => [thread.threadId, thread]));
  const isTrue = value.threads.every((thread) =>
    isDeepStrictEqual(thread, known.get(thread.threadId)),
  );
  return isNamed && isTrue && value.skipped.length > 0;
}

/** One memory that has known the home for long, and hears of changes. */
const OLD = 0;
for (let times = 0; times < 3; times += 1) await ask(OLD);

const wrong = [];
for (let left = 0; left <= 24; left += 1) {
  const [fresh, never] = [2 * left + 1, 2 * left + 2];
  appendFileSync(changing, record.replace("SECONDS", String(10 + left)));
  const taken = [];
  try {
    for (;;) taken.push(openSync("/dev/null"));
  } catch {
    for (const descriptor of taken.splice(0, left)) closeSync(descriptor);
  }
  const few = [await ask(OLD), await ask(fresh)];
  for (const descriptor of taken) closeSync(descriptor);
  const again = [await ask(OLD), await ask(fresh)];
  const whole = await ask(never);
  for (const name of Object.keys(whole)) {
    for (const answers of few)
      if (!fits(name, answers[name], whole[name]))
        wrong.push({ left, name, answer: answers[name] });
    for (const answers of again)
      if (!isDeepStrictEqual(answers[name], whole[name]))
        wrong.push({ left, name, remembered: answers[name] });
  }
}
process.stdout.write(JSON.stringify({ refused: refused.calls, wrong }));
