/** Compares the command's report with the ledger; every difference is a sentence. */
import { existsSync, realpathSync } from "node:fs";

import { COUNTS, noUsage, sumUsage } from "./usage.mjs";

/**
 * `threads`: `[{ threadId, archived, models, tiers, kind?, parent?, workspace? }]`, one for each thread
 * that has a rollout; what a scenario does not know of a thread is not compared. `workspaces`:
 * what was spent in each directory.
 */
export const differences = (report, { threads: expected, workspaces }) => {
  const found = [];
  const reported = new Map(report.threads.map((thread) => [thread.threadId, thread]));
  if (reported.size !== report.threads.length) found.push("a thread is listed twice");

  for (const thread of expected) {
    const actual = reported.get(thread.threadId);
    reported.delete(thread.threadId);
    if (actual === undefined) found.push(`thread ${thread.threadId} is not listed`);
    else found.push(...threadDifferences(actual, thread));
  }
  for (const threadId of reported.keys()) found.push(`thread ${threadId} does not exist`);

  const total = sumUsage(expected.flatMap((thread) => Object.values(thread.models)));
  found.push(...usageDifferences("the totals", report.totals, total));
  found.push(...workspaceDifferences(report.groups, workspaces));
  for (const { path, reason } of report.skipped) found.push(`skipped ${path}: ${reason}`);
  return found;
};

function threadDifferences(actual, expected) {
  const name = `${expected.kind ?? "thread"} ${expected.threadId}`;
  const found = [];
  const facts = [
    ["kind", actual.kind, expected.kind],
    ["parentThreadId", actual.parentThreadId, expected.parent],
    ["archived", actual.archived, expected.archived],
    ["workspacePath", resolved(actual.workspacePath), resolved(expected.workspace)],
  ];
  for (const [fact, is, shouldBe] of facts) {
    if (shouldBe !== undefined && is !== shouldBe) {
      found.push(`${name}: ${fact} is ${is}, not ${shouldBe}`);
    }
  }
  const total = sumUsage(Object.values(expected.models));
  found.push(...usageDifferences(`${name}: usage`, actual.usage, total));
  found.push(...partDifferences(name, actual.models, expected.models));
  if (expected.tiers !== null) found.push(...partDifferences(name, actual.tiers, expected.tiers));
  return found;
}

function partDifferences(name, actual, expected) {
  return [...new Set([...Object.keys(actual), ...Object.keys(expected)])].flatMap((part) =>
    usageDifferences(`${name}: ${part}`, actual[part] ?? noUsage(), expected[part] ?? noUsage()),
  );
}

/** `groups` of `--by workspace`; a workspace where nothing was billed may be left out. */
function workspaceDifferences(groups, expected) {
  const paths = groups.map(({ key }) => resolved(key));
  const found = new Set(paths).size < paths.length ? ["a workspace is listed twice"] : [];
  const reported = new Map(groups.map(({ key, usage }) => [resolved(key), usage]));
  for (const path of new Set([...reported.keys(), ...Object.keys(expected)])) {
    const is = reported.get(path) ?? noUsage();
    found.push(...usageDifferences(`in ${path}`, is, expected[path] ?? noUsage()));
  }
  return found;
}

function usageDifferences(name, is, shouldBe) {
  return COUNTS.filter((count) => is[count] !== shouldBe[count]).map(
    (count) => `${name}: ${count} is ${is[count]}, not ${shouldBe[count]}`,
  );
}

/** A link and its target are the same workspace. */
function resolved(path) {
  return typeof path === "string" && existsSync(path) ? realpathSync(path) : path;
}
