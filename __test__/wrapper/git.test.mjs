/** Which git commands put a branch into the session's metadata, with real repositories and work trees. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeSandbox } from "./sandbox.mjs";

/** Each begins on `main` with the branches `old` and `other`, and a file `file.txt`. */
const switches = {
  "checkout -b": ["checkout", "-b", "new"],
  "checkout -q -b": ["checkout", "-q", "-b", "new"],
  "checkout -bNEW": ["checkout", "-bnew"],
  "checkout -qb": ["checkout", "-qb", "new"],
  "checkout -B": ["checkout", "-B", "old"],
  "checkout --track -b": ["checkout", "--track", "-b", "new", "main"],
  "checkout -b with options after": ["checkout", "-b", "new", "--no-track", "main"],
  "checkout --orphan": ["checkout", "--orphan", "new"],
  "checkout to another branch": ["checkout", "old"],
  "checkout to another branch, with --": ["checkout", "old", "--"],
  "checkout with an abbreviated option": ["checkout", "--orph", "new"],
  "switch to another branch": ["switch", "old"],
  "switch -c": ["switch", "-c", "new"],
  "switch -cNEW": ["switch", "-cnew"],
  "switch -C": ["switch", "-C", "old"],
  "switch --create": ["switch", "--create", "new"],
  "switch --create=": ["switch", "--create=new"],
  "switch --force-create": ["switch", "--force-create", "old", "main"],
  "switch --orphan": ["switch", "--orphan", "new"],
  "switch with options before": ["switch", "--quiet", "--no-guess", "-c", "new"],
  "branch -m of the current branch": ["branch", "-m", "new"],
  "branch -M over another branch": ["branch", "-M", "old"],
  "branch --move": ["branch", "--move", "main", "new"],
  "branch -fm": ["branch", "-fm", "new"],
  "stash branch": ["stash", "branch", "new"],
  "-C before the command": ["-C", ".", "checkout", "-b", "new"],
  "-c before the command": ["-c", "core.abbrev=7", "switch", "-c", "new"],
  "many options before the command": [
    "-C",
    "/",
    "--no-pager",
    "-c",
    "a.b=checkout",
    "--git-dir=GITDIR",
    "--work-tree",
    "WORKTREE",
    "checkout",
    "-q",
    "-b",
    "new",
  ],
  "--git-dir alone": ["--git-dir", "GITDIR", "checkout", "-b", "new"],
  "--namespace and --literal-pathspecs": [
    "--namespace",
    "checkout",
    "--literal-pathspecs",
    "switch",
    "old",
  ],
  "an alias": ["co", "old"],
  "an alias with arguments": ["nb", "new"],
  "an alias with quotes": ["quoted", "-b", "new"],
  "an alias of an alias": ["nn", "new"],
  "an alias in other letters": ["CO", "old"],
  "an alias given on the command line": ["-c", "alias.go=switch -c", "go", "new"],
  "an alias with options of git itself": ["with-options", "new"],
  "a shell alias": ["sh1", "new"],
  "a shell alias that calls an alias": ["sh2", "new"],
  "a command that git corrects": ["-c", "help.autocorrect=immediate", "chekcout", "-b", "new"],
};

async function prepared(t, options) {
  const box = await makeSandbox(t, options);
  box.real(["branch", "old"]);
  box.real(["branch", "other"]);
  for (const [name, text] of Object.entries({
    co: "checkout",
    nb: "checkout -q -b",
    nn: "nb",
    quoted: "'checkout' --quiet",
    "with-options": "-c core.abbrev=7 checkout -b",
    sh1: '!f() { git checkout -q -b "$1" && git status >/dev/null; }; f',
    sh2: "!git nb",
    st: "status --short",
    oops: "!echo checkout is nothing here",
  }))
    box.real(["config", `alias.${name}`, text]);
  return box;
}

function inPlace(box, args) {
  return args.map((arg) =>
    arg.replace("GITDIR", join(box.repository, ".git")).replace("WORKTREE", box.repository),
  );
}

for (const [what, args] of Object.entries(switches)) {
  test(`records the branch after ${what}`, async (t) => {
    const box = await prepared(t);
    writeFileSync(join(box.repository, "file.txt"), "changed\n");
    // For `stash branch`; where it is in the way of nothing else.
    box.real(args[0] === "stash" ? ["stash"] : ["checkout", "--quiet", "file.txt"]);
    const result = box.run(box.git, inPlace(box, args));
    assert.deepEqual([result.status, result.signal], [0, null], result.stderr);
    assert.deepEqual(box.metadata(), {
      worktree: box.repository,
      status: "working",
      branch: box.head(),
    });
    assert.notEqual(box.head(), "main");
  });
}

/** Each begins on `topic`, which is recorded; `file.txt` is changed. */
const others = {
  "checkout of a file": ["checkout", "--", "file.txt"],
  "checkout of a file without --": ["checkout", "file.txt"],
  "checkout of a file of another branch": ["checkout", "old", "--", "file.txt"],
  "checkout of everything": ["checkout", "."],
  "checkout that fails": ["checkout", "nothing"],
  "checkout -b that fails": ["checkout", "-b", "old"],
  "switch that fails": ["switch", "-c", "old"],
  "checkout to a detached HEAD": ["checkout", "--detach"],
  "switch to a detached HEAD": ["switch", "--detach", "old"],
  "checkout of a commit": ["checkout", "HEAD^0"],
  "checkout to the default branch": ["checkout", "main"],
  "switch to the default branch": ["switch", "main"],
  "branch to make one": ["branch", "new"],
  "branch -m of another branch": ["branch", "-m", "old", "new"],
  "branch -c, which does not switch": ["branch", "-c", "new"],
  "branch --list with a pattern": ["branch", "--list", "-m"],
  "worktree add": ["worktree", "add", "-q", "-b", "new", "../linked"],
  "checkout -h": ["checkout", "-h"],
  "an alias for something else": ["st"],
  "a shell alias that only mentions checkout": ["oops"],
  "an unknown command": ["chekcout", "-b", "new"],
};

for (const [what, args] of Object.entries(others)) {
  test(`records nothing after ${what}`, async (t) => {
    const box = await prepared(t);
    box.run(box.git, ["checkout", "-q", "-b", "topic"]);
    writeFileSync(join(box.repository, "file.txt"), "changed\n");
    const before = readFileSync(box.metadataPath);
    box.run(box.git, args);
    assert.deepEqual(readFileSync(box.metadataPath), before);
  });
}

test("checkout - goes back and is recorded", async (t) => {
  const box = await prepared(t);
  box.run(box.git, ["checkout", "old"]);
  box.run(box.git, ["switch", "other"]);
  box.run(box.git, ["checkout", "-"]);
  assert.deepEqual([box.metadata().branch, box.head()], ["old", "old"]);
});

test("a switch that takes away the directory of -C is recorded", async (t) => {
  const box = await prepared(t);
  const commit = "mkdir dir && echo 1 >dir/f && git add dir && git commit -qm dir";
  box.run("/bin/sh", ["-c", `git switch -q -c new && ${commit}`], { env: { AO_SESSION: "" } });
  box.run(box.git, ["-C", "dir", "checkout", "old"]);
  assert.deepEqual([box.metadata().branch, box.head()], ["old", "old"]);
});

test("a branch that HEAD is on already is recorded when the command names it", async (t) => {
  const box = await prepared(t);
  box.real(["checkout", "-q", "old"]);
  box.run(box.git, ["checkout", "-B", "old"]);
  assert.equal(box.metadata().branch, "old");
});

test("another work tree of the repository, another repository and a submodule are not the session's", async (t) => {
  const box = await prepared(t);
  const linked = join(box.root, "linked");
  box.real(["worktree", "add", "-q", "-b", "linked", linked]);
  const elsewhere = box.makeRepository("elsewhere");
  for (const directory of [linked, elsewhere]) {
    assert.equal(box.run(box.git, ["-C", directory, "checkout", "-q", "-b", "new"]).status, 0);
    box.run(box.git, ["switch", "-q", "-c", "newer"], { cwd: directory });
  }
  assert.deepEqual(box.metadata(), { worktree: box.repository, status: "working" });
});

test("the session's own linked work tree counts, from any directory and with a link in its name", async (t) => {
  const box = await prepared(t);
  const linked = join(box.root, "linked");
  box.real(["worktree", "add", "-q", "-b", "linked", linked]);
  mkdirSync(join(linked, "deep", "er"), { recursive: true });
  box.writeMetadata({ worktree: `${linked}/../linked/`, status: "working" });
  box.run(box.git, ["checkout", "-q", "-b", "new"], { cwd: join(linked, "deep", "er") });
  assert.equal(box.metadata().branch, "new");
  box.run(box.git, ["-C", linked, "switch", "-q", "-c", "newer"], { cwd: "/" });
  assert.equal(box.metadata().branch, "newer");
});

test("without a work tree in the metadata every switch counts; with one that is gone none does", async (t) => {
  const box = await prepared(t, { worktree: false });
  box.run(box.git, ["checkout", "-q", "-b", "one"]);
  assert.deepEqual(box.metadata(), { status: "working", branch: "one" });
  box.writeMetadata({ worktree: join(box.root, "gone"), status: "working" });
  box.run(box.git, ["checkout", "-q", "-b", "two"]);
  assert.deepEqual(box.metadata(), { worktree: join(box.root, "gone"), status: "working" });
});

test("the default branch is what the remote says", async (t) => {
  const box = await prepared(t);
  const clone = join(box.root, "clone");
  box.real(["checkout", "-q", "-b", "develop"]);
  box.real(["clone", "-q", box.repository, clone]);
  box.writeMetadata({ worktree: clone, status: "working" });
  box.run(box.git, ["checkout", "-q", "main"], { cwd: clone });
  assert.equal(box.metadata().branch, "main");
  box.run(box.git, ["checkout", "-q", "develop"], { cwd: clone });
  assert.equal(box.metadata().branch, "main");
  box.run(box.git, ["checkout", "-q", "--track", "origin/old"], { cwd: clone });
  assert.equal(box.metadata().branch, "old");
});

test("git's own environment variables mean what they mean to git", async (t) => {
  const box = await prepared(t);
  const env = { GIT_DIR: join(box.repository, ".git"), GIT_WORK_TREE: box.repository };
  box.run(box.git, ["checkout", "-q", "-b", "new"], { env, cwd: "/" });
  assert.equal(box.metadata().branch, "new");
});

test("a failing hook makes the command fail, and then nothing is recorded", async (t) => {
  const box = await prepared(t);
  box.program(join(box.repository, ".git", "hooks", "post-checkout"), "#!/bin/sh\nexit 9\n");
  const result = box.run(box.git, ["checkout", "-q", "-b", "new"]);
  assert.deepEqual([result.status, box.head()], [1, "new"]);
  assert.equal(box.metadata().branch, undefined);
});

test("JSON metadata is updated as well", async (t) => {
  const box = await prepared(t, { format: "json" });
  box.run(box.git, ["checkout", "-q", "-b", "new"]);
  assert.deepEqual(box.metadata(), { worktree: box.repository, status: "working", branch: "new" });
});

test("a wrapper reached through a link finds its helper", async (t) => {
  const box = await prepared(t);
  const links = join(box.root, "links");
  mkdirSync(links);
  box.run("ln", ["-s", "../home/.ao/bin/git", join(links, "git")]);
  box.run(join(links, "git"), ["checkout", "-q", "-b", "new"]);
  assert.equal(box.metadata().branch, "new");
});

test("a helper that is missing costs the note, not the command", async (t) => {
  const box = await prepared(t);
  box.run("rm", [join(box.bin, "ao-metadata-helper.sh")]);
  const result = box.run(box.git, ["checkout", "-b", "new"]);
  assert.deepEqual([result.status, result.stderr], [0, "Switched to a new branch 'new'\n"]);
});

test("AO_WRAPPER_DEBUG explains on stderr and changes nothing else", async (t) => {
  const box = await prepared(t);
  const env = { AO_WRAPPER_DEBUG: "1" };
  const status = box.run(box.git, ["rev-parse", "HEAD"], { env });
  assert.match(status.stderr, /^ao-wrapper: exec \/.*\/git\n$/);
  assert.equal(status.stdout, `${box.real(["rev-parse", "HEAD"])}\n`);
  const nb = box.run(box.git, ["nb", "new"], { env });
  assert.equal(nb.stdout, "");
  assert.match(nb.stderr, /^ao-wrapper: alias nb = checkout -q -b\n/);
  assert.match(nb.stderr, /\nao-wrapper: branch=new noted for session app-1: status 0\n$/);
});
