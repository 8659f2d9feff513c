/** The processes of the machine and the panes of tmux at one moment, one look for all who ask at the same time. */

import { Gathered } from "../gather.js";
import type { Pane, Process } from "./table.js";
import { listPanes, listProcesses } from "./table.js";

export interface Snapshot {
  processes: Map<number, Process>;
  children: Map<number, Process[]>;
  byTerminal: Map<string, Process[]>;
  panes: Pane[];
}

export class Snapshots {
  readonly #looks = new Gathered(async (askers: null[]) => {
    const [processes, panes] = await Promise.all([listProcesses(), listPanes()]);
    const snapshot = index(processes, panes);
    return askers.map(() => snapshot);
  });

  /** A look that begins after this call. */
  take(): Promise<Snapshot> {
    return this.#looks.ask(null);
  }
}

function index(processes: Process[], panes: Pane[]): Snapshot {
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
