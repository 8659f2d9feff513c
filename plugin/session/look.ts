/** One look at sessions: all that are asked about in one turn of the event loop go into one question to the addon. */

import type { RuntimeHandle, Session } from "../host.js";
import type { EvidenceOptions, SessionEvidence, SessionQuery } from "../../index.js";
import { sessionEvidence } from "../native.js";
import { isThreadId } from "../thread-id.js";
import { Batched } from "./batched.js";

/** The orchestrator notes a new session a moment after it has started it, and clocks of file systems are coarse. */
const CREATED_TOLERANCE_MS = 60_000;

/** The key of a session's metadata under which later orchestrators keep its thread. */
export const THREAD_KEY = "codexThreadId";

/** The places to look in: the homes, and the Codex binary that is configured or was found. */
export interface Places {
  codexHome: string | null;
  aoHome: string;
  binary(): string | null;
}

/** The facts to find out. */
type Asked = Pick<SessionQuery, "withInfo" | "processOnly">;

/** The questions of this turn, by where they look: instances that look in the same places share them. */
const looks = new Map<string, Batched<SessionQuery, SessionEvidence>>();

function lookIn(options: EvidenceOptions, key: string): Batched<SessionQuery, SessionEvidence> {
  const known = looks.get(key);
  if (known !== undefined) return known;
  const look = new Batched((queries: SessionQuery[]) => {
    looks.delete(key);
    return sessionEvidence(queries, options);
  });
  looks.set(key, look);
  return look;
}

/** Looks at the sessions of one orchestrator. */
export class SessionLooks {
  readonly #places: Places;
  /** The place where those look who ask in this turn of the event loop: the disk tells where the binary is. */
  #turn: { options: EvidenceOptions; key: string } | null = null;

  constructor(places: Places) {
    this.#places = places;
  }

  /** The state of its Codex and its thread. */
  state(session: Session, handle: RuntimeHandle): Promise<SessionEvidence> {
    return this.#ask({ ...queryOf(session), ...processOf(handle) });
  }

  /** Its thread, without a look at processes. */
  thread(session: Session, asked: Asked = {}): Promise<SessionEvidence> {
    return this.#ask({ ...queryOf(session), ...asked });
  }

  /** The Codex that runs in a terminal. */
  process(handle: RuntimeHandle): Promise<SessionEvidence> {
    return this.#ask({ sessionId: "", processOnly: true, ...processOf(handle) });
  }

  /** Only those of which too little is remembered wait for tmux. */
  async #ask(query: SessionQuery): Promise<SessionEvidence> {
    const { key, options } = this.#options();
    const remembered = await lookIn(options, key).ask(query);
    if (remembered.process !== "unasked") return remembered;
    return lookIn({ ...options, askTmux: true }, `${key} tmux`).ask(query);
  }

  #options(): { options: EvidenceOptions; key: string } {
    if (this.#turn !== null) return this.#turn;
    const { aoHome, binary, codexHome } = this.#places;
    const path = binary();
    const options = {
      aoHome,
      ...(codexHome !== null && { codexHome }),
      ...(path !== null && { binary: path }),
    };
    this.#turn = { options, key: JSON.stringify(options) };
    setImmediate(() => {
      this.#turn = null;
    });
    return this.#turn;
  }
}

function queryOf({ id, metadata, runtimeHandle, workspacePath }: Session): SessionQuery {
  // The time of the metadata's file changes with every update; what the orchestrator wrote into it does not.
  const createdAtMs = Date.parse(metadata?.["createdAt"] ?? "");
  const recordedThread = metadata?.[THREAD_KEY];
  return {
    sessionId: id,
    ...(runtimeHandle?.runtimeName === "tmux" && { runtime: runtimeHandle.id }),
    ...(!Number.isNaN(createdAtMs) && { sinceMs: createdAtMs - CREATED_TOLERANCE_MS }),
    ...(recordedThread !== undefined && isThreadId(recordedThread) && { recordedThread }),
    ...(workspacePath && { workspacePath }),
  };
}

/** Empty where the handle names no process that may live. */
function processOf({ data, id, runtimeName }: RuntimeHandle): Partial<SessionQuery> {
  if (runtimeName === "tmux") return { tmux: id };
  const pid = Number(data["pid"]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return {};
  const signal = signalReaches(pid);
  if (signal === "nobody") return {};
  const createdAt = data["createdAt"];
  // A number of milliseconds, or the text that JSON makes of a date.
  const createdAtMs = createdAt == null ? NaN : new Date(createdAt as number | string).getTime();
  return {
    pid,
    isForeign: signal === "foreign",
    ...(!Number.isNaN(createdAtMs) && { createdAtMs }),
  };
}

function signalReaches(pid: number): "ours" | "foreign" | "nobody" {
  try {
    process.kill(pid, 0);
    return "ours";
  } catch (error) {
    // Not allowed to signal it: it is there, and another user's.
    const isForeign = error instanceof Error && "code" in error && error.code === "EPERM";
    return isForeign ? "foreign" : "nobody";
  }
}
