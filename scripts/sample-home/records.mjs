/** The payloads of records, field by field in the order in which Codex writes them. */
import { baseInstructions } from "./texts.mjs";

export const counts = (usage, dialect) => ({
  input_tokens: usage.inputTokens,
  cached_input_tokens: usage.cachedInputTokens,
  ...(dialect.cacheWrites && { cache_write_input_tokens: usage.cacheWriteInputTokens }),
  output_tokens: usage.outputTokens,
  reasoning_output_tokens: usage.reasoningOutputTokens,
  total_tokens: usage.totalTokens,
});

export function sessionMeta(thread) {
  const { dialect, id, lineage } = thread;
  const modern = dialect.history !== undefined;
  return {
    ...(dialect.roots && { account_scoped: true }),
    ...(modern && { session_id: lineage.sessionId ?? id }),
    id,
    ...(lineage.forkedFrom && { forked_from_id: lineage.forkedFrom }),
    ...(lineage.base &&
      dialect.tur && { forked_from_ordinal_exclusive: lineage.base.end_ordinal_exclusive }),
    ...(modern && lineage.parent && { parent_thread_id: lineage.parent }),
    timestamp: iso(thread.startedAt),
    cwd: thread.cwd,
    ...(dialect.roots && { runtime_workspace_roots: [thread.cwd] }),
    originator: "codex_cli_rs",
    cli_version: dialect.version,
    ...(!dialect.base && { instructions: null }),
    ...(dialect.version !== "0.34.0" && { source: lineage.source ?? "cli" }),
    ...((modern || lineage.threadSource) && { thread_source: lineage.threadSource ?? "user" }),
    ...(lineage.nickname && { agent_nickname: lineage.nickname }),
    ...(dialect.provider && { model_provider: thread.provider }),
    ...(dialect.base && { base_instructions: { text: baseInstructions(thread.instructions) } }),
    ...(modern && { history_mode: dialect.history }),
    ...(lineage.base && { history_base: lineage.base }),
    ...(modern && { context_window: { window_id: thread.random.uuid7(thread.startedAt + 4) } }),
  };
}

export function turnContext(thread, turn) {
  const { dialect } = thread;
  const policy =
    dialect.version === "0.45.0" ? { mode: "workspace-write" } : { type: "workspace-write" };
  return {
    ...(dialect.turns && { turn_id: turn.id }),
    ...(dialect.tur && { root_turn_id: turn.id }),
    cwd: thread.cwd,
    ...(dialect.turns && { current_date: iso(thread.clock).slice(0, 10), timezone: "Etc/UTC" }),
    approval_policy: "never",
    sandbox_policy: policy,
    model: turn.model,
    ...(dialect.base && { personality: "pragmatic" }),
    ...(dialect.turns && {
      collaboration_mode: {
        mode: "default",
        settings: { model: turn.model, reasoning_effort: null, developer_instructions: null },
      },
      realtime_active: false,
    }),
    summary: "auto",
  };
}

export const taskStarted = (thread, turn) => ({
  type: "task_started",
  turn_id: turn.id,
  started_at: Math.floor(thread.clock / 1000),
  model_context_window: CONTEXT_WINDOW,
  collaboration_mode_kind: "default",
});

export const taskComplete = (thread, turn, answer, error) => ({
  type: "task_complete",
  ...(thread.dialect.roots && { root_turn_id: turn.id }),
  turn_id: turn.id,
  last_agent_message: answer,
  ...(error && { error: { message: error, codex_error_info: "other" } }),
  ...(thread.dialect.items && { started_at: Math.floor(turn.startedAt / 1000) }),
  completed_at: Math.floor(thread.clock / 1000),
  duration_ms: thread.clock - turn.startedAt,
  time_to_first_token_ms: turn.firstTokenMs,
});

export const turnAborted = (turn) => ({
  type: "turn_aborted",
  turn_id: turn.id,
  reason: "interrupted",
});

/** At 0.169 the settings of a thread are a record of their own; they open a fork. */
export const threadSettings = (thread) => ({
  type: "thread_settings_applied",
  thread_id: thread.id,
  thread_settings: {
    model: thread.model,
    model_provider_id: thread.provider,
    approval_policy: "never",
    cwd: thread.cwd,
    runtime_workspace_roots: [thread.cwd],
  },
});

const CONTEXT_WINDOW = 258_400;

export const tokenCount = (thread, last) => ({
  type: "token_count",
  info: last && {
    total_token_usage: counts(thread.counter, thread.dialect),
    last_token_usage: counts(last, thread.dialect),
    model_context_window: thread.dialect.version === "0.34.0" ? null : CONTEXT_WINDOW,
  },
  ...(thread.dialect.version !== "0.34.0" && { rate_limits: { primary: null, secondary: null } }),
});

export const tokenUsageRecord = (thread, turn, responseId, usage) => ({
  thread_id: thread.id,
  turn_id: turn.id,
  session_id: thread.lineage.sessionId ?? thread.id,
  root_turn_id: turn.id,
  response_id: responseId,
  usage: counts(usage, thread.dialect),
  turn_token_usage: counts(turn.used, thread.dialect),
  thread_token_usage: counts(thread.counter, thread.dialect),
});

export function message(thread, turn, role, text) {
  const type = role === "assistant" ? "output_text" : "input_text";
  return { type: "message", role, content: [{ type, text }], ...passthrough(thread, turn) };
}

export function call(thread, turn, callId, command) {
  const { version } = thread.dialect;
  const [name, args] =
    version === "0.20.0" || version === "0.34.0" || version === "0.45.0"
      ? ["shell", { command: ["bash", "-lc", command] }]
      : version === "0.72.0" || version === "0.80.0"
        ? ["shell_command", { command }]
        : ["exec_command", { cmd: command }];
  return {
    type: "function_call",
    name,
    arguments: JSON.stringify(args),
    call_id: callId,
    ...passthrough(thread, turn),
  };
}

export const callOutput = (thread, turn, callId, output) => ({
  type: "function_call_output",
  call_id: callId,
  output: `Exit code: 0\nWall time: 0.4 seconds\nOutput:\n${output}\n`,
  ...passthrough(thread, turn),
});

/** The event that shows a message to a person: an event of its own, or since 0.149 an `item_completed`. */
export function shown(thread, turn, role, text) {
  const isUser = role === "user";
  if (!thread.dialect.items)
    return {
      type: isUser ? "user_message" : "agent_message",
      message: text,
      ...(isUser && { images: [] }),
    };
  return {
    type: "item_completed",
    thread_id: thread.id,
    turn_id: turn.id,
    item: {
      type: isUser ? "UserMessage" : "AgentMessage",
      id: thread.random.uuid7(thread.clock),
      content: [{ type: isUser ? "text" : "Text", text }],
    },
    started_at_ms: thread.clock,
    completed_at_ms: thread.clock,
  };
}

function passthrough(thread, turn) {
  return (
    thread.dialect.passthrough && {
      internal_chat_message_metadata_passthrough: { turn_id: turn.id },
    }
  );
}

export const iso = (ms) => new Date(ms).toISOString();
