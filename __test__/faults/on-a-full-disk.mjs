/** Does one thing on a file system that has no room left, then again with room; tells what it found as JSON. */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import * as native from "@ao/plugin-codex/native";
import { lines, tokenCount } from "../support/records.mjs";

/** Who waits longer waits for a lock. */
const LOCK_WAIT_MS = 9_000;

/** Of the half a megabyte that is kept of the test's home, in bytes. */
const HALF_A_STORE = 256 * 1024;

const SECOND_RESPONSE = lines(tokenCount([30, 0, 3, 0], [20, 0, 2, 0]));

const CODEX = `#!/bin/sh
case $1 in
--version) echo "codex-cli 0.169.0";;
--help) echo "  resume  Resume a previous session"; echo "  -a, --ask-for-approval <P>  [possible values: never]";;
esac
`;

const [what, disk] = process.argv.slice(2);
const ballast = join(disk, "ballast");

const WAYS = {
  async wrappers() {
    const aoHome = join(disk, "ao");
    const bin = join(aoHome, "bin");
    mkdirSync(bin, { recursive: true });
    for (const name of ["gh", "git"]) writeFileSync(join(bin, name), `old ${name}\n`);
    writeFileSync(join(bin, ".ao-version"), "0.0.1\n");
    fill();
    const error = await native.installWrappers({ aoHome }).then(
      () => "installed",
      ({ message }) => message,
    );
    const during = filesOf(bin);
    empty();
    await native.installWrappers({ aoHome });
    return { error, during, after: Object.keys(filesOf(bin)) };
  },

  async metadata() {
    const { aoHome, data } = { aoHome: join(process.env.TMPDIR, "ao"), data: join(disk, "data") };
    await native.installWrappers({ aoHome });
    mkdirSync(data);
    writeFileSync(join(data, "app-1"), "status=working\n");
    const helper = join(aoHome, "bin", "ao-metadata-helper.sh");
    const update = () =>
      spawnSync("bash", ["-c", `. '${helper}'; update_ao_metadata branch topic`], {
        env: { ...process.env, AO_DATA_DIR: data, AO_SESSION: "app-1" },
      }).status;
    fill();
    const started = performance.now();
    const status = update();
    const waited = performance.now() - started > LOCK_WAIT_MS;
    const during = readFileSync(join(data, "app-1"), "utf8");
    const names = readdirSync(data);
    empty();
    update();
    return { status, waited, during, names, after: readFileSync(join(data, "app-1"), "utf8") };
  },

  /** What is remembered of a home: of one that is new, then of one whose every rollout has grown. */
  async home() {
    const steps = [];
    const look = (room) =>
      steps.push({ room, tokens: tokensOf(process.env.CODEX_HOME), ...kept() });
    fill();
    look("none");
    look("none");
    empty();
    fill(HALF_A_STORE);
    look("half");
    empty();
    look("all");
    for (const path of rolloutsIn(process.env.CODEX_HOME)) appendFileSync(path, SECOND_RESPONSE);
    fill();
    look("none");
    look("none");
    empty();
    look("all");
    return steps;
  },

  /** What a Codex said of itself. */
  async binary() {
    process.env.XDG_CACHE_HOME = disk;
    const binary = join(process.env.TMPDIR, "codex");
    writeFileSync(binary, CODEX, { mode: 0o755 });
    fill();
    const asked = await native.probeBinary(binary);
    const during = native.cachedBinarySync(binary);
    empty();
    await native.probeBinary(binary);
    const after = native.cachedBinarySync(binary);
    return { asked, during, after };
  },
};

process.stdout.write(JSON.stringify(await WAYS[what]()));

function fill(room = 0) {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(ballast, Buffer.alloc(bavail * bsize - room));
}

function empty() {
  rmSync(ballast);
}

/** The bill, as a process that has just begun tells it. */
function tokensOf(codexHome) {
  const program = `require("@ao/plugin-codex/native").homeUsage().then((bill) => console.log(bill.totals.totalTokens))`;
  const env = { ...process.env, CODEX_HOME: codexHome, XDG_CACHE_HOME: disk };
  return Number(execFileSync(process.execPath, ["-e", program], { env, encoding: "utf8" }));
}

function rolloutsIn(home) {
  const names = readdirSync(home, { recursive: true });
  return names.filter((name) => name.endsWith(".jsonl")).map((name) => join(home, name));
}

/** What is on the disk besides the ballast: how many files, and a sum of the one that is whole. */
function kept() {
  const directory = join(disk, "ao-codex");
  const names = existsSync(directory) ? readdirSync(directory) : [];
  const [sum = null] = names
    .filter((name) => name.endsWith(".store"))
    .map((name) =>
      createHash("sha256")
        .update(readFileSync(join(directory, name)))
        .digest("hex"),
    );
  return { files: names.length, sum };
}

function filesOf(directory) {
  return Object.fromEntries(
    readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), "utf8")]),
  );
}
