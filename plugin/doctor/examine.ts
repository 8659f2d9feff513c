/** Runs the checks one after the other: what one of them fixes, the next ones find fixed. */

import type { Check, Finding } from "./check.js";
import { fail, skip } from "./check.js";
import type { Machine } from "./machine.js";

export interface Examined extends Finding {
  id: string;
}

export interface Fixed {
  id: string;
  /** The repairs that were made. */
  done: string;
}

export interface Report {
  ok: boolean;
  checks: Examined[];
  /** Only where fixing was asked for. */
  fixed?: Fixed[];
}

export async function examine(
  checks: readonly Check[],
  machine: Machine,
  fixes: boolean,
): Promise<Report> {
  const examined: Examined[] = [];
  const fixed: Fixed[] = [];
  for (const check of checks) {
    let finding = await look(check, machine);
    const hasFailed = finding.status === "warn" || finding.status === "fail";
    if (fixes && hasFailed && check.fix) {
      try {
        const done = await check.fix(machine);
        if (done !== null) {
          fixed.push({ id: check.id, done });
          finding = await look(check, machine);
        }
      } catch (error) {
        finding = { ...finding, found: `${finding.found}; cannot fix it: ${messageOf(error)}` };
      }
    }
    examined.push({ id: check.id, ...finding });
  }
  const hasPassed = examined.every(({ status }) => status !== "fail");
  return { ok: hasPassed, checks: examined, ...(fixes && { fixed }) };
}

async function look(check: Check, machine: Machine): Promise<Finding> {
  if (check.needs === "orchestrator" && !machine.hasOrchestrator)
    return skip("for agents of an orchestrator, and there is none here");
  try {
    return await check.look(machine);
  } catch (error) {
    return fail(messageOf(error), "fix what the message names, then run this again");
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
