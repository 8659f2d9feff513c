import { create, detect, manifest, resolveCodexBinary } from "@ao/plugin-codex";
import type { CodexAgent, PluginOptions, Session } from "@ao/plugin-codex";
import * as native from "@ao/plugin-codex/native";

export const options: PluginOptions = { codexHome: "/home/dev/.codex" };
export const agent: CodexAgent = create({ ...options });
export const slot: "agent" = manifest.slot;
export const isThere: boolean = detect();
export const binary: Promise<string> = resolveCodexBinary();

export async function stateOf(session: Session): Promise<string | null> {
  const running: boolean | "indeterminate" = await agent.isProcessRunning({
    id: session.id,
    runtimeName: "tmux",
    data: {},
  });
  const found = await agent.getActivityState(session);
  return running === false ? "exited" : (found?.state ?? null);
}

export async function threadIds(): Promise<string[]> {
  const { threads } = await native.listThreads({ codexHome: "/home/dev/.codex" });
  return threads.map(({ threadId }) => threadId);
}

// @ts-expect-error -- all members are known: this one is not
agent.noSuchMember();
