/** The orchestrator's permissions in Codex's flags. */

import type { BinaryFacts } from "../../index.js";

/** The permissions of an agent, in the orchestrator's words. */
export type Permissions = "permissionless" | "auto-edit" | "suggest" | "default";

/** The permissions that a setting means; `null` where it means none of them. */
export function parsePermissions(value: unknown): Permissions | null {
  switch (value) {
    case "skip":
    case "permissionless":
      return "permissionless";
    case "auto-edit":
    case "suggest":
    case "default":
      return value;
    default:
      return null;
  }
}

/** The flags for them that this Codex takes. */
export function approvalFlags(
  permissions: Permissions,
  facts: BinaryFacts,
  hasSandbox: boolean,
): string[] {
  switch (permissions) {
    case "permissionless":
      return ["--dangerously-bypass-approvals-and-sandbox"];
    case "auto-edit":
      return ["--ask-for-approval", "never"];
    case "suggest":
      // `untrusted` went away with 0.150, and a Codex without it ends at once when it is given.
      return asksForEach(facts)
        ? ["--ask-for-approval", "untrusted"]
        : ["--ask-for-approval", "on-request", ...(hasSandbox ? [] : ["--sandbox", "read-only"])];
    case "default":
      return [];
  }
}

/**
 * True if commands run in a sandbox that may write: a `suggest` that asks for each command runs what a person has
 * allowed there too.
 */
export function writesInSandbox(permissions: Permissions, facts: BinaryFacts): boolean {
  if (permissions === "suggest") return asksForEach(facts);
  return permissions === "auto-edit" || permissions === "default";
}

function asksForEach({ approvalPolicies }: BinaryFacts): boolean {
  return approvalPolicies.includes("untrusted");
}
