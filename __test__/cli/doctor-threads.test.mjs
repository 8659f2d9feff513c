/** What the doctor finds in what threads are read from, and with: rollouts, clocks, prices, the cache. */
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { threadId } from "../support/records.mjs";
import { findsEach } from "./support/breaks.mjs";
import { THREAD } from "./support/patient.mjs";

const SUBAGENT = {
  source: { subagent: "review" },
  thread_source: "subagent",
  parent_thread_id: threadId(9),
};

findsEach([
  [
    "a CODEX_HOME that is not there",
    (patient) => {
      patient.remove(".codex");
      return { env: { CODEX_HOME: patient.path(".codex") }, besides: ["rollout"] };
    },
    ["codex-home", "fail", /Codex does not start without it$/, /^mkdir -p /],
  ],
  [
    "a rollout whose thread began in a subdirectory",
    (patient) => moved(patient, join(patient.workspace, "src")),
    [
      "rollout",
      "warn",
      /worktree\/src, which is inside of it$/,
      /^ao-codex resume --workspace \S+\/worktree\/src$/,
    ],
  ],
  [
    "a rollout whose thread began in a directory above",
    (patient) => moved(patient, patient.path("app")),
    ["rollout", "warn", /one began in ~\/app, which is above it$/, /^ao-codex resume/],
  ],
  [
    "a rollout of another work tree of the repository",
    (patient) => {
      const other = patient.path("other");
      patient.write("other/.git", `gitdir: ${patient.workspace}/.git/worktrees/other\n`);
      patient.write(`${patient.workspace}/.git/worktrees/other/commondir`, "../..\n");
      return moved(patient, other);
    },
    [
      "rollout",
      "warn",
      /~\/other, which is another work tree of the repository$/,
      /^ao-codex resume/,
    ],
  ],
  [
    "a workspace that was moved",
    (patient) => moved(patient, "/home/gone/worktree"),
    [
      "rollout",
      "warn",
      /\/home\/gone\/worktree, which is gone, and has the same name$/,
      /^ao-codex resume/,
    ],
  ],
  [
    "a link that leads elsewhere now",
    (patient) => {
      symlinkSync(patient.path("app"), patient.path("link"));
      return moved(patient, patient.path("link"));
    },
    [
      "rollout",
      "warn",
      /one began in ~\/link, which is above it$/,
      /^ao-codex resume --workspace \S+\/link$/,
    ],
  ],
  [
    "only rollouts of subagents",
    (patient) => {
      patient.remove(".codex/sessions");
      patient.rollout({ id: threadId(2), cwd: patient.workspace, meta: SUBAGENT });
    },
    ["rollout", "warn", /only 1 subagent of threads that began elsewhere$/, /started from/],
  ],
  [
    "only an archived rollout",
    (patient) => {
      patient.remove(".codex/sessions");
      patient.rollout({ id: THREAD, cwd: patient.workspace, archived: true });
    },
    [
      "rollout",
      "warn",
      new RegExp(`${THREAD} is archived$`),
      new RegExp(`^codex unarchive ${THREAD}$`),
    ],
  ],
  [
    "a rollout in another Codex home",
    (patient) => {
      mkdirSync(patient.path("codex-2/sessions"), { recursive: true });
      return { env: { CODEX_HOME: patient.path("codex-2") } };
    },
    ["rollout", "warn", /~\/\.codex has one, and ~\/codex-2 is looked at$/, /^let CODEX_HOME be /],
  ],
  [
    "a workspace that nobody has worked in",
    (patient) => patient.remove(".codex/sessions"),
    ["rollout", "warn", /^no thread began in ~\/app\/worktree$/, /^start codex there/],
  ],
  [
    "a clock that is wrong",
    (patient) =>
      patient.rollout({
        id: THREAD,
        cwd: patient.workspace,
        writtenAt: new Date(Date.now() + 3_600_000).toISOString(),
      }),
    ["activity", "warn", /of 60 minutes from now: a clock is wrong$/, /^set the clock/],
  ],
  [
    "a turn that never ended",
    (patient) => patient.rollout({ id: THREAD, cwd: patient.workspace, end: null }),
    [
      "activity",
      "warn",
      /^a turn has not ended, and nothing was written since 2026-05-20$/,
      /ao-codex resume$/,
    ],
  ],
  [
    "prices that are no prices",
    (patient) =>
      patient.write(".config/ao-codex/prices.json", '{ "models": { "x": { "input": "free" } } }'),
    [
      "prices",
      "fail",
      /prices\.json/,
      /^fix ~\/\.config\/ao-codex\/prices\.json \(docs\/configuration\.md has its form\), or remove it$/,
    ],
  ],
  [
    "a cache directory that is a file",
    (patient) => {
      patient.remove(".cache");
      patient.write(".cache", "");
    },
    ["cache", "warn", /~\/\.cache is not a directory/, /XDG_CACHE_HOME/],
  ],
  [
    "a thread id that is no id",
    (patient) =>
      patient.rollout({
        id: THREAD,
        cwd: patient.workspace,
        meta: { id: "$(touch /tmp/x)" },
        at: "2026-05-20T09:00:00.000Z",
      }),
    ["resume", "fail", /is no thread id that is safe/, /^move .* away/],
  ],
]);

/** The patient's only thread began elsewhere. */
function moved(patient, cwd) {
  patient.remove(".codex/sessions");
  patient.rollout({ id: THREAD, cwd });
}
