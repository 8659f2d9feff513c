/** The state of one of the orchestrator's sessions: looks at everything, then asks the table. */

import type { RuntimeHandle, Session } from "../../host.js";
import type { SessionEvents } from "../hook-events.js";
import { findCodex } from "../process/running.js";
import type { Snapshots } from "../process/snapshot.js";
import { isWorking, readScreen } from "../screen/screen.js";
import type { SeenOnScreen } from "../screen/seen.js";
import type { SessionThreads } from "../thread.js";
import { readActivityLog } from "./activity-log.js";
import type { Decision } from "./decide.js";
import { decideState } from "./decide.js";
import type { LiveScreens } from "../screen/live.js";
import type { RolloutEvidence } from "./evidence.js";
import { NOTHING } from "./evidence.js";
import { openQuestion } from "./question.js";

/** Where to look. */
export interface Sources {
  snapshots: Snapshots;
  events: SessionEvents;
  threads: SessionThreads;
  /** What the orchestrator saw when it looked last. */
  screens: SeenOnScreen;
  liveScreens: LiveScreens;
}

/** `null` where nothing is known of the session but that its Codex runs. */
export async function sessionState(
  session: Session,
  readyThresholdMs: number,
  sources: Sources,
): Promise<Decision | null> {
  const { events, snapshots, threads } = sources;
  const nowMs = Date.now();
  const known = { ...NOTHING, nowMs, readyThresholdMs };
  const handle = session.runtimeHandle;
  const codex = handle === null ? null : await findCodex(handle, snapshots);
  if (handle === null || codex === null) return decideState({ ...known, isRunning: false });

  const { workspacePath } = session;
  const [noted, rollout, log] = await Promise.all([
    events.of(session),
    threads.activity(session),
    workspacePath === null ? null : readActivityLog(workspacePath, nowMs),
  ]);
  const prompt = noted?.prompt ?? null;
  // Hooks that told of the turn tell of its questions too.
  const isHooked = prompt !== null && prompt.turnId === rollout?.turnId;
  const mayAsk = rollout?.turn === "running" && !isHooked;
  return decideState({
    ...known,
    isRunning: true,
    startedAtMs: codex.startedAtMs,
    prompt,
    question: await openQuestion(noted?.questions ?? [], codex),
    rollout: rollout === null ? null : rolloutEvidence(rollout),
    log,
    questionSeenAtMs: mayAsk ? await questionSeenAtMs(session.id, handle, nowMs, sources) : null,
  });
}

/** Now, where the screen shows it; else when the orchestrator saw it, unless the screen shows that Codex works. */
async function questionSeenAtMs(
  sessionId: string,
  handle: RuntimeHandle,
  nowMs: number,
  { liveScreens, screens }: Sources,
): Promise<number | null> {
  const text = await liveScreens.of(handle);
  if (text !== null && readScreen(text) === "waiting_input") return nowMs;
  return text !== null && isWorking(text) ? null : screens.questionSeenAtMs(sessionId, nowMs);
}

function rolloutEvidence(rollout: RolloutEvidence): RolloutEvidence {
  const { lastRecordAtMs, turn, turnId, updatedAtMs } = rollout;
  return { lastRecordAtMs, turn, turnId, updatedAtMs };
}
