/** Runs the checks one after the other: what one of them fixes, the next ones find fixed. */

import type { Check, Finding } from "./check.js";
import { fail, skip } from "./check.js";
import type { Machine } from "./machine.js";

export interface Examined extends Finding {
  id: string;
}

export interface Mended {
  id: string;
  /** The repairs that were made. */
  done: string;
}

export interface Report {
  ok: boolean;
  checks: Examined[];
  /** Only where mending was asked for. */
  fixed?: Mended[];
}

export async function examine(
  checks: readonly Check[],
  machine: Machine,
  mends: boolean,
): Promise<Report> {
  const examined: Examined[] = [];
  const fixed: Mended[] = [];
  for (const check of checks) {
    let finding = await look(check, machine);
    const isUnwell = finding.status === "warn" || finding.status === "fail";
    if (mends && isUnwell && check.mend) {
      try {
        const done = await check.mend(machine);
        if (done !== null) {
          fixed.push({ id: check.id, done });
          finding = await look(check, machine);
        }
      } catch (error) {
        finding = { ...finding, found: `${finding.found}; cannot mend it: ${messageOf(error)}` };
      }
    }
    examined.push({ id: check.id, ...finding });
  }
  const isWell = examined.every(({ status }) => status !== "fail");
  return { ok: isWell, checks: examined, ...(mends && { fixed }) };
}

async function look(check: Check, machine: Machine): Promise<Finding> {
  if (check.needs === "orchestrator" && !machine.hasOrchestrator)
    return skip("for agents of an orchestrator, and there is none here");
  try {
    return await check.look(machine);
  } catch (error) {
    return fail(messageOf(error), "mend what the message names, then run this again");
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
