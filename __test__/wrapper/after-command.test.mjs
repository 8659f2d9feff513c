/** What the hook notes after a command that the wrappers did not see. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { installWrappers } from "@ao/plugin-codex/native";

/** What Codex 0.169 sends after a command, in its order. */
const sent = (cwd, command, response = "") => ({
  session_id: "01a22142-821c-7fc2-b324-bbb99677c319",
  turn_id: "01a22142-8242-7ed3-bed5-988d20f1a8e6",
  transcript_path: "/home/dev/.codex/sessions/2026/11/28/rollout-x.jsonl",
  cwd,
  hook_event_name: "PostToolUse",
  model: "gpt-6-sol",
  permission_mode: "default",
  tool_name: "Bash",
  tool_input: { command },
  tool_response: response,
  tool_use_id: "call_1",
});

const git = (...args) =>
  execFileSync("git", ["-c", "user.name=a", "-c", "user.email=b", ...args], { encoding: "utf8" });

/** A session whose work tree is on `main`, with a repository behind it. */
const makeSession = async (t, { remote = null, metadata = {} } = {}) => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "after-")));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const main = join(root, "main");
  const tree = join(root, "it's a tree");
  git("init", "-q", "-b", "main", main);
  git("-C", main, "commit", "-q", "--allow-empty", "-m", "start");
  if (remote !== null) git("-C", main, "remote", "add", "origin", remote);
  git("-C", main, "worktree", "add", "-q", "--detach", tree);
  const { status } = await installWrappers({
    aoHome: join(root, ".ao"),
    nodePath: process.execPath,
  });
  mkdirSync(join(root, "data"));
  const file = join(root, "data", "app-1.json");
  writeFileSync(file, JSON.stringify({ worktree: tree, ...metadata }, null, 2));
  const hook = (input) => {
    const {
      status: code,
      stdout,
      stderr,
    } = spawnSync("/bin/sh", ["-c", '/bin/cat | "$0"', join(status.directory, "ao-codex-hook")], {
      input: typeof input === "string" ? input : JSON.stringify(input),
      encoding: "utf8",
      timeout: 60_000,
      env: {
        HOME: homedir(),
        TMPDIR: tmpdir(),
        PATH: process.env.PATH,
        AO_SESSION: "app-1",
        AO_DATA_DIR: join(root, "data"),
      },
    });
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: "", stderr: "" });
  };
  return {
    root,
    main,
    tree,
    hook,
    events: join(root, ".ao", "codex", "events", "app-1.jsonl"),
    metadata: () => {
      const { worktree: _, agentReportedAt: __, ...rest } = JSON.parse(readFileSync(file, "utf8"));
      return rest;
    },
  };
};

test("a branch that a command has made is noted, and the command is not", async (t) => {
  const { events, hook, metadata, tree } = await makeSession(t);
  git("-C", tree, "checkout", "-q", "-b", "feat/a");
  hook(sent(tree, "git checkout -q -b feat/a"));
  assert.deepEqual(metadata(), { branch: "feat/a" });
  assert.equal(existsSync(events), false);
  git("-C", tree, "checkout", "-q", "-b", "feat/b");
  hook(sent(tree, "ls"));
  assert.deepEqual(metadata(), { branch: "feat/a" });
});

test("no branch, the default branch, and what is no branch of the session's are not noted", async (t) => {
  const { hook, main, metadata, root, tree } = await makeSession(t, {
    metadata: { branch: "old" },
  });
  hook(sent(tree, "git status"));
  git("-C", main, "checkout", "-q", "-b", "elsewhere");
  hook(sent(main, "git checkout -b elsewhere"));
  git("-C", tree, "checkout", "-q", "main");
  hook(sent(tree, "git checkout main"));
  hook(sent(join(root, "gone"), "git checkout -b x"));
  hook(sent(root, "git checkout -b x"));
  assert.deepEqual(metadata(), { branch: "old" });
  git("-C", main, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk");
  git("-C", tree, "checkout", "-q", "-b", "trunk");
  hook(sent(tree, "git checkout -b trunk"));
  assert.deepEqual(metadata(), { branch: "old" });
});

const URL = "https://github.com/acme/app/pull/7";
const PR = {
  pr: URL,
  status: "pr_open",
  agentReportedState: "pr_created",
  agentReportedPrUrl: URL,
  agentReportedPrNumber: "7",
  agentReportedPrIsDraft: "false",
};

test("a pull request that a command has made is noted once", async (t) => {
  const { hook, metadata, tree } = await makeSession(t);
  const printed = `Creating pull request for feat into main in acme/app\n\n${URL}\n`;
  hook(sent(tree, 'cd x && gh pr create --title "a \\"b\\"" --body c', printed));
  assert.deepEqual(metadata(), PR);
  hook(sent(tree, "gh pr create --draft", `a pull request already exists:\n${URL}`));
  assert.deepEqual(metadata(), PR);
});

test("a draft, a long text, and other addresses around it", async (t) => {
  const { hook, metadata, tree } = await makeSession(t, { remote: "git@github.com:Acme/App.git" });
  const body = `See https://github.com/acme/app/pull/1 "and" more.\n`.repeat(300);
  const printed = `remote: https://github.com/acme/app/pull/new/feat\n${URL}\n`;
  hook(sent(tree, `gh pr new -d --body '${body}'`, printed));
  assert.deepEqual(metadata(), {
    ...PR,
    agentReportedState: "draft_pr_created",
    agentReportedPrIsDraft: "true",
  });
});

test("what only looks like a pull request of the session's is not noted", async (t) => {
  const { hook, metadata, tree } = await makeSession(t, { remote: "https://github.com/acme/app" });
  hook(sent(tree, "gh pr view 7", URL));
  hook(sent(tree, "cat notes.md", `gh pr create gave ${URL}`));
  hook(sent(tree, "gh pr create", "https://github.com/somebody/else/pull/7"));
  hook(sent(tree, "gh pr create", "https://github.com/acme/app/pull/new/feat\nno pull request"));
  hook(sent(tree, "gh pr create", "https://github.com/acme/app/pull/$(touch pwned)"));
  hook(sent(tree, "gh pr create", "failed"));
  assert.deepEqual(metadata(), {});
});

test("what a repository puts in place of git's own files is not waited for, followed or run", async (t) => {
  const { hook, metadata, root } = await makeSession(t);
  const odd = join(root, "odd");
  mkdirSync(join(odd, ".git"), { recursive: true });
  execFileSync("mkfifo", [join(odd, ".git", "HEAD"), join(odd, ".git", "config")]);
  hook(sent(odd, "git status && gh pr create", "nothing"));
  const linked = join(root, "linked");
  mkdirSync(linked);
  writeFileSync(join(root, "file"), "gitdir: nowhere\n");
  symlinkSync(join(root, "file"), join(linked, ".git"));
  hook(sent(linked, "git status"));
  hook(JSON.stringify(sent(odd, "git status")).slice(0, 300));
  hook(sent(odd, '"'.repeat(60_000)));
  assert.deepEqual(metadata(), {});
});
