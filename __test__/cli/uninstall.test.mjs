/** `ao-codex uninstall`: takes out what is ours, says what it took, and touches nothing else. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import { installAgentsSection, installWrappers, noteActivity } from "@ao/plugin-codex/native";
import { aoCodex } from "../support/command.mjs";
import { giveToNobody } from "../support/nobody.mjs";
import { run } from "../support/command.mjs";
import { fileURLToPath } from "node:url";
import { makePatient, THREAD } from "./support/patient.mjs";

const WRAPPERS = [".ao-version", "gh", "git", "ao-metadata-helper.sh", "ao-codex-hook"];

const uninstall = (patient, args = [], env = {}) =>
  aoCodex(["uninstall", ...args], {
    cwd: patient.root,
    env: { ...patient.env, ...env },
  });

const documentOf = async (patient, args = [], env = {}) => {
  const { code, stdout } = await uninstall(patient, ["--json", ...args], env);
  return { code, document: JSON.parse(stdout) };
};

/** Every entry below the user's home, with what is in it. */
const snapshot = ({ home }) =>
  new Map(
    readdirSync(home, { recursive: true })
      .toSorted()
      .map((name) => {
        const path = join(home, name);
        const found = lstatSync(path);
        if (found.isSymbolicLink()) return [name, readlinkSync(path)];
        return [name, found.isDirectory() ? null : readFileSync(path, "utf8")];
      }),
  );

const goneFrom = (before, after) => [...before.keys()].filter((name) => !after.has(name));
const changedIn = (before, after) =>
  [...after].filter(([name, text]) => before.get(name) !== text).map(([name]) => name);

/** A machine on which sessions have run: events, prompts, screens, a cache, a second work tree and a log in each. */
const used = async (t) => {
  const patient = await makePatient(t);
  const other = patient.path("other tree");
  execFileSync("git", ["init", "-q", other]);
  patient.write(join(other, "AGENTS.md"), "# Ours\n\nBe kind.");
  await installAgentsSection(other);
  for (const tree of [patient.workspace, other]) await noteActivity(tree, "blocked", "why");
  const at = Date.now();
  const line = { at, event: "UserPromptSubmit", thread: THREAD, cwd: other };
  patient.write(".ao/codex/events/app-2.jsonl", `${JSON.stringify(line)}\n`);
  patient.write(".ao/codex/launch/app-1.abc", "a long prompt");
  patient.write(".ao/codex/screen/app-1", `${at}\n`);
  patient.write(".cache/ao-codex/cache-1", "counts");
  patient.write(".config/ao-codex/prices.json", '{ "models": {} }');
  patient.write(".codex/config.toml", 'model = "gpt-6-sol"\n');
  return { patient, other };
};

const expectedRemovals = ({ patient, other }) => [
  ...[other, patient.workspace].flatMap((tree) => [
    { kind: "agents-section", path: join(tree, "AGENTS.md") },
    { kind: "activity-log", path: join(tree, ".ao/activity.jsonl") },
    { kind: "git-exclude", path: join(tree, ".git/info/exclude") },
  ]),
  ...WRAPPERS.map((name) => ({ kind: "wrapper", path: join(patient.bin, name) })),
  ...["events", "launch", "screen"].map((name) => ({
    kind: "files",
    path: patient.path(".ao/codex", name),
  })),
  { kind: "cache", path: patient.path(".cache/ao-codex") },
];

const PRICES_STAY = (patient) => ({
  path: patient.path(".config/ao-codex/prices.json"),
  reason: "these are your prices",
});

const byPath = (list) => list.toSorted((a, b) => (a.path < b.path ? -1 : 1));

test("a dry run says what would go, and takes nothing", async (t) => {
  const { patient, other } = await used(t);
  const before = snapshot(patient);
  const { code, document } = await documentOf(patient, ["--dry-run"]);
  assert.equal(code, 0);
  const { removed, ...rest } = document;
  assert.deepEqual(rest, {
    schemaVersion: 1,
    dryRun: true,
    kept: [PRICES_STAY(patient)],
    failed: [],
  });
  assert.deepEqual(byPath(removed), byPath(expectedRemovals({ patient, other })));
  assert.deepEqual(snapshot(patient), before);
});

test("what it said goes, every other byte stays, and there is nothing the second time", async (t) => {
  const { patient, other } = await used(t);
  const before = snapshot(patient);
  const { code, document } = await documentOf(patient);
  assert.equal(code, 0);
  assert.deepEqual(byPath(document.removed), byPath(expectedRemovals({ patient, other })));
  const after = snapshot(patient);
  const trees = ["app/worktree", "other tree"];
  const isOurs = (name) =>
    name.startsWith(".ao") ||
    name.startsWith(".cache/ao-codex") ||
    trees.some((tree) => name.startsWith(`${tree}/.ao`));
  assert.deepEqual(
    goneFrom(before, after).filter((name) => !isOurs(name)),
    ["app/worktree/AGENTS.md"],
  );
  assert.deepEqual(changedIn(before, after).toSorted(), [
    "app/worktree/.git/info/exclude",
    "other tree/.git/info/exclude",
    "other tree/AGENTS.md",
  ]);
  assert.equal(after.get("other tree/AGENTS.md"), "# Ours\n\nBe kind.");
  for (const tree of trees)
    assert.equal(after.get(`${tree}/.git/info/exclude`).includes("ao-codex"), false);
  assert.equal(after.has(".ao"), false);

  const again = await documentOf(patient);
  assert.deepEqual(again.document.removed, []);
  assert.deepEqual(snapshot(patient), after);
});

test("a person reads what was taken and what was left, and what they do themselves", async (t) => {
  const { patient } = await used(t);
  const { code, stdout, stderr } = await uninstall(patient);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /^Taken out:\n  AGENTS\.md +~\/other tree\/AGENTS\.md\n/);
  assert.match(stdout, /\n  wrapper +~\/\.ao\/bin\/git\n/);
  assert.match(stdout, /\nLeft: ~\/\.config\/ao-codex\/prices\.json: these are your prices\n/);
  assert.match(
    stdout,
    /\nThe package itself goes with npm uninstall, .*agent-orchestrator\.yaml\.\n$/,
  );
  const { stdout: second } = await uninstall(patient);
  assert.match(second, /^There was nothing to take out\.\n/);
});

test("what somebody else has put there is left, and said", async (t) => {
  const { patient } = await used(t);
  patient.write(".ao/bin/.ao-version", "0.8.0\n");
  patient.write(".ao/bin/git", "#!/bin/sh\n# theirs\n", 0o755);
  patient.write(".ao/codex/theirs.txt", "theirs");
  patient.write(".ao/config.yaml", "theirs");
  const elsewhere = patient.write("elsewhere/kept.txt", "mine");
  patient.remove(".ao/codex/launch");
  patient.link(patient.path("elsewhere"), ".ao/codex/launch");
  patient.remove(".cache/ao-codex");
  patient.link(patient.path("elsewhere"), ".cache/ao-codex");
  patient.link(elsewhere, ".ao/codex/events/link.jsonl");
  const { code, document } = await documentOf(patient);
  assert.equal(code, 0);
  assert.deepEqual(
    byPath(document.kept),
    byPath([
      { path: patient.bin, reason: "the wrappers there are not ours" },
      { path: patient.path(".ao/codex/launch"), reason: "it is no directory of ours" },
      { path: patient.path(".cache/ao-codex"), reason: "it is no directory of ours" },
      PRICES_STAY(patient),
    ]),
  );
  const after = snapshot(patient);
  for (const name of [
    ".ao/bin/git",
    ".ao/bin/.ao-version",
    ".ao/codex/theirs.txt",
    ".ao/config.yaml",
  ])
    assert.equal(after.has(name), true, name);
  assert.equal(after.has(".ao/bin/ao-codex-hook"), false);
  assert.equal(after.get("elsewhere/kept.txt"), "mine");
});

test("beside another program's wrappers ours go, and both are said", async (t) => {
  const { patient } = await used(t);
  patient.write(".ao/bin/.ao-version", "0.8.0\n");
  await installWrappers({ aoHome: patient.path(".ao") });
  const own = patient.path(".ao/codex/bin");
  for (const args of [["--dry-run"], []]) {
    const { document } = await documentOf(patient, args);
    const wrappers = document.removed.filter(({ kind }) => kind === "wrapper");
    assert.equal(wrappers.filter(({ path }) => path.startsWith(own)).length, WRAPPERS.length);
    const beside = { path: patient.bin, reason: "the wrappers there are not ours" };
    assert.deepEqual(byPath(document.kept), byPath([beside, PRICES_STAY(patient)]));
  }
});

test("another program among our wrappers is left, and said", async (t) => {
  const { patient } = await used(t);
  const git = patient.write(".ao/bin/git", "#!/bin/sh\n# theirs\n", 0o755);
  const { document } = await documentOf(patient);
  const stays = { path: git, reason: "it is another program's" };
  assert.deepEqual(byPath(document.kept), byPath([stays, PRICES_STAY(patient)]));
});

test("lines of git's list go also where a person has taken AGENTS.md for their own, and where a log is gone", async (t) => {
  const { patient, other } = await used(t);
  patient.write("app/worktree/AGENTS.md", "# Mine\n");
  patient.remove("other tree/.ao");
  const lists = [patient.workspace, other].map((tree) => join(tree, ".git/info/exclude"));
  for (const args of [["--dry-run"], []]) {
    const { document } = await documentOf(patient, args);
    const taken = document.removed.filter(({ kind }) => kind === "git-exclude");
    assert.deepEqual(byPath(taken), byPath(lists.map((path) => ({ kind: "git-exclude", path }))));
  }
  for (const list of lists) assert.equal(readFileSync(list, "utf8").includes("ao/"), false);
  assert.equal(readFileSync(patient.path("app/worktree/AGENTS.md"), "utf8"), "# Mine\n");
});

test("work trees that share a list of git are told of it once, in a dry run too", async (t) => {
  const { patient } = await used(t);
  const tree = patient.path("linked");
  const git = (...args) => execFileSync("git", ["-C", patient.workspace, ...args]);
  git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x");
  git("worktree", "add", "-q", tree);
  await installAgentsSection(tree);
  for (const args of [["--dry-run"], []]) {
    const { document } = await documentOf(patient, [...args, "--workspace", tree]);
    const list = join(patient.workspace, ".git/info/exclude");
    const taken = document.removed.filter(({ path }) => path === list);
    assert.deepEqual(taken, [{ kind: "git-exclude", path: list }]);
  }
});

test("a workspace that nothing knows of any more is looked into when it is named", async (t) => {
  const { patient, other } = await used(t);
  patient.remove(".ao/codex/events");
  const first = await documentOf(patient, ["--dry-run"]);
  assert.equal(
    first.document.removed.some(({ path }) => path.startsWith(other)),
    false,
  );
  const { document } = await documentOf(patient, [
    "--workspace",
    other,
    "--workspace",
    patient.path("gone"),
  ]);
  assert.deepEqual(
    document.removed.filter(({ path }) => path.startsWith(other)).map(({ kind }) => kind),
    ["agents-section", "activity-log", "git-exclude"],
  );
});

test("what cannot be taken out is said with its reason, the rest goes, and the exit code is 1", async (t) => {
  const { patient } = await used(t);
  mkdirSync(patient.path(".ao/codex/screen/deep"), { recursive: true });
  patient.write(".ao/codex/screen/deep/file", "x");
  giveToNobody(patient.root);
  execFileSync("chmod", ["500", patient.path(".ao/codex/screen/deep")]);
  const program = fileURLToPath(new URL("../support/unprivileged-cli.mjs", import.meta.url));
  const { code, stdout, stderr } = await run(process.execPath, [program, "uninstall", "--json"], {
    cwd: patient.root,
    env: patient.env,
  });
  assert.equal(code, 1);
  const { failed, removed } = JSON.parse(stdout);
  assert.deepEqual(
    failed.map(({ path }) => relative(patient.home, path)),
    [".ao/codex/screen"],
  );
  assert.equal(
    removed.some(({ kind }) => kind === "cache"),
    true,
  );
  assert.match(stderr, /1 thing could not be taken out/);
});
