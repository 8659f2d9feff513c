/**
 * Makes a system call fail, each in turn: strace puts the error in the place of what the kernel would have answered.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { eventually } from "../plugin/support/wait.mjs";

/** Longer than anything here takes, also under strace on a busy machine: what takes longer hangs. */
const LIMIT_MS = 60_000;

/** Each call by the names that it has on different machines and in different libraries. */
export const CALLS = {
  open: "openat",
  read: "read,pread64,readv,preadv,preadv2",
  write: "write,pwrite64,writev,pwritev,pwritev2",
  rename: "rename,renameat,renameat2",
  fsync: "fsync,fdatasync",
  stat: "fstat,newfstatat,statx",
  list: "getdents64",
  make: "mkdir,mkdirat",
};

/** What each call is made to fail with. */
export const ERRORS = {
  open: ["EMFILE", "EACCES", "ENOSPC"],
  read: ["EIO"],
  write: ["ENOSPC", "EIO"],
  rename: ["EACCES", "ENOSPC"],
  fsync: ["EIO", "ENOSPC"],
  stat: ["EACCES"],
  list: ["EIO"],
  make: ["ENOSPC", "EACCES"],
};

/** Runs a program whose every process has its `when`-th call fail. */
export function runFailing(program, args, { call, error, when, log, ...options }) {
  const traced = spawnSync("strace", [...faults({ call, error, when, log }), program, ...args], {
    encoding: "utf8",
    timeout: LIMIT_MS,
    killSignal: "SIGKILL",
    ...options,
  });
  const { status, signal, stdout, stderr } = traced;
  return { status, signal, stdout, stderr, hit: wasHit(log) };
}

/**
 * Calls a function of the addon in a Node that has started in peace; from then on the `when`-th call of each of its
 * threads fails. Answers `{ value }` or `{ error }`, and neither when the fault hit the report itself.
 */
export async function callFailing(name, given, { call, error, when, log, env }) {
  const program = fileURLToPath(new URL("operation.mjs", import.meta.url));
  const node = spawn(process.execPath, [program, name, JSON.stringify(given)], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(node, "close");
  const output = collect(node.stdout);
  const complaints = collect(node.stderr);
  await eventually("the stop before the call", () => isStopped(node.pid));
  const strace = spawn("strace", [...faults({ call, error, when, log }), "-p", String(node.pid)], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const straced = once(strace, "close");
  await once(strace.stderr, "data");
  process.kill(node.pid, "SIGCONT");
  const limit = setTimeout(() => node.kill("SIGKILL"), LIMIT_MS);
  const [status, signal] = await ended;
  clearTimeout(limit);
  await straced;
  const text = await output;
  return {
    status,
    signal: hitNode(log) ? null : signal,
    stderr: await complaints,
    hit: wasHit(log),
    answer: text.endsWith("\n") ? JSON.parse(text) : null,
  };
}

const faults = ({ call, error, when, log }) => [
  "--follow-forks",
  "--decode-fds=path",
  `--output=${log}`,
  `--trace=${CALLS[call]}`,
  `--inject=${CALLS[call]}:error=${error}:when=${when}`,
];

const wasHit = (log) => injectedIn(log).length > 0;

/** Node itself ends when it cannot wake its own threads, or not ask for its standard input: no disk does that. */
const hitNode = (log) =>
  injectedIn(log).some((line) => /\([0-2]<|<(anon_inode|pipe|socket):/.test(line));

const injectedIn = (log) =>
  readFileSync(log, "utf8")
    .split("\n")
    .filter((line) => line.includes("(INJECTED)"));

const isStopped = (pid) => / T /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));

async function collect(stream) {
  return Buffer.concat(await stream.toArray()).toString("utf8");
}
