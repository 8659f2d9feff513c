/** Terminals and signals: a tracked command behaves as without the wrapper, and ends it as it ended. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { makeSandbox, programs, python, realGit } from "./sandbox.mjs";

const URL = "https://github.com/owner/repo/pull/7";

/** Runs a program on a terminal; `steps` are pairs of what to wait for and what to type. */
function onTerminal(box, program, args, steps = [], env = {}) {
  const result = box.run(
    python,
    [join(programs, "terminal.py"), JSON.stringify(steps), program, ...args],
    { env },
  );
  assert.equal(result.stderr, "");
  return JSON.parse(result.stdout);
}

test("gh pr create on a terminal asks its questions, and the address is asked for afterwards", async (t) => {
  const box = await makeSandbox(t);
  const steps = [
    ["? Title ", "My title\r"],
    ["[Submit/draft] ", "draft\r"],
  ];
  const direct = onTerminal(box, join(box.tools, "gh"), ["pr", "create"], steps, {
    GH_FAKE_STATE: join(box.root, "direct.json"),
  });
  assert.match(direct.output, /\? Title .*Creating draft pull request/s);
  const env = {
    GH_FAKE_STATE: join(box.root, "state.json"),
    GH_LOG: join(box.root, "wrapped.log"),
  };
  assert.deepEqual(onTerminal(box, box.gh, ["pr", "create"], steps, env), direct);
  assert.deepEqual(
    [box.metadata().pr, box.metadata().agentReportedState],
    [URL, "draft_pr_created"],
  );
  const calls = readFileSync(env.GH_LOG, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(calls, [
    ["pr", "create"],
    ["pr", "view", "--json", "url,isDraft"],
  ]);
});

test("on a terminal gh is asked for the branch and the repository that the pull request is of", async (t) => {
  const box = await makeSandbox(t);
  const env = { GH_FAKE_STATE: join(box.root, "state.json") };
  box.real(["checkout", "-q", "-b", "topic"]);
  onTerminal(box, box.gh, ["pr", "create", "-R", "a/b", "--fill"], [], env);
  onTerminal(box, box.gh, ["pr", "create", "--fill", "--head=fork:x"], [], {
    GH_FAKE_STATE: join(box.root, "state2.json"),
  });
  assert.deepEqual(
    box.ghCalls().filter((args) => args[1] === "view"),
    [
      ["pr", "view", "topic", "--repo", "a/b", "--json", "url,isDraft"],
      ["pr", "view", "fork:x", "--json", "url,isDraft"],
    ],
  );
  assert.equal(box.metadata().pr, URL);
});

test("Ctrl-C at a question of gh records nothing", async (t) => {
  const box = await makeSandbox(t);
  const before = box.metadata();
  const steps = [["? Title ", "\u0003"]];
  const direct = onTerminal(box, join(box.tools, "gh"), ["pr", "create"], steps);
  assert.equal(direct.status, 2);
  assert.deepEqual(onTerminal(box, box.gh, ["pr", "create"], steps), direct);
  assert.deepEqual(box.metadata(), before);
});

test("Ctrl-C ends the program and the wrapper by SIGINT", async (t) => {
  const box = await makeSandbox(t);
  box.program(join(box.tools, "gh"), "#!/bin/sh\necho ready\nexec sleep 30\n");
  for (const args of [
    ["pr", "create"],
    ["pr", "merge"],
    ["pr", "view"],
  ]) {
    const { signal, status } = onTerminal(box, box.gh, args, [["ready", "\u0003"]]);
    assert.deepEqual({ signal, status }, { signal: "SIGINT", status: null });
  }
});

test("Ctrl-C that the program handles counts as the program says", async (t) => {
  const box = await makeSandbox(t);
  box.program(
    join(box.tools, "gh"),
    "#!/bin/bash\ntrap 'echo caught; exit 5' INT\necho ready\nwhile :; do read -r -t 1 _; done\n",
  );
  const direct = onTerminal(box, join(box.tools, "gh"), ["pr", "merge"], [["ready", "\u0003"]]);
  assert.deepEqual([direct.status, direct.output.match(/caught/g).length], [5, 1]);
  assert.deepEqual(onTerminal(box, box.gh, ["pr", "merge"], [["ready", "\u0003"]]), direct);
});

test("git checkout -p on a terminal asks and gets its answer", async (t) => {
  const box = await makeSandbox(t);
  const path = join(box.repository, "file.txt");
  writeFileSync(path, "two\n");
  const { status, output } = onTerminal(box, box.git, ["checkout", "-p"], [["[y,n", "y\r"]], {
    PAGER: "cat",
  });
  assert.equal(status, 0, output);
  assert.equal(readFileSync(path, "utf8"), "one\n");
});

test("Ctrl-Z stops the wrapper together with its program, and both go on", async (t) => {
  const box = await makeSandbox(t);
  box.program(join(box.tools, "gh"), '#!/bin/bash\necho ready\nread -r line\necho "got $line"\n');
  const script = 'set -m; gh pr merge; echo "stopped $?"; fg >/dev/null; echo "ended $?"';
  const { output, status } = onTerminal(
    box,
    "bash",
    ["--norc", "-i", "-c", script], // before bash 4 only an interactive shell notices that its job was stopped
    [
      ["ready", "\u001a"],
      ["stopped", "hello\r"],
    ],
  );
  assert.match(output, /stopped 148\r\n.*got hello\r\nended 0\r\n$/s);
  assert.equal(status, 0);
  assert.equal(box.metadata().status, "merged");
});

/**
 * A program that says when it is ready, what signal it got, and ends by that signal. As git it does so only where it is
 * run in the user's place: what the wrapper itself asks (`symbolic-ref`, `rev-parse`) is answered by the real one.
 */
const WAITS = `#!${python} -S
import os, signal, sys, time
if os.path.basename(sys.argv[0]) == "git" and sys.argv[1] != "checkout":
    os.execv("${realGit}", ["git"] + sys.argv[1:])
def got(number, frame):
    os.write(2, (signal.Signals(number).name + "\\n").encode())
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1):
    signal.signal(number, got)
os.write(1, b"ready\\n")
time.sleep(30)
`;

/** Starts a program, does something to it when it is ready, and says how it ended. */
async function interrupted(box, program, args, act, options) {
  const child = box.start(program, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  let stderr = "";
  child.stderr.on("data", (data) => (stderr += data));
  child.stdout.once("data", () => act(child));
  const [status, signal] = await new Promise((resolve) =>
    child.on("close", (...end) => resolve(end)),
  );
  return { status, signal, stderr };
}

for (const signal of ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1"]) {
  for (const [tool, args] of [
    ["git", ["checkout", "x"]],
    ["gh", ["pr", "create"]],
    ["gh", ["pr", "merge"]],
  ]) {
    test(`${signal} to the wrapper reaches ${tool} ${args.join(" ")} and ends the wrapper by it`, async (t) => {
      const box = await makeSandbox(t);
      const before = box.metadata();
      box.program(join(box.tools, tool), WAITS);
      const result = await interrupted(box, join(box.bin, tool), args, (child) =>
        child.kill(signal),
      );
      assert.deepEqual(result, { status: null, signal, stderr: `${signal}\n` });
      assert.deepEqual(box.metadata(), before);
    });
  }
  test(`${signal} to the whole process group reaches the program once`, async (t) => {
    const box = await makeSandbox(t);
    box.program(join(box.tools, "gh"), WAITS);
    const result = await interrupted(
      box,
      box.gh,
      ["pr", "merge"],
      (child) => process.kill(-child.pid, signal),
      { detached: true },
    );
    assert.deepEqual(result, { status: null, signal, stderr: `${signal}\n` });
  });
}

test("a signal that was ignored when the wrapper began stays ignored", async (t) => {
  const box = await makeSandbox(t);
  box.program(join(box.tools, "gh"), "#!/bin/sh\necho ready\nsleep 1\necho over >&2\n");
  const act = (child) => process.kill(-child.pid, "SIGINT");
  const result = await interrupted(box, "/bin/sh", ["-c", "trap '' INT; exec gh pr merge"], act, {
    detached: true,
  });
  assert.deepEqual(result, { status: 0, signal: null, stderr: "over\n" });
});

for (const status of [1, 2, 126, 127, 128, 129, 130, 137, 139, 143, 255]) {
  test(`exit status ${status} stays an exit status`, async (t) => {
    const box = await makeSandbox(t);
    box.program(join(box.tools, "gh"), `#!/bin/sh\nexit ${status}\n`);
    for (const args of [
      ["pr", "create"],
      ["pr", "merge"],
      ["pr", "view"],
    ])
      assert.deepEqual(box.run(box.gh, args), { status, signal: null, stdout: "", stderr: "" });
  });
}

test("a program that is killed from elsewhere ends the wrapper with 128 and the signal's number", async (t) => {
  const box = await makeSandbox(t);
  for (const [signal, number] of [
    ["KILL", 9],
    ["SEGV", 11],
    ["HUP", 1],
    ["TERM", 15],
  ]) {
    box.program(join(box.tools, "gh"), `#!/bin/sh\nulimit -c 0\nkill -${signal} $$\n`);
    for (const args of [
      ["pr", "create"],
      ["pr", "merge"],
    ])
      assert.deepEqual(box.run(box.gh, args), {
        status: 128 + number,
        signal: null,
        stdout: "",
        stderr: "",
      });
  }
});

test("a reader that goes away ends gh as it would have", async (t) => {
  const box = await makeSandbox(t);
  box.program(join(box.tools, "gh"), "#!/bin/sh\nwhile echo x 2>/dev/null; do :; done\n");
  const { stdout, status } = box.run("bash", ["-c", "gh pr create | head -n 1"], {
    timeout: 60_000,
  });
  assert.deepEqual([stdout, status], ["x\n", 0]);
});

test("closed streams stay closed", async (t) => {
  const box = await makeSandbox(t);
  box.program(
    join(box.tools, "gh"),
    `#!/bin/sh\nfor fd in 0 1; do (: 9<&$fd) 2>/dev/null || printf '%s ' $fd >>"$GH_LOG"; done\n`,
  );
  for (const closing of ["<&-", ">&-", "<&- >&-"]) {
    const script = `rm -f "$GH_LOG"; gh pr merge ${closing}; gh pr create ${closing}; gh pr view ${closing}`;
    box.run("/bin/sh", ["-c", script]);
    const wrapped = readFileSync(box.env.GH_LOG, "utf8");
    box.run("/bin/sh", ["-c", script.replaceAll("gh pr", `${box.tools}/gh pr`)]);
    assert.equal(wrapped, readFileSync(box.env.GH_LOG, "utf8"), closing);
  }
});

test("no temporary file is left behind", async (t) => {
  const box = await makeSandbox(t);
  const temporary = join(box.root, "tmp");
  box.run("mkdir", [temporary]);
  box.program(join(box.tools, "gh"), WAITS);
  const env = { TMPDIR: temporary };
  const child = await interrupted(
    box,
    box.gh,
    ["pr", "create"],
    (process) => process.kill("SIGTERM"),
    { env: { ...box.env, ...env } },
  );
  assert.equal(child.signal, "SIGTERM");
  await delay(50);
  assert.equal(existsSync(temporary) && box.run("ls", ["-A", temporary]).stdout, "");
});
