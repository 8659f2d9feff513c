/**
 * One look at the processes for all who ask at the same time.
 *
 * The orchestrator asks for every session at once, and again while it sends: one `ps` and one `tmux` for each of these
 * would cost seconds. A look is never older than the question: who asks while one is being taken gets the next one, so
 * that a process which has ended is not taken for running.
 */

import type { Pane, Process } from "./table.js";
import { listPanes, listProcesses } from "./table.js";

/** After a look, the next one waits this long for more questions. */
const GATHER_MS = 15;

/** How long ago a look must be for the next not to wait. */
const QUIET_MS = 100;

export interface Snapshot {
  processes: Map<number, Process>;
  children: Map<number, Process[]>;
  byTerminal: Map<string, Process[]>;
  panes: Pane[];
}

export class Snapshots {
  #next: Promise<Snapshot> | null = null;
  #running: Promise<unknown> = Promise.resolve();
  #endedAtMs = Number.NEGATIVE_INFINITY;

  /** A look that begins after this call. */
  take(): Promise<Snapshot> {
    this.#next ??= this.#takeNext();
    return this.#next;
  }

  async #takeNext(): Promise<Snapshot> {
    await this.#running;
    const isBusy = performance.now() - this.#endedAtMs < QUIET_MS;
    await new Promise((resolve) => setTimeout(resolve, isBusy ? GATHER_MS : 0));
    this.#next = null;
    const look = Promise.all([listProcesses(), listPanes()]);
    this.#running = look.then(
      () => this.#end(),
      () => this.#end(),
    );
    const [processes, panes] = await look;
    return index(processes, panes);
  }

  #end(): void {
    this.#endedAtMs = performance.now();
  }
}

export function index(processes: Process[], panes: Pane[]): Snapshot {
  return {
    processes: new Map(processes.map((process) => [process.pid, process])),
    children: groupedBy(processes, (process) => process.parentPid),
    byTerminal: groupedBy(processes, (process) => process.terminal),
    panes,
  };
}

/** `Map.groupBy`, which Node 20 does not have. */
function groupedBy<K, V>(values: V[], keyOf: (value: V) => K): Map<K, V[]> {
  const groups = new Map<K, V[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return groups;
}
