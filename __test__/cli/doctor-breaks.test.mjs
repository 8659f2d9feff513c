/** Each test breaks one thing of a machine that is well: the doctor finds just that, and says what to do. */
import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { threadId } from "../support/records.mjs";
import { makePatient, THREAD } from "./support/patient.mjs";

const SUBAGENT = {
  source: { subagent: "review" },
  thread_source: "subagent",
  parent_thread_id: threadId(9),
};

/** [what is broken, how, the one check that is not ok, its status, what it found, its remedy] */
const CASES = [
  [
    "a setting that names no program",
    () => ({ env: { AO_CODEX_BINARY: "/nowhere/codex" } }),
    [
      "settings",
      "warn",
      /^AO_CODEX_BINARY: \/nowhere\/codex is not a program/,
      /absolute path of the codex executable/,
    ],
  ],
  [
    "a permission that does not exist",
    (patient) => {
      patient.write(
        "app/agent-orchestrator.yaml",
        "projects:\n  app:\n    agent: codex\n    path: ~/app\n    worker: { agentConfig: { permissions: all } }\n",
      );
    },
    [
      "settings",
      "warn",
      /^app\.worker\.agentConfig\.permissions: "all" is unknown/,
      /use permissionless/,
    ],
  ],
  [
    "an orchestrator's configuration that is no YAML",
    (patient) => {
      patient.write("app/agent-orchestrator.yaml", "projects: [\n");
    },
    ["settings", "fail", /agent-orchestrator\.yaml cannot be read: .*line/, /mend the YAML/],
  ],
  [
    "a codex that cannot be executed, before another one",
    (patient) => {
      patient.program("first/codex", "true", 0o644);
      return { env: { PATH: `${patient.path("first")}:${patient.env.PATH}` } };
    },
    [
      "codex-binary",
      "warn",
      /before it in PATH is ~\/first\/codex/,
      /^chmod \+x .*\/first\/codex, or remove it$/,
    ],
  ],
  [
    "the only codex cannot be executed",
    (patient) => chmodSync(patient.path("bin/codex"), 0o644),
    [
      "codex-binary",
      "fail",
      /^~\/bin\/codex cannot be executed, and there is no other$/,
      /^chmod \+x .*\/bin\/codex$/,
    ],
  ],
  [
    "no codex",
    (patient) => patient.remove("bin/codex"),
    ["codex-binary", "fail", /there is no codex in PATH/, /npm install -g @openai\/codex/],
  ],
  [
    "a codex from before the token counts",
    (patient) => patient.codex({ version: "codex-cli 0.20.0" }),
    ["codex-version", "fail", /^0\.20\.0 is too old$/, /@openai\/codex@latest/],
  ],
  [
    "a codex that cannot resume",
    (patient) =>
      patient.codex({
        version: "codex-cli 0.36.0",
        help: "Options:\n  -a, --ask-for-approval <P>  [possible values: never]\n",
      }),
    ["codex-version", "fail", /^0\.36\.0 is too old: it cannot resume$/, /@openai\/codex@latest/],
  ],
  [
    "a program that is only called codex",
    (patient) => patient.codex({ help: "usage: codex [file]\n" }),
    ["codex-version", "fail", /is not the help of a Codex$/, /AO_CODEX_BINARY/],
  ],
  [
    "a shim without a version to run",
    (patient) => {
      patient.remove("bin/codex");
      patient.program(
        ".asdf/shims/codex",
        "echo 'No version is set for command codex' >&2; exit 126",
      );
    },
    ["codex-version", "fail", /codex/, /^let asdf choose a version that has codex/],
  ],
  [
    "no wrappers",
    (patient) => patient.remove(".ao/bin"),
    ["wrappers", "fail", /^there are none in ~\/\.ao\/bin$/, /^ao-codex wrappers install$/],
  ],
  [
    "a wrapper that is not executable",
    (patient) => chmodSync(join(patient.bin, "gh"), 0o644),
    ["wrappers", "fail", /gh is not executable/, /^ao-codex wrappers install$/],
  ],
  [
    "a wrapper that somebody changed",
    (patient) => patient.write(".ao/bin/git", `${patient.text(".ao/bin/git")}# mine\n`, 0o755),
    ["wrappers", "warn", /git changed by somebody/, /--force/],
  ],
  [
    "the wrappers of the orchestrator, which are left alone",
    (patient) => patient.write(".ao/bin/.ao-version", "0.1.1\n"),
    [
      "wrappers",
      "warn",
      /the orchestrator's own, 0\.1\.1, are in .* left alone/,
      /^ao-codex wrappers install --force replaces them$/,
    ],
  ],
  [
    "the wrappers of a newer version of this package",
    (patient) => patient.write(".ao/bin/.ao-version", "@ao/plugin-codex 99.0.0 0123456789abcdef\n"),
    ["wrappers", "warn", /a newer version of ours, 99\.0\.0/, /--force/],
  ],
  [
    "wrappers that others may write",
    (patient) => chmodSync(patient.bin, 0o777),
    ["wrappers", "fail", /can be written by others/, /^chmod 700 .*\/\.ao\/bin$/],
  ],
  [
    "a profile that takes the wrappers out of PATH",
    (patient) => {
      patient.write("env.sh", "");
      patient.write(".profile", 'export BASH_ENV="$HOME/env.sh"\n');
    },
    [
      "wrappers-first",
      "fail",
      /^not in what Codex runs \(bash -lc\): there it is \/\S+git, /,
      /^end ~\/\.bash_profile \(or ~\/\.profile\) with: export PATH='.*\/\.ao\/bin':"\$PATH"$/,
    ],
  ],
  [
    "a profile that ends the shell",
    (patient) => patient.write(".profile", "exit 3\n"),
    ["wrappers-first", "fail", /^bash -lc does not end well/, /mend your profile/],
  ],
  [
    "a GH_PATH that leads nowhere",
    () => ({ env: { GH_PATH: "/nowhere/gh" } }),
    [
      "real-programs",
      "warn",
      /^GH_PATH is \/nowhere\/gh, which cannot be run; gh is ~\/bin\/gh$/,
      /real gh, or unset it/,
    ],
  ],
  [
    "no gh",
    (patient) => patient.remove("bin/gh"),
    ["real-programs", "warn", /there is no gh/, /install gh/],
  ],
  [
    "an AGENTS.md without the section",
    (patient) => patient.write(join(patient.workspace, "AGENTS.md"), "# Mine\n"),
    ["agents-section", "warn", /AGENTS\.md has none/, /--fix adds it/],
  ],
  [
    "no session",
    (patient) => patient.remove(".agent-orchestrator"),
    ["metadata", "warn", /^not in a session/, /terminal of a session/],
  ],
  [
    "a metadata file that is no metadata",
    (patient) => {
      patient.write(`${patient.metadataPath}.json`, "{");
      return { env: session(patient) };
    },
    ["metadata", "fail", /app-1\.json is not a JSON object$/, /mend it by hand/],
  ],
  [
    "a lock that a process left behind",
    (patient) => {
      const lock = patient.write(`${patient.metadataPath}.lock`, "");
      utimesSync(lock, new Date(0), new Date(0));
    },
    ["metadata", "warn", /app-1\.lock behind$/, /^rm .*app-1\.lock$/],
  ],
  [
    "a session without its data directory",
    (patient) => ({ env: { ...session(patient), AO_DATA_DIR: undefined } }),
    [
      "metadata",
      "fail",
      /^AO_SESSION is set and AO_DATA_DIR is not$/,
      /the orchestrator: it sets both/,
    ],
  ],
  [
    "a data directory without a session",
    (patient) => ({ env: { ...session(patient), AO_SESSION: undefined } }),
    ["metadata", "fail", /^AO_DATA_DIR is set and AO_SESSION is not$/, /it sets both/],
  ],
  [
    "a session name that leaves the directory",
    (patient) => ({ env: { ...session(patient), AO_SESSION: "../app-1" } }),
    ["metadata", "fail", /refuse the session name/, /without \/ and/],
  ],
  [
    "a data directory where the wrappers write nothing",
    (patient) => ({ env: { ...session(patient), AO_DATA_DIR: "/usr" } }),
    ["metadata", "fail", /refuse \/usr/, /lie in one of them/],
  ],
  [
    "a session whose metadata file is gone",
    (patient) => {
      renameSync(patient.metadataPath, `${patient.metadataPath}-old`);
      return { env: session(patient) };
    },
    ["metadata", "fail", /app-1 is not there, with or without \.json$/, /start the session again/],
  ],
  [
    "a metadata file that is a directory",
    (patient) => {
      patient.remove(".agent-orchestrator/0123-app/sessions/app-1");
      mkdirSync(patient.metadataPath);
      return { env: session(patient) };
    },
    ["metadata", "fail", /is no regular file/, /start the session again/],
  ],
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
      /^mend ~\/\.config\/ao-codex\/prices\.json \(docs\/configuration\.md has its form\), or remove it$/,
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
];

for (const [what, damage, [id, status, found, remedy]] of CASES) {
  test(`${id} finds ${what}`, async (t) => {
    const patient = await makePatient(t);
    const { env = {}, besides = [] } = Object(damage(patient));
    const { ill } = await patient.examine([], env);
    const [first, ...others] = ill.filter((check) => !besides.includes(check.id));
    assert.deepEqual([others, first?.id, first?.status], [[], id, status], JSON.stringify(ill));
    assert.match(first.found, found);
    assert.match(first.remedy, remedy);
    assert.doesNotMatch(first.remedy, /\n/);
  });
}

test("a failure ends with 1, a warning with 0", async (t) => {
  const patient = await makePatient(t);
  patient.remove("bin/gh");
  assert.equal((await patient.examine()).code, 0);
  patient.remove("bin/codex");
  assert.equal((await patient.examine()).code, 1);
});

for (const [what, path, id] of [
  ["a Codex home", ".codex", "codex-home"],
  ["a directory of rollouts", ".codex/sessions", "codex-home"],
  ["a metadata file", ".agent-orchestrator/0123-app/sessions/app-1", "metadata"],
]) {
  test(`${id} finds ${what} that may not be read, and mends its mode`, async (t) => {
    const patient = await makePatient(t);
    chmodSync(patient.path(path), 0o000);
    const env = session(patient);
    const before = await patient.examineUnprivileged([], env);
    const ids = before.ill.map((check) => check.id);
    assert.ok(ids.includes(id), JSON.stringify(before.ill));
    assert.match(before.ill.find((check) => check.id === id).remedy, /^chmod u\+rw/);
    const { fixed } = await patient.examineUnprivileged(["--fix"], env);
    assert.deepEqual(
      fixed.map((one) => one.id),
      [id],
    );
    assert.ok((statSync(patient.path(path)).mode & 0o600) === 0o600);
    assert.deepEqual((await patient.examineUnprivileged(["--fix"], env)).fixed, []);
  });
}

test("cache finds a directory that may not be written, and mends its mode", async (t) => {
  const patient = await makePatient(t);
  mkdirSync(patient.path(".cache/ao-codex"), { recursive: true });
  chmodSync(patient.path(".cache/ao-codex"), 0o500);
  const before = await patient.examineUnprivileged();
  assert.deepEqual(
    before.ill.map((check) => [check.id, check.status]),
    [["cache", "warn"]],
  );
  const after = await patient.examineUnprivileged(["--fix"]);
  assert.deepEqual([after.ill, after.fixed.map((one) => one.id)], [[], ["cache"]]);
  assert.ok(existsSync(patient.path(".cache/ao-codex")));
});

/** The environment of a command in the patient's session, as the launch composes it. */
function session(patient) {
  return {
    AO_SESSION: "app-1",
    AO_DATA_DIR: patient.dataDir,
    PATH: `${patient.bin}:${patient.env.PATH}`,
    AO_CODEX_WRAPPERS: patient.bin,
    BASH_ENV: new URL("../../shell/bash-env.sh", import.meta.url).pathname,
  };
}

/** The patient's only thread began elsewhere. */
function moved(patient, cwd) {
  patient.remove(".codex/sessions");
  patient.rollout({ id: THREAD, cwd });
}
