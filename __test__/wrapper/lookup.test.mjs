/** Which program the wrappers start, and that they leave no trace in it. */
import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import { test } from "node:test";
import { bashVersion, makeSandbox, PATH, programs } from "./sandbox.mjs";

test("every spelling of the wrappers' own directory is passed over", async (t) => {
  const box = await makeSandbox(t);
  symlinkSync(box.bin, join(box.root, "link"));
  const spellings = [
    box.bin,
    `${box.bin}/`,
    `${box.bin}//`,
    `${box.home}/.ao/../.ao/bin`,
    `${box.home}/.ao/./bin/.`,
    join(box.root, "link"),
    join(box.root, "link/"),
    "../home/.ao/bin",
  ];
  for (const first of spellings) {
    const env = { PATH: [first, ...spellings, box.tools, PATH].join(delimiter) };
    const version = box.run("/bin/sh", ["-c", "git --version; gh other"], { env });
    assert.deepEqual(version, {
      status: 0,
      signal: null,
      stdout: `${box.real(["--version"])}\nother ["other"]\n`,
      stderr: "",
    });
  }
});

test("copies of wrappers elsewhere in PATH are passed over, ours and the orchestrator's", async (t) => {
  const box = await makeSandbox(t);
  const copies = join(box.root, "copies");
  mkdirSync(copies);
  copyFileSync(box.git, join(copies, "git"));
  copyFileSync(box.gh, join(copies, "gh"));
  const theirs = join(box.root, "theirs");
  const text =
    "#!/usr/bin/env bash\n# ao git wrapper — auto-updates session metadata\necho theirs\n";
  box.program(join(theirs, "git"), text);
  box.program(join(theirs, "gh"), text.replace("ao git", "ao gh"));
  const env = { PATH: [copies, theirs, box.bin, box.tools, PATH].join(delimiter) };
  for (const bin of [box.bin, copies]) {
    assert.equal(
      box.run(join(bin, "git"), ["--version"], { env }).stdout,
      `${box.real(["--version"])}\n`,
    );
    assert.equal(box.run(join(bin, "gh"), ["x"], { env }).stdout, 'other ["x"]\n');
  }
});

test("GH_PATH names the real gh unless it is a wrapper, no program, or not absolute", async (t) => {
  const box = await makeSandbox(t);
  const other = box.program(join(box.root, "other", "my gh"), "#!/bin/sh\necho other gh\n");
  symlinkSync(box.gh, join(box.root, "linked-gh"));
  writeFileSync(join(box.root, "plain"), "#!/bin/sh\n");
  box.program(join(box.repository, "gh"), "#!/bin/sh\necho from the repository\n");
  const answer = (path) => box.run(box.gh, ["x"], { env: { GH_PATH: path } }).stdout;
  assert.equal(answer(other), "other gh\n");
  const others = [
    box.gh,
    `${box.bin}//gh`,
    join(box.root, "linked-gh"),
    join(box.root, "plain"),
    box.root,
    "gh",
    "./gh",
    "",
  ];
  for (const path of others) assert.equal(answer(path), 'other ["x"]\n', path);
});

test("the current directory is looked at only where PATH says so", async (t) => {
  const box = await makeSandbox(t);
  box.program(join(box.repository, "git"), "#!/bin/sh\necho here\n");
  const first = (path) => box.run(box.git, ["--version"], { env: { PATH: path } }).stdout;
  assert.equal(first(`${box.bin}:${PATH}`), `${box.real(["--version"])}\n`);
  assert.equal(first(`${box.bin}::${PATH}`), "here\n");
  // In front of the wrapper stands what has called it, or might: the real program is behind.
  assert.equal(first(`:${box.bin}:${PATH}`), `${box.real(["--version"])}\n`);
  assert.equal(first(`:${box.bin}:/nowhere`), "here\n");
  assert.equal(first(`${box.bin}:`), "here\n");
});

test("the last directory of PATH is looked at like the others", async (t) => {
  const box = await makeSandbox(t);
  assert.equal(
    box.run(box.gh, ["x"], { env: { PATH: `${PATH}:${box.tools}` } }).stdout,
    'other ["x"]\n',
  );
});

test("directories, files without the bit and broken links are no programs", async (t) => {
  const box = await makeSandbox(t);
  const odd = join(box.root, "odd dir [*]");
  mkdirSync(join(odd, "git"), { recursive: true });
  const odder = join(box.root, "odder");
  mkdirSync(odder);
  symlinkSync("/nonexistent", join(odder, "git"));
  const none = join(box.root, "none");
  mkdirSync(none);
  writeFileSync(join(none, "git"), "#!/bin/sh\necho no\n");
  const real = join(box.root, "real dir [*]");
  box.program(join(real, "git"), "#!/bin/sh\necho found\n");
  const env = { PATH: [odd, odder, none, real, PATH].join(delimiter) };
  assert.equal(box.run(box.git, ["--version"], { env }).stdout, "found\n");
});

test("without a real program the wrapper says so and exits with 127", async (t) => {
  const box = await makeSandbox(t);
  rmSync(join(box.tools, "gh"));
  for (const tool of ["git", "gh"]) {
    assert.deepEqual(box.run(join(box.bin, tool), ["status"], { env: { PATH: box.bin } }), {
      status: 127,
      signal: null,
      stdout: "",
      stderr: `ao-wrapper: ${tool} not found in PATH\n`,
    });
  }
});

/** What the program reports of itself behind the wrapper and alone, and its pids. */
async function compare(box, tool, args, options = {}) {
  const direct = await reportOf(box, join(box.tools, tool), args, options);
  const wrapped = await reportOf(box, join(box.bin, tool), args, options);
  if (!restoresPwd) {
    direct.env.PWD = Buffer.from(box.repository).toString("hex");
    delete direct.env.OLDPWD;
  }
  return { direct, wrapped };
}

/** Elsewhere the two are as bash makes them (docs/wrappers.md). */
const restoresPwd = bashVersion >= 5 && existsSync("/proc/self/environ");

function reportOf(box, program, args, { env, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = box.start(program, args, { stdio: ["pipe", "pipe", "pipe"], env, ...options });
    const chunks = { stdout: [], stderr: [] };
    child.stdout.on("data", (data) => chunks.stdout.push(data));
    child.stderr.on("data", (data) => chunks.stderr.push(data));
    child.on("error", reject);
    child.on("close", (status, signal) => {
      const { pid, ...said } = JSON.parse(Buffer.concat(chunks.stdout).toString());
      // Where another program of the name stands behind, the wrapper notes what it has tried (shims.test.mjs).
      delete said.env[`_ao_tried_${basename(program)}`];
      resolve({
        status,
        signal,
        samePid: pid === child.pid,
        stderr: Buffer.concat(chunks.stderr).toString(),
        ...said,
      });
    });
    child.stdin.end(Buffer.from([0, 1, 255, 10]));
  });
}

test("an untracked command is the same process, with no other started before it", async (t) => {
  const box = await makeSandbox(t);
  box.tool("git", "report.py");
  box.tool("gh", "report.py");
  const lines = {
    git: [
      ["--version"],
      ["status"],
      ["-C", "/", "log", "-1"],
      ["commit", "-m", "checkout -b x"],
      ["branch", "--merged"],
      ["branch", "--sort", "-committerdate"],
      ["--git-dir=checkout", "push"],
      ["worktree", "add", "-b", "x", "../y"],
      ["--exec-path", "checkout"],
      [],
    ],
    gh: [
      ["pr", "list"],
      ["issue", "create"],
      ["pr", "create", "--web"],
      ["pr", "merge", "--auto", "7"],
      ["pr", "-R", "create", "view"],
      ["--version"],
      ["api", "graphql"],
      [],
    ],
  };
  for (const [tool, commands] of Object.entries(lines)) {
    for (const args of commands) {
      const env = { REPORT_STATUS: "37" };
      const { direct, wrapped } = await compare(box, tool, args, { env });
      assert.deepEqual(wrapped, direct, `${tool} ${args.join(" ")}`);
      assert.deepEqual([wrapped.status, wrapped.samePid, wrapped.started], [37, true, false]);
    }
  }
});

test("tracked commands are exec'ed too where there is no session to note them for", async (t) => {
  const box = await makeSandbox(t);
  box.tool("git", "report.py");
  for (const env of [
    { AO_SESSION: "" },
    { AO_SESSION: "app-2" },
    { AO_DATA_DIR: join(box.root, "nowhere") },
  ]) {
    const { direct, wrapped } = await compare(box, "git", ["checkout", "-b", "x"], { env });
    assert.deepEqual(wrapped, direct);
    assert.deepEqual([wrapped.samePid, wrapped.started], [true, false]);
  }
});

const environments = {
  "a stale PWD": { PWD: "/usr" },
  "no PWD": { PWD: undefined },
  "an OLDPWD that is gone": { OLDPWD: "/nonexistent" },
  "exported bash functions, one of them called git": {
    "BASH_FUNC_git%%": "() {  echo hijacked\n}",
  },
  "a BASH_ENV that prints and changes PATH": { BASH_ENV: join(programs, "bash-env.sh") },
  "names that no shell can spell": { "npm_config_//registry/:_auth": "x", "A.B": "1" },
  "values with newlines and other bytes": { ODD: "a\nPWD=/wrong\nb\t\u001b[31m" },
  "names that the wrapper might use itself": {
    real: "1",
    dir: "2",
    arg: "3",
    line: "4",
    tool: "5",
    status: "6",
  },
  POSIXLY_CORRECT: { POSIXLY_CORRECT: "1" },
  "a CDPATH and a GLOBIGNORE": { CDPATH: "/usr", GLOBIGNORE: "*" },
};

for (const [what, added] of Object.entries(environments)) {
  test(`the environment reaches the real program as it is: ${what}`, async (t) => {
    const box = await makeSandbox(t);
    box.tool("git", "report.py");
    const env = { PWD: box.repository, ...added };
    for (const args of [["status"], ["checkout", "-b", "x"]]) {
      const { direct, wrapped } = await compare(box, "git", args, { env });
      assert.deepEqual(wrapped.env, direct.env);
      assert.equal(wrapped.stderr, direct.stderr);
    }
  });
}

test("arguments reach the real program as they are", async (t) => {
  const box = await makeSandbox(t);
  box.tool("git", "report.py");
  const odd = [
    "",
    " ",
    "*",
    "$(touch x)",
    "`x`",
    "a\nb",
    "\\",
    "'\"",
    "-n",
    "--",
    "ünï",
    "~",
    "\u0001\u0080",
    "x".repeat(50_000),
  ];
  for (const args of [
    ["log", ...odd],
    ["checkout", ...odd],
  ]) {
    const { direct, wrapped } = await compare(box, "git", args);
    assert.deepEqual(wrapped.args, direct.args);
    assert.equal(wrapped.stdin, "0001ff0a");
  }
});

test("arguments that are no UTF-8 reach the real program as they are", async (t) => {
  const box = await makeSandbox(t);
  box.tool("git", "report.py");
  for (const word of ["log", "checkout"]) {
    const { stdout } = box.run("/bin/sh", ["-c", `git ${word} "$(printf '\\377\\376\\201a')"`]);
    assert.deepEqual(JSON.parse(stdout).args, [Buffer.from(word).toString("hex"), "fffe8161"]);
  }
});
