/** The story of the sample home: the threads of one developer from Codex 0.20 to 0.169, oldest first. */
import { dialects } from "./dialects.mjs";
import { fork, helper, spawn } from "./lineage.mjs";
import { seeded } from "./random.mjs";
import { tasks } from "./texts.mjs";
import { Thread } from "./thread.mjs";

const SHOP_API = "/home/dev/shop-api";
const SHOP_WEB = "/home/dev/shop-web";
const WORKTREE = "/home/dev/.worktrees/shop-api/ao-14";
/** A space and a letter outside ASCII, as real folders have. */
const CATALOGUE = "/home/dev/Katalog für Händler";

/** The rollouts of the sample: the thread, and where and how its file is kept. */
export function story(seed) {
  const random = seeded(seed);
  const begin = (version, when, cwd, model, rest) => {
    const startedAt = Date.parse(`${when}Z`);
    return new Thread({ random, dialect: dialects[version], startedAt, cwd, model, ...rest });
  };
  return [
    ...firstVersions(begin),
    ...echoingVersions(begin),
    ...legacyVersions(begin),
    ...paginatedVersions(begin),
    ...currentVersion(begin),
  ];
}

function firstVersions(begin) {
  const flat = begin("0.20.0", "2025-08-19T09:12:40", SHOP_API, "gpt-5").turn(tasks.deps);
  const envelope = begin("0.34.0", "2025-09-16T13:40:05", SHOP_API, "gpt-5").turn(tasks.pagination);
  envelope.resume(35).turn(tasks.look);
  return [{ thread: flat }, { thread: envelope }];
}

function echoingVersions(begin) {
  const web = begin("0.45.0", "2025-10-14T08:05:51", SHOP_WEB, "gpt-5-codex").turn(tasks.darkMode);
  web.resume(12).turn(tasks.search);
  // The second process counts further than the first did: a restart that does not show as a fall.
  const rising = begin("0.72.0", "2025-12-11T15:22:18", SHOP_API, "gpt-5.1-codex-max");
  rising
    .turn({ ...tasks.look, steps: [] })
    .resume(240)
    .turn(tasks.migrate);
  rising.resume(1_300).turn(tasks.flaky);
  const kept = begin("0.80.0", "2026-01-22T10:31:09", SHOP_API, "gpt-5.2-codex").turn(
    tasks.webhook,
  );
  kept.resume(90).turn(tasks.look);
  const copy = fork(kept).wait(3).turn(tasks.flaky);
  const torn = begin("0.125.0", "2026-04-21T16:48:33", SHOP_WEB, "gpt-5.4").turn(tasks.darkMode);
  torn.resume(20).turn(tasks.search, { end: "killed" }).tear().resume(45).turn(tasks.search);
  return [
    { thread: web, archived: true },
    { thread: rising, compressed: true },
    { thread: kept },
    { thread: copy },
    { thread: torn, archived: true },
  ];
}

function legacyVersions(begin) {
  const invoices = begin("0.132.0", "2026-05-20T07:58:44", SHOP_API, "gpt-5.5");
  invoices.turn(tasks.rounding, { compact: true });
  invoices.wait(15).turn(tasks.look, { model: "gpt-5.4-mini" });
  const review = helper(invoices, "review", "subagent").turn(tasks.review);
  const lead = begin("0.144.6", "2026-07-20T11:03:27", WORKTREE, "gpt-5.6-sol");
  lead.turn(tasks.migrate);
  const scout = spawn(lead, { nickname: "Ada", role: "explorer", model: "gpt-5.4-mini" }).turn(
    tasks.look,
  );
  const worker = spawn(lead, { nickname: "Grace", role: "worker" }).turn(tasks.webhook);
  lead.wait(25).turn(tasks.flaky, { end: "aborted" });
  const second = fork(lead).wait(2).turn(tasks.pagination);
  return [invoices, review, lead, scout, worker, second].map((thread) => ({ thread }));
}

function paginatedVersions(begin) {
  const early = begin("0.150.1", "2026-09-02T09:44:10", SHOP_WEB, "gpt-5.6-sol").turn(tasks.search);
  early.resume(55).turn(tasks.darkMode);
  // The machine went down while a tool ran: the last response is in its token_usage_record only.
  const killed = begin("0.154.0", "2026-10-08T18:20:02", SHOP_API, "gpt-5.6-sol").turn(tasks.look);
  killed.wait(4).turn(tasks.rounding, { end: "killed" });
  return [{ thread: early }, { thread: killed }];
}

function currentVersion(begin) {
  const lead = begin("0.169.0", "2026-11-12T08:15:36", SHOP_API, "gpt-6-sol", {
    instructions: "full",
  });
  lead.turn(tasks.webhook);
  const scout = spawn(lead, { nickname: "Alan", role: "explorer", model: "gpt-5.4-mini" }).turn(
    tasks.deps,
  );
  // The first response of this fork failed: its rollout opens with a repeat of the parent's count.
  const point = fork(lead).turn(tasks.flaky, { end: "failed" }).wait(6).turn(tasks.flaky);
  lead.wait(70).turn(tasks.migrate, { compact: true });
  const guardian = helper(lead, { other: "guardian" }, "guardian_review", {
    model: "gpt-5.4-mini",
  });
  guardian.turn(tasks.approve);
  // Born under 0.144.6 and taken up by 0.169: the old shape goes on, with usage records from here.
  const upgraded = begin("0.144.6", "2026-09-14T13:27:55", WORKTREE, "gpt-5.6-sol").turn(
    tasks.pagination,
  );
  upgraded
    .resume(86_000, { ...dialects["0.144.6"], tur: true, cacheWrites: true })
    .turn(tasks.look);
  const local = begin("0.169.0", "2026-11-13T06:52:14", CATALOGUE, "qwen3-coder:30b", {
    provider: "ollama",
  });
  local.turn(tasks.search);
  return [lead, scout, point, guardian, upgraded, local].map((thread) => ({ thread }));
}
