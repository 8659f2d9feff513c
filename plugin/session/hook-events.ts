/** What Codex itself told of a session, through our hooks. */

import type { Session } from "../host.js";
import { Gathered } from "./gather.js";
import type { EventsQuery, SessionEventsFound } from "../../index.js";
import { sessionEvents } from "../../index.js";

/** The orchestrator notes a new session a moment after it has started it, and clocks of file systems are coarse. */
const CREATED_TOLERANCE_MS = 60_000;

/** The event files of one orchestrator's home; sessions that are asked for at the same time are read at once. */
export class SessionEvents {
  readonly #looks: Gathered<EventsQuery, SessionEventsFound | null>;

  constructor(aoHome: string) {
    this.#looks = new Gathered((queries) => sessionEvents(queries, { aoHome }));
  }

  /** `null` where nothing was noted. */
  of(session: Session): Promise<SessionEventsFound | null> {
    return this.#looks.ask(queryOf(session));
  }
}

function queryOf({ id, metadata, runtimeHandle }: Session): EventsQuery {
  // The time of the metadata's file changes with every update; what the orchestrator wrote into it does not.
  const createdAtMs = Date.parse(metadata?.["createdAt"] ?? "");
  return {
    sessionId: id,
    ...(runtimeHandle?.runtimeName === "tmux" && { runtime: runtimeHandle.id }),
    ...(!Number.isNaN(createdAtMs) && { sinceMs: createdAtMs - CREATED_TOLERANCE_MS }),
  };
}
