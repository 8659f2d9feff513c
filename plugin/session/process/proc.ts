/** Linux's own table of processes, for machines without `ps`: slim containers have none. */

import { readdir, readFile } from "node:fs/promises";
import type { Process } from "./table.js";

/** Ticks of `starttime` a second: fixed for programs, whatever the kernel was built with. */
const TICKS_PER_SECOND = 100;

/** Major device numbers of pseudo-terminals, 256 terminals each. */
const FIRST_PTS_MAJOR = 136;
const LAST_PTS_MAJOR = 143;

export async function readProcesses(): Promise<Process[]> {
  const names = await readdir("/proc");
  const bootedAtMs = bootTimeMs(await readFile("/proc/stat", "utf8"));
  const pids = names.filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map((pid) => readProcess(pid, bootedAtMs)));
  return found.filter((process) => process !== null);
}

/**
 * When a process was started, to some 10 ms; `null` where it has ended, or the system is another one. (`startedAtMs` of
 * a list counts in seconds.)
 */
export async function exactStartMs(pid: number): Promise<number | null> {
  try {
    const [stat, uptime] = await Promise.all([
      readFile(`/proc/${pid}/stat`, "utf8"),
      readFile("/proc/uptime", "utf8"),
    ]);
    const now = Date.now();
    const startedAfterBoot = Number(fieldsOf(stat)[19]) / TICKS_PER_SECOND;
    return now - (Number.parseFloat(uptime) - startedAfterBoot) * 1000;
  } catch {
    return null;
  }
}

async function readProcess(pid: string, bootedAtMs: number): Promise<Process | null> {
  try {
    const [stat, commandLine] = await Promise.all([
      readFile(`/proc/${pid}/stat`, "utf8"),
      readFile(`/proc/${pid}/cmdline`, "utf8"),
    ]);
    // The name stands in parentheses and may hold some itself.
    const executable = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
    const fields = fieldsOf(stat);
    return {
      pid: Number(pid),
      parentPid: Number(fields[1]),
      terminal: terminalName(Number(fields[4])),
      isZombie: fields[0] === "Z",
      startedAtMs: bootedAtMs + (Number(fields[19]) / TICKS_PER_SECOND) * 1000,
      executable,
      words: commandLine.split("\0").slice(0, -1),
    };
  } catch {
    // It has ended since.
    return null;
  }
}

/** What follows the name. */
function fieldsOf(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function bootTimeMs(stat: string): number {
  return Number(/^btime (\d+)$/m.exec(stat)?.[1] ?? Number.NaN) * 1000;
}

/** As `ps` says it. */
function terminalName(device: number): string {
  const major = (device >> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  const isPts = major >= FIRST_PTS_MAJOR && major <= LAST_PTS_MAJOR;
  return isPts ? `pts/${(major - FIRST_PTS_MAJOR) * 256 + minor}` : "?";
}
