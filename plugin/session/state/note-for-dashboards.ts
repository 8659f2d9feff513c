/**
 * Tells dashboards that have no plugin of ours when somebody has to act: in the activity log of the workspace, where
 * their own plugin looks. Nothing is written while nobody has to.
 */

import { noteActivity } from "../../native.js";
import type { SessionEvidence } from "../../../index.js";
import type { Session } from "../../host.js";
import { warn } from "../../terminal/warn.js";
import type { Decision } from "./decide.js";

/** They pass over what is five minutes old, and the orchestrator looks every 30 s. */
const REPEAT_MS = 2 * 60_000;

/** Never rejects: a state that cannot be passed on is still known. */
export async function noteForDashboards(
  { id, workspacePath }: Session,
  decision: Decision | null,
  { seenState, seenStateAtMs }: SessionEvidence,
  nowMs: number,
): Promise<void> {
  if (decision === null || !workspacePath || process.platform === "win32") return;
  const { because, state } = decision;
  const isNeeded = needsSomebody(state);
  // One that is ahead was written before the clock was set back.
  const isOld = Math.abs(nowMs - (seenStateAtMs ?? 0)) > REPEAT_MS;
  const isNews = isNeeded ? state !== seenState || isOld : needsSomebody(seenState);
  if (!isNews) return;
  try {
    await noteActivity(workspacePath, state, isNeeded ? because : undefined);
  } catch (error) {
    warn(`cannot tell dashboards what ${id} does`, error);
  }
}

function needsSomebody(state: string | null): boolean {
  return state === "waiting_input" || state === "blocked";
}
