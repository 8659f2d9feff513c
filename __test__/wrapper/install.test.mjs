/** Installing and removing, through the native functions and the command. */
import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn, spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  installAgentsSection,
  installWrappers,
  removeAgentsSection,
  removeWrappers,
  wrappersStatus,
} from "@ao/plugin-codex/native";

const SET = [".ao-version", "ao-codex-hook", "ao-metadata-helper.sh", "gh", "git"];
const native = import.meta.resolve("@ao/plugin-codex/native");
const cli = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));

function makeHome(t) {
  const aoHome = mkdtempSync(join(tmpdir(), "wrapper-install-"));
  t.after(() => rmSync(aoHome, { recursive: true, force: true }));
  return { aoHome, bin: join(aoHome, "bin") };
}

function command(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, "wrappers", ...args], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

test("installs, says what is there, and removes", async (t) => {
  const { aoHome, bin } = makeHome(t);
  const empty = await wrappersStatus({ aoHome });
  assert.deepEqual(
    [empty.owner, empty.ok, empty.version, empty.nodePath],
    ["none", false, null, null],
  );
  const nodePath = process.execPath;
  const installed = await installWrappers({ aoHome, nodePath });
  assert.deepEqual(readdirSync(bin).toSorted(), SET);
  const { version } = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  );
  const states = ["ao-metadata-helper.sh", "ao-codex-hook", "gh", "git"].map((name) => ({
    name,
    state: "current",
  }));
  const status = {
    directory: bin,
    host: null,
    owner: "current",
    version,
    ok: true,
    files: states,
    nodePath,
  };
  assert.deepEqual(installed, { outcome: "written", status });
  assert.equal((await installWrappers({ aoHome, nodePath })).outcome, "current");
  assert.equal((await removeWrappers({ aoHome })).outcome, "removed");
  assert.deepEqual(readdirSync(bin), []);
});

test("many processes install at once, and the set is whole and the same", async (t) => {
  const { aoHome, bin } = makeHome(t);
  const script = `import(${JSON.stringify(native)}).then((n) => n.installWrappers({ aoHome: ${JSON.stringify(aoHome)}, nodePath: process.execPath }))`;
  const children = Array.from({ length: 8 }, () =>
    spawn(process.execPath, ["-e", script], { stdio: "inherit" }),
  );
  const ends = await Promise.all(
    children.map((child) => new Promise((resolve) => child.on("close", resolve))),
  );
  assert.deepEqual(ends, Array(8).fill(0));
  assert.deepEqual(readdirSync(bin).toSorted(), SET);
  assert.equal((await wrappersStatus({ aoHome })).ok, true);
  assert.equal(statSync(bin).mode & 0o777, 0o700);
});

test("a disk that takes no more leaves the old set whole and says which file it was", async (t) => {
  const { aoHome, bin } = makeHome(t);
  await installWrappers({ aoHome });
  writeFileSync(join(bin, ".ao-version"), "0.1.0\n");
  const before = SET.map((name) => readFileSync(join(bin, name), "utf8"));
  const script = `import(${JSON.stringify(native)}).then((n) => n.installWrappers({ aoHome: ${JSON.stringify(aoHome)} })).catch((error) => console.log(error.message))`;
  // A limit for the size of files fails in the middle of a write, as a full disk does.
  const { stdout } = spawnSync(
    "bash",
    ["-c", `trap '' XFSZ; ulimit -f 4; exec "$@"`, "bash", process.execPath, "-e", script],
    { encoding: "utf8" },
  );
  assert.ok(
    stdout.startsWith(
      `cannot install wrapper ${join(bin, "ao-metadata-helper.sh")}: File too large`,
    ),
    stdout,
  );
  assert.deepEqual(readdirSync(bin).toSorted(), SET);
  assert.deepEqual(
    SET.map((name) => readFileSync(join(bin, name), "utf8")),
    before,
  );
});

test("ao-codex wrappers installs, reports and removes", (t) => {
  const { aoHome, bin } = makeHome(t);
  const installed = command(["install", "--ao-home", aoHome]);
  assert.deepEqual([installed.status, installed.stderr], [0, ""]);
  assert.match(installed.stdout, /^Installed the wrappers in .*\/bin\.\n/);
  const status = command(["status", "--ao-home", aoHome, "--json"]);
  assert.deepEqual([status.status, JSON.parse(status.stdout).ok], [0, true]);
  assert.match(command(["status", "--ao-home", aoHome]).stdout, / {2}git +current\n/);
  writeFileSync(join(bin, ".ao-version"), "@ao/plugin-codex 99.0.0 00\n");
  const left = command(["install", "--ao-home", aoHome]);
  assert.deepEqual([left.status, left.stdout], [1, ""]);
  assert.match(left.stderr, /^ao-codex: left the wrappers in .*99\.0\.0.*--force/);
  assert.equal(command(["install", "--ao-home", aoHome, "--force"]).status, 0);
  assert.equal(command(["remove", "--ao-home", aoHome]).status, 0);
  assert.deepEqual(readdirSync(bin), []);
  assert.equal(command(["install", "--nonsense"]).status, 2);
});

test("where the orchestrator has wrappers of its own, ours stand beside them until they are forced", async (t) => {
  const { aoHome, bin } = makeHome(t);
  const own = join(aoHome, "codex", "bin");
  mkdirSync(bin, { recursive: true });
  const theirs = { ".ao-version": "0.8.0\n", git: "#!/bin/sh\n# theirs\n" };
  for (const [name, text] of Object.entries(theirs)) writeFileSync(join(bin, name), text);
  const { outcome, status } = await installWrappers({ aoHome, nodePath: process.execPath });
  assert.deepEqual(
    [outcome, status.directory, status.host, status.ok],
    ["written", own, { directory: bin, version: "0.8.0" }, true],
  );
  assert.deepEqual(
    Object.fromEntries(
      readdirSync(bin).map((name) => [name, readFileSync(join(bin, name), "utf8")]),
    ),
    theirs,
  );
  const said = command(["status", "--ao-home", aoHome]).stdout;
  assert.match(said, /^.*\/codex\/bin: this version, .*\n/);
  assert.match(said, /\/bin: the orchestrator's own, 0\.8\.0, left as they are\n/);
  assert.match(said, /\nA session's commands meet those in .*\/codex\/bin\.\n$/);

  assert.equal(command(["install", "--ao-home", aoHome, "--force"]).status, 0);
  const after = JSON.parse(command(["status", "--ao-home", aoHome, "--json"]).stdout);
  assert.deepEqual([after.directory, after.host, after.ok], [bin, null, true]);
});

test("the section of AGENTS.md comes and goes and leaves the rest alone", async (t) => {
  const { aoHome } = makeHome(t);
  const workspace = join(aoHome, "workspace");
  mkdirSync(workspace);
  const path = join(workspace, "AGENTS.md");
  assert.deepEqual(await installAgentsSection(workspace), { path, outcome: "created" });
  assert.match(readFileSync(path, "utf8"), /update_ao_metadata <key> <value>/);
  assert.equal((await removeAgentsSection(workspace)).outcome, "removed");
  writeFileSync(path, "# Rules\r\nno last newline");
  assert.equal((await installAgentsSection(workspace)).outcome, "added");
  assert.equal((await installAgentsSection(workspace)).outcome, "unchanged");
  assert.equal((await removeAgentsSection(workspace)).outcome, "removed");
  assert.equal(readFileSync(path, "utf8"), "# Rules\r\nno last newline");
  await assert.rejects(installAgentsSection(join(aoHome, "gone")), {
    code: "GenericFailure",
    message: /^cannot create .*gone\/AGENTS\.md: /,
  });
  await assert.rejects(installAgentsSection(""), { code: "InvalidArg" });
});
