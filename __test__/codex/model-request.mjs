/** What one request to the model server says about itself: who asks, with which model and tools. */

/**
 * The name of the script that a prompt asks for. It is part of the prompt, because that is the
 * one thing which every version passes on unchanged, also to a subagent or a reviewer.
 */
const SCRIPT_NAME = /\bscript:([a-z0-9.-]*[a-z0-9])/g;

export const promptFor = (scriptName) => `Follow script:${scriptName} now.`;

export const readModelRequest = (httpRequest, body) => {
  const headers = httpRequest.headers;
  const input = Array.isArray(body.input) ? body.input : [];
  const tools = [...offeredTools(body, input)];
  return {
    body,
    input,
    model: body.model,
    /** The service tier that is asked for. */
    tier: body.service_tier === "default" ? "standard" : (body.service_tier ?? "standard"),
    threadId: threadIdOf(headers, body),
    /** "review", "collab_spawn", "memory_consolidation", "compact"… or null for a root thread. */
    subagent: headers["x-openai-subagent"] ?? null,
    version: /\/(\d+\.\d+\.\d+)/.exec(headers["user-agent"] ?? "")?.[1] ?? null,
    scriptName: lastScriptName(input),
    isCompaction: isCompaction(httpRequest, headers, input),
    /** The TUI of newer versions asks for a title of the first prompt, beside the turn. */
    isTitle: body.text?.format?.schema?.properties?.title !== undefined,
    hasTool: (name) => tools.some((tool) => tool.name === name),
    findTool: (name) => {
      const tool = tools.find((candidate) => candidate.name === name);
      if (tool !== undefined) return tool;
      throw new Error(`no tool ${name} among ${tools.map((offered) => offered.name).join(", ")}`);
    },
  };
};

/** Newest place first; the older ones stay filled but come to mean the root of the thread tree. */
function threadIdOf(headers, body) {
  return (
    headers["thread-id"] ??
    headers["x-codex-window-id"]?.split(":")[0] ??
    headers["conversation_id"] ??
    headers["session_id"] ??
    body.prompt_cache_key ??
    null
  );
}

function* offeredTools(body, input) {
  yield* flatTools(body.tools ?? []);
  for (const item of input) yield* flatTools(item.tools ?? []);
}

function* flatTools(tools, namespace) {
  for (const tool of tools) {
    if (Array.isArray(tool.tools)) yield* flatTools(tool.tools, tool.name);
    else yield { ...tool, name: tool.name ?? tool.type, namespace };
  }
}

/** Only messages count, of any role: the model's own calls name the scripts of its subagents. */
function lastScriptName(input) {
  const said = input.filter((item) => item.content !== undefined);
  const names = [...JSON.stringify(said).matchAll(SCRIPT_NAME)];
  return names.at(-1)?.[1] ?? null;
}

function isCompaction(httpRequest, headers, input) {
  if (httpRequest.url.endsWith("/compact")) return true;
  if (/"request_kind":"[a-z_]*compact/.test(headers["x-codex-turn-metadata"] ?? "")) return true;
  return /CONTEXT CHECKPOINT COMPACTION|You have exceeded the maximum number of tokens/.test(
    JSON.stringify(input.at(-1) ?? null),
  );
}
