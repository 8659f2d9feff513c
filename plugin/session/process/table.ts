/** The machine's processes and tmux's panes at one moment, as text from `ps` and `tmux` and as values. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { readProcesses } from "./proc.js";

const run = promisify(execFile);

/** `ps` and `tmux` answer in some 20 ms; a machine that needs longer than this says nothing of a process. */
const TIME_LIMIT_MS = 5_000;

/** Arguments may be 2 MB for each process. */
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

export interface Process {
  pid: number;
  parentPid: number;
  /** As `ps` says it, `pts/3`; `?` for none. */
  terminal: string;
  isZombie: boolean;
  startedAtMs: number;
  /** The name of the file that was executed, cut by the kernel at 15 bytes. */
  executable: string;
  /** The words of the command line; where one begins inside quotes is not known. */
  words: string[];
}

export interface Pane {
  session: string;
  pid: number;
  /** As tmux says it, `/dev/pts/3`. */
  terminal: string;
}

/** Every process, by one `ps`. */
export async function listProcesses(): Promise<Process[]> {
  try {
    return await runPs();
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (isMissing && process.platform === "linux") return readProcesses();
    throw new Error("cannot list processes", { cause: error });
  }
}

/** `ucomm` and `etime` are the spellings that Linux and macOS share. */
async function runPs(): Promise<Process[]> {
  const columns = "pid=,ppid=,tty=,stat=,etime=,ucomm=,args=";
  const now = Date.now();
  const { stdout } = await run("ps", ["-ax", "-ww", "-o", columns], {
    timeout: TIME_LIMIT_MS,
    maxBuffer: MAX_OUTPUT_BYTES,
    env: { ...process.env, LC_ALL: "C" },
  });
  return stdout.split("\n").flatMap((line) => parseProcess(line, now));
}

/** Every pane of every session of tmux's default server, by one `tmux`; none where tmux does not run. */
export async function listPanes(): Promise<Pane[]> {
  const format = "#{pane_pid} #{pane_tty} #{session_name}";
  try {
    const { stdout } = await run("tmux", ["list-panes", "-a", "-F", format], {
      timeout: TIME_LIMIT_MS,
    });
    return stdout.split("\n").flatMap(parsePane);
  } catch (error) {
    if (wasEndedByTime(error))
      throw new Error("cannot list tmux panes: no answer", { cause: error });
    // No server, or no tmux: no panes.
    return [];
  }
}

function parseProcess(line: string, now: number): Process[] {
  const [pid, parentPid, terminal, state, elapsed, executable, ...words] = line.trim().split(/\s+/);
  if (elapsed === undefined || executable === undefined) return [];
  return [
    {
      pid: Number(pid),
      parentPid: Number(parentPid),
      terminal: terminal ?? "?",
      isZombie: state?.startsWith("Z") ?? false,
      startedAtMs: now - elapsedMs(elapsed),
      executable,
      words,
    },
  ];
}

function parsePane(line: string): Pane[] {
  const [pid, terminal, ...session] = line.split(" ");
  if (terminal === undefined || session.length === 0) return [];
  return [{ pid: Number(pid), terminal, session: session.join(" ") }];
}

/** `[[days-]hours:]minutes:seconds` */
function elapsedMs(text: string): number {
  const [time = "", days = "0"] = text.split("-").toReversed();
  const seconds = time.split(":").reduce((total, part) => total * 60 + Number(part), 0);
  return (Number(days) * 86_400 + seconds) * 1000;
}

function wasEndedByTime(error: unknown): boolean {
  return error instanceof Error && "killed" in error && error.killed === true;
}
