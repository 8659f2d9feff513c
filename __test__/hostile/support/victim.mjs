/** A machine with one session, on which something hostile is put, and the plugin's round in a process with limits. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../../support/command.mjs";
import { codexHome, rollout, temporaryFolder, whenOver } from "../../support/home.mjs";
import { threadId } from "../../support/records.mjs";

const program = fileURLToPath(new URL("../programs/round.mjs", import.meta.url));

/** A call that waits for somebody waits for ever: this is far more than the slowest machine needs for the work. */
const SECONDS = 30;
/** An idle Node with the addon has 60. */
const MEGABYTES = 200;
const DESCRIPTORS = 64;

/** Puts one thing of each kind that is no plain small file at a path. */
export const KINDS = {
  "a FIFO": (path) => execFileSync("mkfifo", [path]),
  "a socket": (path, t) => listen(path, t),
  "a directory": (path) => mkdirSync(path),
  "a link to a device that never ends": (path) => symlinkSync("/dev/zero", path),
  "a link to itself": (path) => symlinkSync(path, path),
  "a link to nothing": (path) => symlinkSync("/nowhere/at/all", path),
  "a terabyte of nothing": (path) => {
    writeFileSync(path, "");
    truncateSync(path, 2 ** 40);
  },
  "a file that nobody may read": (path) => {
    writeFileSync(path, "secret");
    chmodSync(path, 0);
  },
  "a megabyte without a line": (path) => writeFileSync(path, "[".repeat(2 ** 20)),
};

/** A session's machine: its work tree in a repository, a Codex home with its thread, a home of the orchestrator. */
export function victim(t) {
  const root = temporaryFolder(t);
  const workspace = join(root, "work tree");
  mkdirSync(workspace);
  execFileSync("git", ["init", "-q", "-b", "main", workspace]);
  const binary = join(root, "codex");
  writeFileSync(binary, "#!/bin/sh\necho 'codex-cli 0.169.0'\n", { mode: 0o755 });
  const { home } = codexHome(t, [
    rollout({
      id: threadId(1),
      cwd: workspace,
      at: "2026-05-20T08:00:00.000Z",
      responses: [{ usage: [1000, 200, 30, 0] }],
    }),
  ]);
  const aoHome = join(root, ".ao");
  mkdirSync(aoHome);
  return { root, workspace, codexHome: home, aoHome, binary };
}

/** Puts something where nothing may be, or in place of what is there. */
export function put(kind, path, t) {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { recursive: true, force: true });
  KINDS[kind](path, t);
}

/** What the plugin answers on this machine; its process is ended where it takes longer or more than it may. */
export async function round({ root, ...places }, { umask = "022", asNobody = false } = {}) {
  const limits = [`--nofile=${DESCRIPTORS}`, "timeout", "--signal=KILL", `${SECONDS}`];
  const env = {
    HOME: root,
    XDG_CACHE_HOME: join(root, ".cache"),
    XDG_CONFIG_HOME: join(root, ".config"),
  };
  const inUmask = ["sh", "-c", 'umask "$0"; exec "$@"', umask];
  const line = [
    ...limits,
    ...inUmask,
    process.execPath,
    program,
    JSON.stringify({ ...places, asNobody }),
  ];
  const { code, stdout, stderr } = await run("prlimit", line, { env });
  if (code !== 0) throw new Error(`the round ended with ${code}: ${stderr}`);
  const { answers, megabytes } = JSON.parse(stdout);
  if (megabytes > MEGABYTES) throw new Error(`the round took ${megabytes} MB`);
  return { answers, stderr };
}

async function listen(path, t) {
  // A longer path is none that a socket can have.
  const server = createServer();
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  whenOver(t, () => new Promise((resolve) => server.close(resolve)));
}
