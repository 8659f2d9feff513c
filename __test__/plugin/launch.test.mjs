import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmod, mkdir, readdir, readFile, rm, stat, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";

import { create } from "@ao/plugin-codex";
import { probeBinary } from "@ao/plugin-codex/native";
import { argumentsAfter, flagsOf, settingsOf } from "./support/arguments.mjs";
import { eventually, withoutWaiting } from "./support/wait.mjs";
import { makeWorld } from "./support/world.mjs";

const project = (path, agentConfig = {}) => ({ name: "app", path, agentConfig });

const AWKWARD_PROMPTS = {
  "quotes of both kinds": `it's "quoted" and 'quoted'`,
  newlines: "first\nsecond\n\nfourth",
  "newlines at its end": "line\n\n\n",
  "only newlines": "\n\n",
  "a command in it": "$(touch pwned) `touch pwned` ${HOME} $HOME !! \\",
  "a leading dash": "--help",
  "a dash alone": "-",
  "the look of TOML": `["a", 42]`,
  "the look of a TOML boolean": "true",
  tabs: "if x:\n\treturn\t1\n",
  "control characters": "bell \u0007 escape \u001b[31m interrupt \u0003 delete \u007f",
  "letters of the world": "naïve — 日本語 🦀",
  "carriage returns": "one\r\ntwo\r\n",
  "100 KB": `${"All work and no play. 'Quoted' $(and) `so` on.\n".repeat(2_200)}end`,
};

for (const shell of ["sh", "bash"]) {
  for (const [what, prompt] of Object.entries(AWKWARD_PROMPTS)) {
    test(`a prompt with ${what} arrives byte for byte through ${shell}`, async (t) => {
      const world = await makeWorld(t);
      await world.codex();
      const command = create().getLaunchCommand({
        sessionId: "app-1",
        prompt,
        projectConfig: project(world.root),
      });
      const words = await argumentsAfter(world, command, shell);
      assert.deepEqual(words.slice(words.indexOf("--")), ["--", prompt]);
      assert.deepEqual(
        (await readdir(world.root)).filter((name) => name === "pwned"),
        [],
      );
    });
  }
}

test("a prompt that no argument can hold is given as a file to read", async (t) => {
  const world = await makeWorld(t);
  await world.codex();
  const prompt = "x".repeat(200_000);
  const command = create().getLaunchCommand({
    sessionId: "app-1",
    prompt,
    projectConfig: project(world.root),
  });
  const [, told] = (await argumentsAfter(world, command)).slice(-2);
  const path = /the file (\S+)\./.exec(told)[1];
  assert.equal(execFileSync("cat", [path], { encoding: "utf8" }), prompt);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.equal((await stat(dirname(path))).mode & 0o777, 0o700);
});

test("a launch without a prompt gives none, not even the dashes", async (t) => {
  const world = await makeWorld(t);
  await world.codex();
  const agent = create();
  for (const prompt of [undefined, ""]) {
    const command = agent.getLaunchCommand({
      sessionId: "app-1",
      prompt,
      projectConfig: project(world.root),
    });
    assert.deepEqual(flagsOf(await argumentsAfter(world, command)), []);
  }
});

test("a launch does not stop at the update question and uses the binary that was found", async (t) => {
  const world = await makeWorld(t);
  const binary = await world.codex();
  const command = create().getLaunchCommand({
    sessionId: "app-1",
    projectConfig: project(world.root),
  });
  assert.equal(command.startsWith(`${binary} -c check_for_update_on_startup=false `), true);
});

test("without any Codex the command is left to the session's shell", async (t) => {
  const world = await makeWorld(t);
  process.env.PATH = "/usr/bin:/bin";
  const command = create().getLaunchCommand({
    sessionId: "app-1",
    projectConfig: project(world.root),
  });
  assert.equal(command.startsWith("codex -c check_for_update_on_startup=false "), true);
});

const APPROVALS = {
  current: {
    values: ["on-request", "never"],
    flags: {
      permissionless: ["--dangerously-bypass-approvals-and-sandbox"],
      skip: ["--dangerously-bypass-approvals-and-sandbox"],
      "auto-edit": ["--ask-for-approval", "never"],
      suggest: ["--ask-for-approval", "on-request", "--sandbox", "read-only"],
      default: [],
      nonsense: [],
    },
  },
  older: {
    values: ["untrusted", "on-failure", "on-request", "never"],
    flags: {
      permissionless: ["--dangerously-bypass-approvals-and-sandbox"],
      skip: ["--dangerously-bypass-approvals-and-sandbox"],
      "auto-edit": ["--ask-for-approval", "never"],
      suggest: ["--ask-for-approval", "untrusted"],
      default: [],
      nonsense: [],
    },
  },
};

for (const [age, { values, flags }] of Object.entries(APPROVALS)) {
  test(`permissions become the approval flags that ${age === "older" ? "an older" : "a current"} Codex takes`, async (t) => {
    const world = await makeWorld(t);
    await world.codex({ values });
    const agent = create();
    const launch = (permissions) =>
      agent.getLaunchCommand({
        sessionId: "app-1",
        permissions,
        projectConfig: project(world.root),
      });
    await eventually("the answer of the binary", async () => {
      const words = await argumentsAfter(world, launch("suggest"));
      return words.includes("untrusted") === values.includes("untrusted");
    });
    const found = {};
    for (const permissions of Object.keys(flags)) {
      found[permissions] = flagsOf(await argumentsAfter(world, launch(permissions)));
    }
    assert.deepEqual(found, flags);
  });
}

test("what a binary can do is asked once and known to the next process from its first launch", async (t) => {
  const world = await makeWorld(t);
  const binary = await world.codex({ values: ["untrusted", "never"] });
  const launch = (agent) =>
    agent.getLaunchCommand({
      sessionId: "app-1",
      permissions: "suggest",
      projectConfig: project(world.root),
    });
  const first = create();
  await eventually("the answer of the binary", () => launch(first).includes("untrusted"));
  assert.equal(launch(create()).includes("--ask-for-approval untrusted"), true);

  await world.codex({ values: ["on-request", "never"] });
  await eventually("the answer of the replaced binary", () =>
    launch(create()).includes("--ask-for-approval on-request"),
  );
  assert.equal(launch(create()).startsWith(binary), true);
});

test("a binary that hangs or speaks no Codex is treated as the newest one, without waiting", async (t) => {
  const world = await makeWorld(t);
  await world.hanging("bin/codex");
  const agent = create();
  const command = await withoutWaiting(() =>
    agent.getLaunchCommand({
      sessionId: "app-1",
      permissions: "suggest",
      projectConfig: project(world.root),
    }),
  );
  assert.equal(command.includes("--ask-for-approval on-request --sandbox read-only"), true);
});

test("the model is given, and more effort to the o3 and o4 families", async (t) => {
  const world = await makeWorld(t);
  await world.codex();
  const agent = create();
  const effort = {};
  for (const model of [
    "o3",
    "o3-mini",
    "o4-mini-2025-04-16",
    "openai/o3-pro",
    "gpt-5-codex",
    "o30",
    "foo3",
    "gpt-4o",
  ]) {
    const words = await argumentsAfter(
      world,
      agent.getLaunchCommand({ sessionId: "app-1", model, projectConfig: project(world.root) }),
    );
    assert.deepEqual(flagsOf(words), ["--model", model]);
    effort[model] = settingsOf(words).model_reasoning_effort;
  }
  assert.deepEqual(effort, {
    o3: "high",
    "o3-mini": "high",
    "o4-mini-2025-04-16": "high",
    "openai/o3-pro": "high",
    "gpt-5-codex": undefined,
    o30: undefined,
    foo3: undefined,
    "gpt-4o": undefined,
  });
});

test("a model of the project's configuration is used where the orchestrator gives none", async (t) => {
  const world = await makeWorld(t);
  await world.codex();
  const words = await argumentsAfter(
    world,
    create().getLaunchCommand({
      sessionId: "app-1",
      projectConfig: project(world.root, { model: "gpt-5", permissions: "auto-edit" }),
    }),
  );
  assert.deepEqual(flagsOf(words), ["--ask-for-approval", "never", "--model", "gpt-5"]);
});

test("a system prompt is a TOML string, however it looks", async (t) => {
  const world = await makeWorld(t);
  await world.codex();
  const agent = create();
  const texts = ["true", `say "no"\\ to 'all'`, "two\nlines\t\u007f", "x".repeat(20_000), "é🦀"];
  for (const systemPrompt of texts) {
    const command = agent.getLaunchCommand({
      sessionId: "app-1",
      systemPrompt,
      projectConfig: project(world.root),
    });
    const value = settingsOf(await argumentsAfter(world, command)).developer_instructions;
    assert.equal(JSON.parse(value), systemPrompt);
    assert.equal(/\p{Cc}/u.test(value), false);
  }
});

test("a system prompt file comes before a system prompt and is absolute", async (t) => {
  const world = await makeWorld(t);
  await world.codex();
  const file = await world.write(`project "x"/rules.md`, "Be kind.");
  const command = create().getLaunchCommand({
    sessionId: "app-1",
    systemPrompt: "ignored",
    systemPromptFile: "rules.md",
    projectConfig: project(dirname(file)),
  });
  const settings = settingsOf(await argumentsAfter(world, command));
  assert.equal(JSON.parse(settings.model_instructions_file), file);
  assert.equal(settings.developer_instructions, undefined);
});

test("a system prompt file that cannot be read is left out: Codex would not start", async (t) => {
  const world = await makeWorld(t);
  await world.codex();
  const command = create().getLaunchCommand({
    sessionId: "app-1",
    systemPrompt: "Be kind.",
    systemPromptFile: world.path("none.md"),
    projectConfig: project(world.root),
  });
  const settings = settingsOf(await argumentsAfter(world, command));
  assert.equal(settings.model_instructions_file, undefined);
  assert.equal(settings.developer_instructions, `"Be kind."`);
});

const trusted = (value) =>
  [...value.matchAll(/("(?:[^"\\]|\\.)*"|'[^']*')=\{trust_level="trusted"\}/g)].map(([, key]) =>
    key.startsWith("'") ? key.slice(1, -1) : JSON.parse(key),
  );

const trustOf = async (world, projectConfig) => {
  const command = create().getLaunchCommand({ sessionId: "app-1", projectConfig });
  return trusted(settingsOf(await argumentsAfter(world, command)).projects);
};

test("the project is trusted for the launch: its repository, its main work tree, every spelling", async (t) => {
  const world = await makeWorld(t);
  await world.codex();
  const main = await world.directory(`a "main" repo.git/x`);
  await world.git("init", "-q", main);
  await world.git("-C", main, "commit", "-q", "--allow-empty", "-m", "start");
  await world.git("-C", main, "worktree", "add", "-q", world.path("tree"));
  const inside = await world.directory("tree/packages/app");
  await symlink(main, world.path("link"));

  assert.deepEqual(await trustOf(world, project(main)), [main]);
  assert.deepEqual(await trustOf(world, project(world.path("link"))), [world.path("link"), main]);
  assert.deepEqual(await trustOf(world, project(world.path("tree"))), [world.path("tree"), main]);
  assert.deepEqual(await trustOf(world, project(inside)), [inside, world.path("tree"), main]);
});

test("a project without a repository, or that is not there, is trusted by its path alone", async (t) => {
  const world = await makeWorld(t);
  await world.codex();
  await world.write("broken/.git", "gitdir: nowhere\n");
  const plain = await world.directory("plain");
  assert.deepEqual(await trustOf(world, project(plain)), [plain]);
  assert.deepEqual(await trustOf(world, project("/nowhere/at/all")), ["/nowhere/at/all"]);
  assert.deepEqual(await trustOf(world, project(world.path("broken"))), [world.path("broken")]);
});

test("a clone is trusted by the directory that it runs in", async (t) => {
  const world = await makeWorld(t);
  await world.codex();
  const path = await world.directory("project");
  assert.deepEqual(await trustOf(world, { ...project(path), workspace: "clone" }), [
    path,
    world.root,
  ]);
});

test("a launch never throws, whatever it is given", async (t) => {
  const world = await makeWorld(t);
  await world.codex();
  const agent = create({ codexHome: 7, aoHome: [], binary: {} });
  const odd = [
    { sessionId: "app-1", projectConfig: { path: world.root } },
    { sessionId: "app-1", projectConfig: { path: undefined } },
    { sessionId: "app-1", projectConfig: project("/a\0b") },
    { sessionId: "app-1", projectConfig: project(7) },
    { prompt: "a\tb", projectConfig: project(world.root) },
    { sessionId: "app-1" },
    { sessionId: "../../etc/x", prompt: "a\tb", projectConfig: project(world.root) },
    { sessionId: "app-1", permissions: 7, model: {}, projectConfig: project(world.root) },
    { sessionId: "app-1", projectConfig: project(world.root, { model: 4, permissions: [] }) },
    { sessionId: "app-1", prompt: "a\0b\ud800", projectConfig: project(world.root) },
  ];
  for (const config of odd) {
    assert.deepEqual(
      flagsOf(await argumentsAfter(world, agent.getLaunchCommand(config)))[0] ?? "--",
      "--",
    );
  }
});

test("where nothing can be written a long prompt still arrives", async (t) => {
  const world = await makeWorld(t);
  await world.codex();
  await world.write("home/.ao", "a file where a directory should be");
  const prompt = "line\n\twith a tab\n".repeat(100);
  const command = create().getLaunchCommand({
    sessionId: "app-1",
    prompt,
    projectConfig: project(world.root),
  });
  assert.equal((await argumentsAfter(world, command)).at(-1), prompt);
});

test("files of old launches are removed by a new one", async (t) => {
  const world = await makeWorld(t);
  await world.codex();
  const directory = join(world.aoHome, "codex", "launch");
  await mkdir(directory, { recursive: true });
  const old = await world.write("home/.ao/codex/launch/app-9-0123.txt", "old");
  execFileSync("touch", ["-t", "202001010000", old]);
  await chmod(old, 0o600);
  create().getLaunchCommand({
    sessionId: "app-1",
    prompt: "a\tb",
    projectConfig: project(world.root),
  });
  const names = await readdir(directory);
  assert.deepEqual(
    names.map((name) => name.replace(/-[0-9a-f]{16}\.txt$/, "")),
    ["app-1"],
  );
});

for (const [what, flag] of [
  ["knows a background server", ["--no-daemon"]],
  ["does not", []],
]) {
  test(`the first launch of a Codex that ${what} goes as the second, however late it answers`, async (t) => {
    const world = await makeWorld(t);
    const help = `  -a, --ask-for-approval <P>  [possible values: on-request, never]\n          see --no-daemon\n`;
    const option = flag.map((word) => `      ${word}\n`).join("");
    await world.write("help", `${help}${option}`);
    const slow = await world.write("slow", "");
    await world.script(
      "bin/codex",
      `case "$1" in --version) echo codex-cli 0.171.0; exit;; --help) [ ! -e "${slow}" ] || sleep 2; cat "${world.path("help")}"; exit;; esac
for argument do printf '%s\\0' "$argument"; done > "${world.path("arguments")}"`,
    );
    const launch = () =>
      create().getLaunchCommand({ sessionId: "app-1", permissions: "auto-edit" });
    const first = launch();
    await rm(slow);
    const words = flagsOf(await argumentsAfter(world, first));
    assert.deepEqual(words, [...flag, "--ask-for-approval", "never"]);
    await eventually(
      "an answer",
      async () => (await probeBinary(world.path("bin/codex"))) !== null,
    );
    const second = launch();
    assert.notEqual(second, first);
    assert.deepEqual(flagsOf(await argumentsAfter(world, second)), words);
  });
}

test("a Codex that never shows its help holds the shell of a launch up no longer than timeout lets it", async (t) => {
  const world = await makeWorld(t);
  await world.script(
    "bin/codex",
    `case "$1" in --version|--help) exec sleep 60;; esac
for argument do printf '%s\\0' "$argument"; done > "${world.path("arguments")}"`,
  );
  // Stands in front of the system's, and gives up at once.
  await world.script("bin/timeout", `echo "$@" >"${world.path("bounded")}"; exit 124`);
  const command = create().getLaunchCommand({ sessionId: "app-1", permissions: "auto-edit" });
  const words = flagsOf(await argumentsAfter(world, command));
  assert.deepEqual(words, ["--ask-for-approval", "never"]);
  const bounded = await readFile(world.path("bounded"), "utf8");
  assert.equal(bounded, `5 ${world.path("bin/codex")} --help\n`);
});
