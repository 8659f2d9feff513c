/**
 * Random command lines, generated from the grammars of git and gh: through the wrapper they print, return and change
 * what they do without it, and what is recorded is what the real program says.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { CASES, randomOf, SEED } from "./random.mjs";
import { makeSandbox, realGit } from "./sandbox.mjs";

/** A case of gh takes twenty times as long as one of git. */
const GH_SHARE = 0.2;

function gitLine({ pick, some, chance }) {
  const branch = () =>
    pick([
      "main",
      "a",
      "b",
      "c/d",
      "feat-1",
      "x",
      "topic",
      "HEAD",
      "HEAD^",
      "-",
      "@{-1}",
      "nothing",
      "v1",
      "ümläut",
    ]);
  const fresh = () =>
    pick(["a", "b", "n1", "n2", "n3", "c/d", "c/e", "main", "-x", "bad..name", "", "ümläut"]);
  const file = () => pick(["file.txt", "dir/f", ".", "*.txt", "none", ":/", "a"]);
  const globals = some(
    [
      ["-C", "."],
      ["-C", "dir"],
      ["-c", "core.abbrev=8"],
      ["-c", "checkout.guess=false"],
      ["--no-pager"],
      ["-P"],
      ["--literal-pathspecs"],
      ["--no-optional-locks"],
      ["--git-dir=.git"],
      ["--git-dir", ".git", "--work-tree", "."],
      ["--work-tree=."],
      ["-c", "alias.zz=checkout"],
      ["--nonsense"],
      ["-c"],
      ["--namespace", "switch"],
    ],
    2,
  ).flat();
  const quiet = () =>
    some(
      [
        ["-q"],
        ["--quiet"],
        ["-f"],
        ["--force"],
        ["--no-guess"],
        ["--progress"],
        ["-m"],
        ["--no-track"],
        ["--detach"],
        ["--ignore-other-worktrees"],
      ],
      2,
    ).flat();
  const commands = [
    () => [
      "checkout",
      ...quiet(),
      pick(["-b", "-B", "--orphan", "-qb", "-fB"]),
      fresh(),
      ...some([branch(), ...quiet()], 1),
    ],
    () => ["checkout", ...quiet(), `${pick(["-b", "-B"])}${fresh()}`],
    () => ["checkout", ...quiet(), branch(), ...quiet()],
    () => ["checkout", ...some([branch()], 1), "--", file()],
    () => ["checkout", file()],
    () => ["checkout", branch(), file()],
    () => ["checkout", "--track", ...some(["-b", fresh()], 2), branch()],
    () => [
      "switch",
      ...quiet(),
      pick(["-c", "-C", "--create", "--force-create", "--orphan", "--cre"]),
      fresh(),
      ...some([branch()], 1),
    ],
    () => ["switch", `${pick(["-c", "--create=", "-C", "--orphan="])}${fresh()}`],
    () => ["switch", ...quiet(), branch()],
    () => [
      "branch",
      ...some(["-f", "-q", "-v"], 1),
      pick(["-m", "-M", "--move", "-fm", "--mov"]),
      ...some([branch(), fresh()], 2),
    ],
    () => [
      "branch",
      ...some(
        [
          "-f",
          "-c",
          "-C",
          "-d",
          "-D",
          "-a",
          "--merged",
          "--sort",
          "-committerdate",
          "-vv",
          "--list",
          "--show-current",
        ],
        2,
      ),
      ...some([branch(), fresh()], 2),
    ],
    () => ["stash", ...some(["branch", fresh(), "pop", "list", "drop", "push", "-q"], 2)],
    () => [pick(["co", "CO", "zz", "sw"]), ...quiet(), branch()],
    () => [pick(["nb", "nn", "sh"]), fresh()],
    () => [
      pick([
        "st",
        "lg",
        "unknown",
        "chekcout",
        "Checkout",
        "--version",
        "--help",
        "-h",
        "--exec-path",
        "",
      ]),
      ...some([branch(), "-s"], 1),
    ],
    () => ["status", ...some(["-s", "-b", "--porcelain", "--nonsense"], 2)],
    () => ["log", "-1", "--format=%H %D", ...some([branch()], 1)],
    () => ["commit", "-q", "--allow-empty", "-m", pick(["checkout -b x", "m", "switch"])],
    () => ["add", ...some([file(), "-A"], 2)],
    () => ["tag", ...some([fresh(), "-f"], 2)],
    () => ["reset", "-q", ...some(["--hard", branch()], 2)],
    () => ["merge", "-q", branch()],
    () => ["rebase", "-q", branch(), ...some([branch()], 1)],
    () => ["rev-parse", ...some(["--abbrev-ref", branch(), "--show-toplevel"], 2)],
    () => ["restore", file()],
    () => ["symbolic-ref", ...some(["HEAD", "-q", "refs/heads/a"], 2)],
    () => ["config", "--get", pick(["alias.co", "user.name", "checkout"])],
    () => ["worktree", "list"],
  ];
  const line = [...globals, ...pick(commands)()];
  return chance(0.05) ? [...line, pick(["--help-me", "--", "\u0001", "a b"])] : line;
}

/** What can be seen of a repository without asking git. */
function stateOf(repository) {
  const files = {};
  const walk = (directory) => {
    for (const name of readdirSync(join(repository, directory)).toSorted()) {
      const path = join(directory, name);
      if (statSync(join(repository, path)).isDirectory()) walk(path);
      else files[path] = readFileSync(join(repository, path), "utf8");
    }
  };
  for (const directory of readdirSync(repository).filter((name) => name !== ".git")) {
    if (statSync(join(repository, directory)).isDirectory()) walk(directory);
    else files[directory] = readFileSync(join(repository, directory), "utf8");
  }
  walk(".git/refs");
  walk(".git/logs");
  for (const name of ["HEAD", "packed-refs", "MERGE_HEAD", "config"].filter((entry) =>
    existsSync(join(repository, ".git", entry)),
  ))
    files[name] = readFileSync(join(repository, ".git", name), "utf8");
  return files;
}

const headOf = (repository) =>
  /^ref: refs\/heads\/(.*)\n$/.exec(readFileSync(join(repository, ".git", "HEAD"), "utf8"))?.[1];

/** What the real git says; nothing in a repository where a reference leads back to itself. */
function branchSaid(box, repository) {
  const env = { AO_SESSION: "" };
  const said = box.run(realGit, ["symbolic-ref", "--short", "HEAD"], { cwd: repository, env });
  return said.status === 0 ? said.stdout.trim() : undefined;
}

test(`${CASES} random git commands do the same with and without the wrapper (seed ${SEED})`, async (t) => {
  const random = randomOf(SEED);
  const box = await makeSandbox(t);
  const [plain, wrapped] = ["plain", "wrapped"].map((directory) => {
    const repository = box.makeRepository(directory);
    box.run(
      "/bin/sh",
      [
        "-c",
        "mkdir dir; echo 1 >dir/f; git add .; git commit -qm second; git branch a; git branch b HEAD^; git branch c/d; git tag v1; git switch -q -c start",
      ],
      { cwd: repository, env: { AO_SESSION: "" } },
    );
    for (const [alias, text] of [
      ["co", "checkout"],
      ["sw", "switch -q"],
      ["nb", "checkout -b"],
      ["nn", "nb"],
      ["sh", "!git checkout -q -b"],
      ["st", "status -s"],
      ["lg", "!git log -1 --format=%H"],
    ])
      box.real(["config", `alias.${alias}`, text], { cwd: repository });
    return repository;
  });
  box.writeMetadata({ worktree: wrapped, status: "working" });
  const hide = ({ status, signal, stdout, stderr }, repository) => ({
    status,
    signal,
    stdout: stdout.replaceAll(repository, "R"),
    stderr: stderr.replaceAll(repository, "R"),
  });
  let recorded;
  for (let i = 0; i < CASES; i += 1) {
    const args = gitLine(random);
    const note = `case ${i}: git ${JSON.stringify(args)}`;
    if (random.chance(0.2))
      for (const repository of [plain, wrapped])
        writeFileSync(join(repository, "file.txt"), `${i}\n`);
    const before = headOf(wrapped);
    const options = { input: "", env: { GIT_PAGER: "cat", GIT_EDITOR: "true" } };
    const direct = box.run(realGit, args, { ...options, cwd: plain });
    const through = box.run(box.git, args, { ...options, cwd: wrapped });
    assert.deepEqual(hide(through, wrapped), hide(direct, plain), note);
    assert.deepEqual(stateOf(wrapped), stateOf(plain), note);
    const after = headOf(wrapped);
    const said = box.metadata().branch;
    const moved =
      through.status === 0 && after !== undefined && after !== before && after !== "main";
    const untracked = args.some((arg) => ["rebase", "symbolic-ref"].includes(arg));
    const expected = moved && !untracked ? (branchSaid(box, wrapped) ?? recorded) : recorded;
    // A command that names the branch that it is on may record that.
    assert.ok(
      said === expected || (through.status === 0 && said === after),
      `${note}: recorded ${said}, expected ${expected}`,
    );
    recorded = said;
  }
  assert.deepEqual(readdirSync(box.data), ["app-1"]);
});

function ghLine({ pick, some, chance }) {
  const words = () =>
    pick([
      "x",
      "--web",
      "pr",
      "create",
      "merge",
      "--auto",
      "-w",
      "a b",
      "https://github.com/x/y/pull/1",
      "",
    ]);
  const repo = () =>
    some(
      [["-R", "a/b"], ["--repo", "a/b"], ["--repo=h.example/a/b"], ["-Ra/b"], ["-R=a/b"]],
      1,
    ).flat();
  const create = () =>
    some(
      [
        ["--fill"],
        ["-f"],
        ["-t", words()],
        [`--title=${words()}`],
        ["--body", words()],
        ["-d"],
        ["--draft=false"],
        ["-fd"],
        ["-w"],
        ["--web=0"],
        ["--web"],
        ["--dry-run"],
        ["-H", "topic"],
        ["--head=o:x"],
        ["-l", words()],
        ["--help"],
        ["-h"],
        ["-B"],
        ["--nonsense"],
        ["-z"],
        ["-fw=false"],
        ["-fw=true"],
        ["-dt", words()],
        ["--no-maintainer-edit"],
        ["--"],
        [words()],
      ],
      5,
    ).flat();
  const merge = () =>
    some(
      [
        ["7"],
        ["--squash"],
        ["-s"],
        ["-d"],
        ["--auto"],
        ["--auto=false"],
        ["--disable-auto"],
        ["-t", words()],
        ["--subject", "--auto"],
        ["-b"],
        ["--admin"],
        ["--help"],
        ["-sd"],
        ["-dA", "x"],
        ["--match-head-commit", words()],
        ["--auto=T"],
      ],
      4,
    ).flat();
  const flag = () =>
    some([["--help"], ["--web"], ["--x=y"], ["-x"], ["--version"], ["-xy"]], 1).flat();
  const lines = [
    () => [...repo(), "pr", ...repo(), pick(["create", "new"]), ...repo(), "--fill", ...create()],
    () => ["pr", "create", ...create()],
    () => [...repo(), "pr", "merge", ...merge(), ...repo()],
    () => [...flag(), "pr", ...flag(), pick(["create", "merge"]), ...create()],
    () => [pick(["prc", "mrg", "co", "other"]), ...create()],
    () => [
      pick(["pr", "issue", "repo", "alias", "", "--"]),
      ...some(["list", "view", "create", "fail", "merge", "status"], 3),
      ...repo(),
    ],
  ];
  const line = pick(lines)();
  return chance(0.05) ? line.slice(0, -1) : line;
}

test(`${Math.ceil(CASES * GH_SHARE)} random gh commands do the same with and without the wrapper (seed ${SEED})`, async (t) => {
  const random = randomOf(SEED + 1);
  const box = await makeSandbox(t);
  box.run("/bin/sh", [
    "-c",
    "mkdir -p ~/.config/gh; printf 'aliases:\\n    prc: pr create --fill\\n    mrg: pr merge --squash\\n    co: pr checkout\\n' >~/.config/gh/config.yml",
  ]);
  for (let i = 0; i < Math.ceil(CASES * GH_SHARE); i += 1) {
    const args = ghLine(random);
    const note = `case ${i}: gh ${JSON.stringify(args)}`;
    box.writeMetadata({ worktree: box.repository, status: "working" });
    const effect = join(box.root, "effect.json");
    rmSync(effect, { force: true });
    const direct = box.run(join(box.tools, "gh"), args, { env: { GH_FAKE_EFFECT: effect } });
    assert.deepEqual(box.run(box.gh, args), direct, note);
    // The fake gh has a parser of its own: what it did is what should be known.
    const done = existsSync(effect) ? JSON.parse(readFileSync(effect, "utf8")) : {};
    const { worktree, status, pr, agentReportedPrIsDraft } = box.metadata();
    // The session has neither pull request nor branch: only its branch's own, by no name, is known to be its.
    const isOwn = done.merged && done.selector === undefined && done.repo === undefined;
    assert.deepEqual(
      { worktree, status, pr, draft: agentReportedPrIsDraft },
      {
        worktree: box.repository,
        status: done.pr ? "pr_open" : isOwn ? "merged" : "working",
        pr: done.pr,
        draft: done.pr && String(done.draft),
      },
      note,
    );
  }
});
