/** The state of one of the orchestrator's sessions: looks at everything, then asks the table. */

import type { RuntimeHandle, Session } from "../../host.js";
import type { SessionEvidence } from "../../../index.js";
import { warn } from "../../terminal/warn.js";
import type { SessionLooks } from "../look.js";
import type { LiveScreens } from "../screen/live.js";
import { isWorking, readScreen } from "../screen/screen.js";
import { freshQuestionMs } from "../screen/seen.js";
import { logEvidence } from "./activity-log.js";
import type { Decision } from "./decide.js";
import { decideState } from "./decide.js";
import type { RolloutEvidence } from "./evidence.js";
import { NOTHING } from "./evidence.js";
import { noteForDashboards } from "./note-for-dashboards.js";

/** A turn that works writes a record every few seconds. */
const QUIET_MS = 10_000;

/** The places to look in. */
export interface Sources {
  looks: SessionLooks;
  liveScreens: LiveScreens;
}

/** `null` where nothing is known of the session but that its Codex runs, or not even that. */
export async function sessionState(
  session: Session,
  readyThresholdMs: number,
  { liveScreens, looks }: Sources,
): Promise<Decision | null> {
  const nowMs = Date.now();
  const known = { ...NOTHING, nowMs, readyThresholdMs };
  const handle = session.runtimeHandle;
  const found = handle === null ? null : await looks.state(session, handle);
  if (found !== null && found.failure !== null) {
    // Not even whether it runs: that is not the same as an end.
    warn(`cannot tell what ${session.id} does`, found.failure);
    return null;
  }
  if (handle === null || found === null || found.process === null || found.process === "none")
    return decideState({ ...known, isRunning: false });
  if (found.process !== "running") return null;

  const { activity, prompt, question, seenState, seenStateAtMs, startedAtMs, turnFailure } = found;
  // Hooks that told of the turn tell of most of its questions too, but not of a form of an MCP server.
  const isHooked = prompt !== null && prompt.turnId === activity?.turnId;
  const isQuiet = Math.abs(nowMs - (activity?.lastRecordAtMs ?? 0)) > QUIET_MS;
  // One that has written nothing may be at a question from before its first turn: trust, login, a model.
  const mayAsk = activity === null || (activity.turn === "running" && (!isHooked || isQuiet));
  const seenAtMs = mayAsk ? await questionSeenAtMs(handle, nowMs, found, liveScreens) : null;
  const decision = decideState({
    ...known,
    isRunning: true,
    startedAtMs,
    prompt,
    question,
    rollout: activity === null ? null : { ...rolloutEvidence(activity), failure: turnFailure },
    log: found.seenStateIsOurs ? null : logEvidence(seenState, seenStateAtMs, nowMs),
    questionSeenAtMs: seenAtMs,
    isAskingNow: seenAtMs === nowMs,
  });
  await noteForDashboards(session, decision, found, nowMs);
  return decision;
}

/** Now, where the screen shows it; else when the orchestrator saw it, unless the screen shows that Codex works. */
async function questionSeenAtMs(
  handle: RuntimeHandle,
  nowMs: number,
  found: SessionEvidence,
  liveScreens: LiveScreens,
): Promise<number | null> {
  const text = await liveScreens.of(handle);
  if (text !== null && readScreen(text) === "waiting_input") return nowMs;
  return text !== null && isWorking(text) ? null : freshQuestionMs(found.questionSeenAtMs, nowMs);
}

function rolloutEvidence(rollout: RolloutEvidence): RolloutEvidence {
  const { lastRecordAtMs, turn, turnId, updatedAtMs } = rollout;
  return { lastRecordAtMs, turn, turnId, updatedAtMs };
}
