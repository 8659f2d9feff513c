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

test("a failed pr create and a failed merge record nothing and fail the same way", async (t) => {
  const box = await makeSandbox(t);
  const env = { GH_FAKE_FAIL: "1" };
  const before = readFileSync(box.metadataPath);
  for (const args of [
    ["pr", "create", "--fill"],
    ["pr", "merge", "7", "--squash"],
  ]) {
    const direct = box.run(join(box.tools, "gh"), args, { env });
    assert.equal(direct.status, 1);
    assert.deepEqual(box.run(box.gh, args, { env }), direct);
  }
  assert.deepEqual(readFileSync(box.metadataPath), before);
});

for (const args of [
  ["pr", "merge"],
  ["pr", "merge", "7", "--squash", "-d"],
  ["-R", "a/b", "pr", "merge", "-t", "--auto"],
  ["pr", "merge", "--auto=false"],
]) {
  test(`records the merge after ${args.join(" ")}`, async (t) => {
    const box = await makeSandbox(t);
    assert.deepEqual(box.run(box.gh, args), {
      status: 0,
      signal: null,
      stdout: "",
      stderr: "✓ Merged pull request #7\n",
    });
    assert.deepEqual(box.metadata(), { worktree: box.repository, status: "merged" });
  });
}

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
    "#!/bin/sh\nsleep 30 2>/dev/null &\necho $! >&2\necho https://github.com/o/r/pull/3\n",
  );
  const started = Date.now();
  const result = box.run("/bin/sh", ["-c", "gh pr create >out; cat out"]);
  process.kill(Number(result.stderr), "SIGKILL");
  assert.equal(result.stdout, "https://github.com/o/r/pull/3\n");
  assert.ok(Date.now() - started < 15_000);
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
