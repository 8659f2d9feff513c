import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { aoCodex, cli as aoCodexProgram, root, run } from "../support/command.mjs";
import { temporaryFolder } from "../support/home.mjs";
import { makePatient, THREAD } from "./support/patient.mjs";

const IDS = [
  "addon",
  "settings",
  "codex-binary",
  "codex-version",
  "login",
  "trust",
  "sandbox",
  "wrappers",
  "wrappers-first",
  "real-programs",
  "hooks",
  "agents-section",
  "metadata",
  "codex-home",
  "rollout",
  "activity",
  "prices",
  "cache",
  "launch",
  "resume",
];

test("a machine on which everything is well has only checks that are ok", async (t) => {
  const patient = await makePatient(t);
  const { checks, ...rest } = await patient.examine();
  assert.deepEqual(rest, { code: 0, stderr: "", ok: true, fixed: undefined, ill: [] });
  assert.deepEqual(
    checks.map(({ id, status, remedy }) => [id, status, remedy]),
    IDS.map((id) => [id, "ok", null]),
  );
});

test("a failure ends with 1, a warning with 0", async (t) => {
  const patient = await makePatient(t);
  patient.remove("bin/gh");
  assert.equal((await patient.examine()).code, 0);
  patient.remove("bin/codex");
  assert.equal((await patient.examine()).code, 1);
});

const SANDBOXES = [
  [
    "auto-edit",
    { permissions: "auto-edit", addDirs: ["more"] },
    ["ok", /^auto-edit: writes its workspace, commits, .* 1 more .*; has the network$/],
  ],
  ["default", { permissions: "default" }, ["ok", /^default: .*; has no network$/]],
  ["suggest", { permissions: "suggest" }, ["ok", /^suggest: reads, /]],
  ["permissionless", { permissions: "permissionless" }, ["ok", /everything that you may do$/]],
  [
    "auto-edit in a sandbox that only reads",
    { permissions: "auto-edit", sandbox: "read-only" },
    ["warn", /cannot change a file/],
  ],
  [
    "auto-edit in a clone, with an older Codex",
    { permissions: "auto-edit" },
    ["warn", /no commit in a repository of its own: Codex 0\.132\.0 /],
    "codex-cli 0.132.0",
  ],
];

for (const [what, agentConfig, [status, found], version] of SANDBOXES) {
  test(`what a session may do with ${what}`, async (t) => {
    const patient = await makePatient(t);
    patient.codex({ version });
    const project = { repo: "acme/app", path: "~/app", agentConfig };
    patient.write(
      "app/agent-orchestrator.yaml",
      JSON.stringify({ defaults: { agent: "codex" }, projects: { app: project } }),
    );
    const { checks } = await patient.examine();
    const check = checks.find(({ id }) => id === "sandbox");
    assert.equal(check.status, status);
    assert.match(check.found, found);
  });
}

test("each check says what it found", async (t) => {
  const patient = await makePatient(t);
  const { checks } = await patient.examine();
  const found = Object.fromEntries(checks.map((check) => [check.id, check.found]));
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  assert.match(found["addon"], new RegExp(`^${version}, \\S+, Node ${process.versions.node}$`));
  assert.deepEqual(
    {
      settings: found["settings"],
      binary: found["codex-binary"],
      version: found["codex-version"],
      wrappers: found["wrappers"],
      first: found["wrappers-first"],
      hooks: found["hooks"],
      agents: found["agents-section"],
      metadata: found["metadata"],
      home: found["codex-home"],
      rollout: found["rollout"],
      activity: found["activity"],
      cache: found["cache"],
    },
    {
      settings: "~/app/agent-orchestrator.yaml (app)",
      binary: "~/bin/codex",
      version: "0.169.0: resumes; asks: on-request, never",
      wrappers: `~/.ao/bin, version ${version}`,
      first: "git and gh are the wrappers in what Codex runs (bash -lc)",
      hooks: "Codex runs ours at UserPromptSubmit, PermissionRequest, Stop",
      agents: "~/app/worktree/AGENTS.md",
      metadata: "~/.agent-orchestrator/0123-app/sessions/app-1",
      home: "~/.codex: 1 rollout",
      rollout: `${THREAD}, written 2026-05-20`,
      activity: "idle, by the rollout: the last turn has ended; last record 2026-05-20",
      cache: "~/.cache/ao-codex",
    },
  );
});

test("says how the plugin would start and resume Codex in the workspace", async (t) => {
  const patient = await makePatient(t);
  patient.write(
    "app/agent-orchestrator.yaml",
    "projects:\n  app:\n    agent: codex\n    path: ~/app\n    agentConfig: { permissions: auto-edit, model: gpt-6-sol }\n",
  );
  const { checks } = await patient.examine();
  const [launch, resume] = checks.slice(-2).map(({ found }) => found);
  const codex = patient.path("bin/codex");
  const flags =
    "-c check_for_update_on_startup=false --ask-for-approval never --model gpt-6-sol " +
    "-c 'notice={hide_rate_limit_model_nudge=true}' -c 'hooks=…'";
  assert.ok(launch.startsWith(`${codex} ${flags} -c 'projects={`), launch);
  assert.ok(resume.startsWith(`${codex} resume ${flags} `), resume);
  assert.ok(resume.endsWith(` ${THREAD}`), resume);
});

test("a person reads aligned lines of at most 80 columns, the remedy below", async (t) => {
  const patient = await makePatient(t);
  patient.remove(".ao/bin");
  const { code, stdout, stderr } = await patient.print([], { NO_COLOR: "1" });
  const lines = stdout.split("\n");
  assert.deepEqual({ code, stderr }, { code: 1, stderr: "" });
  assert.deepEqual(
    lines.filter((line) => line.length > 80),
    [],
  );
  const at = lines.indexOf("fail  wrappers        there are none in ~/.ao/bin");
  assert.equal(lines[at + 1], "                      → ao-codex wrappers install");
  assert.equal(lines.at(-2), "20 checks: 1 failed, 0 warnings.");
});

test("colours only what a terminal shows", async (t) => {
  const patient = await makePatient(t);
  const plain = await patient.print([], { NO_COLOR: "1", FORCE_COLOR: "1" });
  const coloured = await patient.print([], { FORCE_COLOR: "1" });
  assert.ok(!plain.stdout.includes("\u001b"));
  assert.ok(coloured.stdout.startsWith("\u001b[32mok  \u001b[39m  addon"));
});

test("a narrow terminal has the texts below the names", async (t) => {
  const patient = await makePatient(t);
  const { stdout } = await patient.print([], { COLUMNS: "44", NO_COLOR: "1" });
  assert.ok(
    stdout.split("\n").every((line) => line.length <= 44),
    stdout,
  );
  assert.match(stdout, /^ok {4}wrappers\n {6}~\/\.ao\/bin, version/m);
});

test("without --workspace it looks at the current directory", async (t) => {
  const patient = await makePatient(t);
  const { stdout } = await aoCodex(["doctor", "--json"], {
    env: patient.env,
    cwd: patient.workspace,
  });
  assert.equal(JSON.parse(stdout).checks.find(({ id }) => id === "rollout").status, "ok");
});

test("a Codex that trusts no hooks, or hooks that are turned off, are no trouble", async (t) => {
  const patient = await makePatient(t);
  patient.codex({ trusts: false });
  const untrusted = await patient.examine();
  const off = await patient.examine([], { AO_CODEX_HOOKS: "false" });
  const found = [untrusted, off].map(({ checks }) => checks.find(({ id }) => id === "hooks").found);
  assert.deepEqual([untrusted.ill, off.ill], [[], []]);
  assert.deepEqual(found, [
    "this Codex runs none of ours unasked: states are read from rollouts and screens",
    "turned off (hooks): states are read from rollouts and screens",
  ]);
});

test("looking changes nothing: no launch is noted, no file of a session is written", async (t) => {
  const patient = await makePatient(t);
  const files = () =>
    readdirSync(patient.home, { recursive: true }).filter((name) => !name.startsWith(".cache"));
  const before = files();
  await patient.examine([], { AO_SESSION: "app-1", AO_DATA_DIR: patient.dataDir });
  assert.deepEqual(files(), before);
});

test("in a session it looks at that session, and at another workspace's where that is named", async (t) => {
  const patient = await makePatient(t);
  const env = { AO_SESSION: "app-1", AO_DATA_DIR: patient.dataDir };
  assert.deepEqual((await patient.examine([], env)).ill, []);
  patient.write(".agent-orchestrator/0123-app/sessions/app-2", "worktree=/elsewhere\n");
  const { checks, ill } = await patient.examine([], { ...env, AO_SESSION: "app-2" });
  assert.deepEqual(ill, []);
  assert.match(checks.find(({ id }) => id === "metadata").found, /\/app-1$/);
});

test("says so where there is no native part for the platform, and looks at nothing else", async (t) => {
  const copy = temporaryFolder(t);
  for (const name of ["dist", "index.js", "package.json"])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  const { code, stdout } = await run(process.execPath, [
    join(copy, "dist/cli.cjs"),
    "doctor",
    "--json",
  ]);
  const { ok, checks } = JSON.parse(stdout);
  assert.deepEqual(
    { code, ok, ids: checks.map(({ id, status }) => [id, status]) },
    { code: 1, ok: false, ids: [["addon", "fail"]] },
  );
  assert.match(checks[0].found, /^cannot be loaded on \S+ \S+, Node \S+: \S/);
  assert.match(checks[0].remedy, /--omit=optional/);
});

test("a configuration writes nothing to the terminal, and costs what it is long", async (t) => {
  const patient = await makePatient(t);
  const keys = Array.from({ length: 60_000 }, (_, at) => `key${at}: !<x\u009b31m> ${at}\n`).join(
    "",
  );
  patient.write(
    "app/agent-orchestrator.yaml",
    `projects:\n  app: { agent: codex, path: ~/app }\n${keys}`,
  );
  const { stdout, stderr } = await patient.print([], { NO_COLOR: "1" });
  assert.equal(stderr, "");
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  assert.match(stdout, /^ok {4}settings +~\/app\/agent-orchestrator\.yaml \(app\)$/m);
});

test("a shell that may open too few files for the wrappers is found", async (t) => {
  const patient = await makePatient(t);
  const words = [aoCodexProgram, "doctor", "--json", "--workspace", patient.workspace];
  const { stdout } = await run(
    "bash",
    ["-c", 'ulimit -n 57; exec "$0" "$@"', process.execPath, ...words],
    { env: patient.env },
  );
  const { found, status } = JSON.parse(stdout).checks.find(({ id }) => id === "real-programs");
  assert.deepEqual(
    [status, found],
    ["warn", "only 57 files may be open at once: git and gh run, and nothing is noted of them"],
  );
});

test("a locale that bash does not know is found", async (t) => {
  const patient = await makePatient(t);
  const { code, ill } = await patient.examine([], { LC_ALL: "xx_YY.UTF-9" });
  assert.equal(code, 0);
  assert.deepEqual(ill, [
    {
      id: "real-programs",
      status: "warn",
      found:
        "bash does not know the locale xx_YY.UTF-9, and says so before whatever git and gh say",
      remedy: "unset LC_ALL, or install that locale",
    },
  ]);
});

test("a HOSTNAME of two lines is nothing to complain of", async (t) => {
  const patient = await makePatient(t);
  assert.deepEqual((await patient.examine([], { HOSTNAME: "a\nb" })).ill, []);
});

test("in a directory that has gone it says so", async (t) => {
  const patient = await makePatient(t);
  const script = 'mkdir gone && cd gone && rmdir ../gone && exec "$0" "$@"';
  for (const words of [["doctor"], ["uninstall", "--dry-run"]]) {
    const { code, stderr } = await run(
      "sh",
      ["-c", script, process.execPath, aoCodexProgram, ...words],
      { cwd: patient.root, env: patient.env },
    );
    assert.deepEqual(
      [code, stderr],
      [1, "ao-codex: the directory that this shell is in has gone: cd to one that is there\n"],
    );
  }
});
