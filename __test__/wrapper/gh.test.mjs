/** Which gh commands put a pull request into the session's metadata, with a gh that needs no account. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeSandbox } from "./sandbox.mjs";

const URL = "https://github.com/owner/repo/pull/7";
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** The metadata without the time, which must be one. */
function noted(box) {
  const { agentReportedAt, ...rest } = box.metadata();
  assert.match(agentReportedAt, TIME);
  return rest;
}

function opened(box, { url = URL, draft = false } = {}) {
  return {
    worktree: box.repository,
    status: "pr_open",
    pr: url,
    agentReportedState: draft ? "draft_pr_created" : "pr_created",
    agentReportedPrUrl: url,
    agentReportedPrNumber: "7",
    agentReportedPrIsDraft: String(draft),
  };
}

const creations = {
  "pr create": [["pr", "create", "--fill"]],
  "pr new": [["pr", "new", "--fill"]],
  "flags with values that look like others": [
    ["pr", "create", "--title", "--web", "-b", "--dry-run"],
  ],
  "values in the same argument": [["pr", "create", "--title=x", "-bweb", "-B=main"]],
  "a cluster of flags": [["pr", "create", "-fd"], { draft: true }],
  "--draft": [["pr", "create", "--draft", "--fill"], { draft: true }],
  "--draft=false": [["pr", "create", "--draft=false", "--fill"]],
  "--web=false": [["pr", "create", "--fill", "--web=false"]],
  "-R before the command": [
    ["-R", "a/b", "pr", "create", "--fill"],
    { url: "https://github.com/a/b/pull/7" },
  ],
  "-R between the words": [
    ["pr", "-R", "a/b", "create", "--fill"],
    { url: "https://github.com/a/b/pull/7" },
  ],
  "--repo= after them": [
    ["pr", "create", "--fill", "--repo=a/b"],
    { url: "https://github.com/a/b/pull/7" },
  ],
  "an alias": [["prc", "-t", "x"]],
  "an alias of an alias": [["again"]],
};

for (const format of ["pairs", "json"]) {
  for (const [what, [args, expected]] of Object.entries(creations)) {
    test(`records a pull request after ${what} (${format})`, async (t) => {
      const box = await makeSandbox(t, { format });
      writeAliases(box);
      const env = { GH_LOG: box.env.GH_LOG };
      const result = box.run(box.gh, args, { env });
      assert.deepEqual(
        [result.status, result.stdout],
        [0, `${expected?.url ?? URL}\n`],
        result.stderr,
      );
      assert.deepEqual(noted(box), opened(box, expected));
      // Nobody was asked: the address was on stdout.
      assert.deepEqual(box.ghCalls(), [args]);
    });
  }
}

function writeAliases(box) {
  mkdirSync(join(box.home, ".config", "gh"), { recursive: true });
  writeFileSync(
    join(box.home, ".config", "gh", "config.yml"),
    "version: 1\naliases:\n    co: pr checkout\n    prc: pr create --fill\n    again: pr create --fill\n    shell: '!gh pr create --fill'\nprompt: enabled\n",
  );
}

const nothings = {
  "pr create --web": ["pr", "create", "--web"],
  "pr create -w in a cluster": ["pr", "create", "-fw"],
  "pr create --dry-run": ["pr", "create", "--fill", "--dry-run"],
  "pr create --help": ["pr", "create", "--help"],
  "pr create -h": ["pr", "create", "-h"],
  "pr create without what it needs": ["pr", "create"],
  "pr create with a flag that is unknown": ["pr", "create", "--fill", "--nonsense"],
  "pr create as an argument of something else": ["pr", "view", "pr", "create"],
  "pr --web create, where --web takes create along": ["pr", "--web", "create", "--fill"],
  "issue create": ["issue", "create", "--title", "pr create"],
  "pr merge --auto": ["pr", "merge", "--auto", "7"],
  "pr merge --disable-auto": ["pr", "merge", "7", "--disable-auto"],
  "pr merge --help": ["pr", "merge", "--help"],
  "an alias for something else": ["co", "7"],
};

for (const [what, args] of Object.entries(nothings)) {
  test(`records nothing after ${what}`, async (t) => {
    const box = await makeSandbox(t);
    writeAliases(box);
    const before = readFileSync(box.metadataPath);
    const direct = box.run(join(box.tools, "gh"), args);
    assert.deepEqual(box.run(box.gh, args), direct);
    assert.deepEqual(readFileSync(box.metadataPath), before);
  });
}

test("a failed merge records nothing and fails the same way", async (t) => {
  const box = await makeSandbox(t);
  const env = { GH_FAKE_FAIL: "1" };
  const before = readFileSync(box.metadataPath);
  const args = ["pr", "merge", "7", "--squash"];
  const direct = box.run(join(box.tools, "gh"), args, { env });
  assert.equal(direct.status, 1);
  assert.deepEqual(box.run(box.gh, args, { env }), direct);
  assert.deepEqual(readFileSync(box.metadataPath), before);
});

test("a pull request that exists already is noted, and the command fails the same way", async (t) => {
  const env = { GH_FAKE_FAIL: "1" };
  const args = ["pr", "create", "--fill"];
  const apart = await makeSandbox(t);
  const direct = apart.run(join(apart.tools, "gh"), args, { env });
  assert.equal(direct.status, 1);
  assert.deepEqual(apart.run(apart.gh, args, { env }), direct);
  assert.deepEqual(noted(apart), opened(apart, {}));
  const together = await makeSandbox(t);
  const said = together.run("/bin/sh", ["-c", '"$0" pr create --fill 2>&1', together.gh], { env });
  assert.deepEqual(said, { ...direct, stdout: direct.stderr, stderr: "" });
  assert.deepEqual(noted(together), opened(together, {}));
});

/** Merges in a repository whose session has the pull request 7 of owner/repo, on the branch `feature`. */
const MERGES = {
  "its branch's": [["pr", "merge"], true],
  "its number": [["pr", "merge", "7", "--squash", "-d"], true],
  "its number with a sign": [["pr", "merge", "#7"], true],
  "its number in its repository": [["-R", "owner/repo", "pr", "merge", "7", "-t", "--auto"], true],
  "its number in its repository, on the host": [
    ["pr", "merge", "7", "--repo=github.com/Owner/Repo"],
    true,
  ],
  "its number in its repository, by address": [
    ["pr", "merge", "7", "-R", "https://github.com/owner/repo.git"],
    true,
  ],
  "its address": [["pr", "merge", "https://github.com/owner/repo/pull/7"], true],
  "a page of its address": [["pr", "merge", "https://github.com/owner/repo/pull/7/files#x"], true],
  "its branch by name": [["pr", "merge", "feature", "--rebase"], true],
  "not by itself": [["pr", "merge", "--auto=false"], true],
  "another number": [["pr", "merge", "55", "--squash"], false],
  "another number behind --": [["pr", "merge", "--", "55"], false],
  "its number in another repository": [["pr", "merge", "7", "-R", "owner/other"], false],
  "its number in a repository of that end": [["pr", "merge", "7", "-R", "x/repo"], false],
  "another address": [["pr", "merge", "https://github.com/owner/repo/pull/70"], false],
  "an address elsewhere": [["pr", "merge", "https://github.com/owner/other/pull/7"], false],
  "its branch in another repository": [["pr", "merge", "feature", "-R", "owner/other"], false],
};

for (const format of ["pairs", "json"]) {
  for (const [what, [args, isOwn]] of Object.entries(MERGES)) {
    test(`a merge of ${what} is ${isOwn ? "" : "not "}the session's (${format})`, async (t) => {
      const box = await makeSandbox(t, { format });
      const before = {
        worktree: box.repository,
        branch: "feature",
        pr: "https://github.com/owner/repo/pull/7",
        status: "pr_open",
      };
      box.writeMetadata(before);
      assert.deepEqual(box.run(box.gh, args), {
        status: 0,
        signal: null,
        stdout: "",
        stderr: "✓ Merged pull request #7\n",
      });
      assert.deepEqual(box.metadata(), isOwn ? { ...before, status: "merged" } : before);
    });
  }
}

test("where neither its pull request nor its branch tells, gh is asked whose it was", async (t) => {
  const merged = async (metadata, answer, args, options) => {
    const box = await makeSandbox(t);
    box.writeMetadata({ worktree: box.repository, status: "working", ...metadata });
    const state = join(box.root, "state.json");
    writeFileSync(state, JSON.stringify(answer));
    box.run(box.gh, args, { env: { GH_FAKE_STATE: state }, ...options });
    return box.metadata().status === "merged";
  };
  const branch = "feature";
  const pr = "https://github.com/owner/repo/pull/7";
  const own = { headRefName: branch, url: pr };
  const other = { headRefName: "other", url: "https://github.com/owner/repo/pull/55" };
  assert.equal(await merged({ branch }, own, ["pr", "merge", "7"]), true);
  assert.equal(await merged({ branch }, other, ["pr", "merge", "55"]), false);
  assert.equal(await merged({ branch }, own, ["pr", "merge", pr]), true);
  assert.equal(await merged({ pr }, own, ["pr", "merge", "owner:feature"]), true);
  assert.equal(await merged({ pr }, other, ["pr", "merge", "other"]), false);
  assert.equal(await merged({}, own, ["pr", "merge", "7"]), false);
  // In another work tree a number and a branch may be another repository's.
  const elsewhere = { cwd: "/" };
  assert.equal(await merged({ branch, pr }, own, ["pr", "merge", "7"], elsewhere), true);
  assert.equal(await merged({ branch, pr }, other, ["pr", "merge", "7"], elsewhere), false);
});

test("an address of GitHub Enterprise counts", async (t) => {
  const box = await makeSandbox(t);
  box.run(box.gh, ["pr", "create", "--fill"], { env: { GH_FAKE_HOST: "git.example.co.uk:8443" } });
  assert.deepEqual(
    noted(box),
    opened(box, { url: "https://git.example.co.uk:8443/owner/repo/pull/7" }),
  );
});

test("a shell alias comes through the wrapper by itself", async (t) => {
  const box = await makeSandbox(t, { gh: "report.py" });
  writeAliases(box);
  const { stdout } = box.run(box.gh, ["shell"], { input: "" });
  assert.equal(JSON.parse(stdout).started, false);
});

test("stdout passes byte for byte and as it comes, stderr beside it", async (t) => {
  const box = await makeSandbox(t);
  box.program(
    join(box.tools, "gh"),
    "#!/bin/sh\nprintf 'no newline \\000\\377 yet'; printf 'err' >&2; read -r go; printf '\\nhttps://github.com/o/r/pull/3\\r\\n tail'\n",
  );
  const child = box.start(box.gh, ["pr", "create"], { stdio: "pipe" });
  const out = [];
  const err = [];
  child.stderr.on("data", (data) => err.push(data));
  // The program goes on only when its first bytes have arrived.
  child.stdout.on("data", (data) => {
    out.push(data);
    child.stdin.write("go\n");
  });
  const status = await new Promise((resolve) => child.on("close", resolve));
  const expected = Buffer.from(
    "no newline \0\xff yet\nhttps://github.com/o/r/pull/3\r\n tail",
    "latin1",
  );
  assert.deepEqual(
    [status, Buffer.concat(out), Buffer.concat(err).toString()],
    [0, expected, "err"],
  );
  assert.equal(box.metadata().pr, "https://github.com/o/r/pull/3");
});

test("a process that gh leaves behind with its stdout is not waited for", async (t) => {
  const box = await makeSandbox(t);
  box.program(
    join(box.tools, "gh"),
    "#!/bin/sh\nsleep 60 2>/dev/null &\necho $! >&2\necho https://github.com/o/r/pull/3\n",
  );
  const result = box.run("/bin/sh", ["-c", "gh pr create >out; cat out"]);
  // It still runs: to a process that is gone no signal can be sent.
  process.kill(Number(result.stderr), "SIGKILL");
  assert.equal(result.stdout, "https://github.com/o/r/pull/3\n");
});

test("with stdout closed gh is asked for the address", async (t) => {
  const box = await makeSandbox(t);
  box.program(
    join(box.tools, "gh"),
    '#!/bin/sh\ncase "$2" in create) exit 0 ;; esac\necho "$*" >>"$GH_LOG"; echo \'{"url": "https://github.com/o/r/pull/7", "isDraft": true}\'\n',
  );
  box.run("/bin/sh", ["-c", "gh pr create -R o/r -H topic >&-"]);
  assert.deepEqual(noted(box), opened(box, { url: "https://github.com/o/r/pull/7", draft: true }));
  assert.equal(
    readFileSync(box.env.GH_LOG, "utf8"),
    "pr view topic --repo o/r --json url,isDraft\n",
  );
});

test("a gh that cannot say whether it is a draft is asked for the address alone", async (t) => {
  const box = await makeSandbox(t);
  box.program(
    join(box.tools, "gh"),
    '#!/bin/sh\ncase "$*" in\n"pr view --json url") echo \'{"url":"https://github.com/owner/repo/pull/7"}\' ;;\n"pr view"*) exit 1 ;;\nesac\n',
  );
  box.run("/bin/sh", ["-c", "gh pr create --draft >&-"]);
  assert.deepEqual(noted(box), opened(box, { draft: true }));
});
