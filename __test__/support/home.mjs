/** Codex homes of a test: temporary folders with rollouts, gone when the test is over. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { AT, event, lines, sessionMeta, tokenCount, turnContext } from "./records.mjs";

// What a test learns of its homes is not for the user's own cache.
process.env.XDG_CACHE_HOME = "/dev/null";

const endings = new WeakMap();

/** Does this when the test is over: what was begun last is ended first. */
export function whenOver(t, end) {
  const ends = endings.get(t) ?? [];
  ends.push(end);
  if (ends.length > 1) return;
  endings.set(t, ends);
  t.after(async () => {
    for (const one of ends.toReversed()) await one();
  });
}

/** An empty folder; `t` is the test that it lives as long as. */
export function temporaryFolder(t) {
  const folder = mkdtempSync(join(tmpdir(), "ao-codex-test-"));
  whenOver(t, () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A Codex home with these rollouts (`rollout` below): path of the home, and of each rollout in their order. */
export function codexHome(t, rollouts) {
  const home = temporaryFolder(t);
  mkdirSync(join(home, "sessions"));
  const paths = rollouts.map(({ name, text, writtenAt }) =>
    writeFile(home, join("sessions", ...writtenAt.slice(0, 10).split("-"), name), text, writtenAt),
  );
  return { home, paths };
}

/** Writes a file below `home`, whatever is in it, and says where it is. */
export function writeFile(home, path, text, writtenAt = AT) {
  const whole = join(home, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, text);
  utimesSync(whole, new Date(writtenAt), new Date(writtenAt));
  return whole;
}

/** What a rollout of this thread is called. */
export const rolloutName = (id, at = AT) =>
  `rollout-${at.slice(0, 19).replaceAll(":", "-")}-${id}.jsonl`;

/** Where it lies while it is in use. */
export const activePath = (id, at = AT) =>
  join("sessions", ...at.slice(0, 10).split("-"), rolloutName(id, at));

/** Where it lies when it was put away. */
export const archivedPath = (id, at = AT) => join("archived_sessions", rolloutName(id, at));

/**
 * The rollout of a thread as Codex 0.132 writes it: one turn whose responses have these `usages`
 * (`[input, cached, output, reasoning]`), written at these times.
 */
export function rollout({
  id,
  cwd,
  model = "gpt-5-codex",
  at,
  responses = [],
  meta = {},
  end = "task_complete",
}) {
  const turn_id = `${id.slice(0, -1)}f`;
  const total = [0, 0, 0, 0];
  const records = [
    sessionMeta(id, { cwd, at, ...meta }),
    event({ type: "task_started", turn_id }, at),
    turnContext({ turn_id, cwd, model, at }),
  ];
  for (const { time = at, usage } of responses) {
    usage.forEach((value, field) => (total[field] += value));
    records.push(tokenCount(total, usage, time));
  }
  const writtenAt = responses.at(-1)?.time ?? at;
  if (end !== null) records.push(event({ type: end, turn_id }, writtenAt));
  return { name: rolloutName(id, at), writtenAt, text: lines(...records) };
}
