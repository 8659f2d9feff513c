/** Threads that come from another thread: forks, which copy or point, and subagents. */
import { Thread } from "./thread.mjs";
import { iso, threadSettings } from "./records.mjs";

/** A fork of the whole history so far. */
export function fork(parent, { dialect = parent.dialect, ...rest } = {}) {
  const { random, cwd, model } = parent;
  const startedAt = parent.clock + 20 * 60_000;
  const options = { random, dialect, startedAt, cwd, model, ...rest };
  return dialect.forks === "points" ? pointing(parent, options) : replaying(parent, options);
}

/** Up to 0.147: every line of the parent again, all with the time of the fork. */
function replaying(parent, options) {
  // At 0.80 nothing but the second session_meta tells a fork.
  const lineage = options.dialect.base ? { forkedFrom: parent.id } : {};
  const child = new Thread({ ...options, lineage });
  for (const line of parent.lines) {
    child.push({ ...JSON.parse(line), timestamp: iso(child.clock) });
  }
  return goOn(child, parent);
}

/** Since 0.150: a reference to the place in the parent's file where the histories part. */
function pointing(parent, options) {
  const base = {
    thread_id: parent.id,
    end_ordinal_exclusive: parent.nextOrdinal,
    end_byte_offset: Buffer.byteLength(parent.text),
  };
  const child = new Thread({ ...options, lineage: { forkedFrom: parent.id, base } });
  if (child.dialect.roots) child.event(threadSettings(child));
  return goOn(child, parent);
}

function goOn(child, parent) {
  const { counter, last, context, seen } = parent;
  return Object.assign(child, { counter, last, context, seen, greeted: true, nullInfoDue: false });
}

/** A thread that a turn of the parent spawned; it starts with a context of its own. */
export function spawn(parent, { nickname, role, ...rest }) {
  const { random, dialect, cwd, model } = parent;
  const source = {
    subagent: {
      thread_spawn: {
        parent_thread_id: parent.id,
        depth: 1,
        agent_path: null,
        agent_nickname: nickname,
        agent_role: role,
      },
    },
  };
  const lineage = {
    sessionId: parent.id,
    parent: parent.id,
    source,
    threadSource: "subagent",
    nickname,
  };
  return new Thread({ random, dialect, startedAt: during(parent), cwd, model, lineage, ...rest });
}

/** Codex's own subagents: the review of a change, and the guardian that assesses an approval. */
export function helper(parent, source, threadSource, rest = {}) {
  const { random, dialect, cwd, model } = parent;
  const lineage = {
    sessionId: parent.id,
    parent: parent.id,
    source: { subagent: source },
    threadSource,
  };
  return new Thread({ random, dialect, startedAt: during(parent), cwd, model, lineage, ...rest });
}

/** A moment shortly before the parent's last record, which waited for the subagent. */
function during(parent) {
  return parent.clock - parent.random.between(2_000, 9_000);
}
