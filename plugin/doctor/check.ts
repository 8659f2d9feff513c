/** A check, and its finding. */

import type { Machine } from "./machine.js";

/** `skip`: what is checked is for something that is not there. */
export type Status = "ok" | "warn" | "fail" | "skip";

export interface Finding {
  status: Status;
  /** The finding, in words. */
  found: string;
  /** The remedy, in one line; `null` where nothing needs to be done. */
  remedy: string | null;
}

/** One line of the report, and one section of docs/troubleshooting.md. */
export interface Check {
  id: string;
  /** Skipped where that is not there: who runs Codex alone needs none of it. */
  needs?: "orchestrator";
  look(machine: Machine): Promise<Finding>;
  /** Fixes what is safe to fix and says what it did; `null` where there is nothing of the kind. */
  fix?(machine: Machine): Promise<string | null>;
}

export function ok(found: string): Finding {
  return { status: "ok", found, remedy: null };
}

export function warn(found: string, remedy: string): Finding {
  return { status: "warn", found, remedy };
}

export function skip(found: string): Finding {
  return { status: "skip", found, remedy: null };
}

export function fail(found: string, remedy: string): Finding {
  return { status: "fail", found, remedy };
}
