/** Notes below a bill: where its prices come from, and what is not in it. */
import type { HomeUsage } from "../../index.js";
import { count, path, plural } from "./format.js";
import { plain } from "./text.js";

/** Names of so many models or files are given; `--json` has all. */
const NAMED = 3;
/** The name under which a rollout that names no model is counted. */
const UNKNOWN_MODEL = "unknown";
/** The name that Codex writes for a plan that its own version does not know. */
const UNKNOWN_PLAN = "unknown";

export function priceNotes({ pricing, threads }: HomeUsage): string[] {
  const notes = [
    ...subscriptionNotes(threads),
    `Prices: ${plain(pricing.source)}, as of ${plain(pricing.asOf)}.`,
  ];
  if (pricing.defaultRated.length > 0)
    notes.push(`~ priced at default rates: ${someOf(pricing.defaultRated.map(modelName))}.`);
  const relatives = Object.entries(pricing.familyRated).map(
    ([model, relative]) => `${plain(model)} as ${plain(relative)}`,
  );
  if (relatives.length > 0) notes.push(`~ priced as a relative: ${someOf(relatives)}.`);
  return notes;
}

/** Threads of an account that pays for a plan, and not for tokens. */
export function onSubscription(threads: HomeUsage["threads"]): HomeUsage["threads"] {
  return threads.filter(({ planType }) => planType !== null);
}

function subscriptionNotes(threads: HomeUsage["threads"]): string[] {
  const subscribed = onSubscription(threads);
  if (subscribed.length === 0) return [];
  const plans = new Set(subscribed.map(({ planType }) => planType ?? UNKNOWN_PLAN));
  plans.delete(UNKNOWN_PLAN);
  const named = plans.size > 0 ? ` (${someOf([...plans].toSorted().map(plain))})` : "";
  const who =
    subscribed.length === threads.length
      ? "the account is"
      : `${count(subscribed.length)} of ${plural(threads.length, "thread")} are`;
  return [`Costs are at API prices: ${who} on a subscription${named}.`];
}

export function skippedNotes({ threads, skipped }: HomeUsage): string[] {
  const torn = threads.filter((thread) => thread.skippedRecords > 0);
  const records = torn.reduce((sum, thread) => sum + thread.skippedRecords, 0);
  const notes = [];
  if (records > 0)
    notes.push(
      `Left out: ${plural(records, "damaged record")} in ${plural(torn.length, "rollout")}.`,
    );
  if (skipped.length > 0) {
    const named = skipped.map((file) => `${path(file.path)} (${plain(file.reason)})`);
    notes.push(`Left out: ${plural(skipped.length, "file")}: ${someOf(named)}.`);
  }
  return notes;
}

function modelName(model: string): string {
  return model === UNKNOWN_MODEL ? "an unknown model" : plain(model);
}

function someOf(names: readonly string[]): string {
  const more = names.length - NAMED;
  const named = names.slice(0, NAMED).join(", ");
  return more > 0 ? `${named}, and ${count(more)} more` : named;
}
