/**
 * The profile of the person's that a launch may name. Codex up to 0.133 looks for `[profiles.<name>]` in `config.toml`,
 * and ends where there is none; from 0.134 on it reads `<name>.config.toml` beside it, and ends where the old table is
 * still there. A launch that would end at once goes without the profile.
 */

import type { BinaryFacts } from "../../index.js";
import type { CodexSettings } from "./agent-config.js";
import { isVersionFrom } from "./version.js";
import type { UserConfig } from "./user-config.js";

/** The first Codex that has a file for each profile. */
const FILES_SINCE = [0, 134] as const;

interface Given {
  codex: Pick<CodexSettings, "profile">;
  facts: Pick<BinaryFacts, "version">;
  user: Pick<UserConfig, "profiles">;
}

interface Problem {
  setting: string;
  found: string;
  remedy: string;
}

/** The reason why Codex would not start with it, and what to do; `null` where it would. */
export function profileProblem({
  codex: { profile },
  facts: { version },
  user,
}: Given): Problem | null {
  // A binary that has not answered may be of either kind.
  if (profile === null || version === null) return null;
  const { profiles } = user;
  const isTable = profiles.tables.includes(profile) || profiles.chosen === profile;
  const hasFiles = isVersionFrom(version, FILES_SINCE);
  if (hasFiles && isTable)
    return {
      setting: "profile",
      found: `Codex does not start with ${profile} while config.toml has it as a table`,
      remedy: `move [profiles.${profile}] into ${profile}.config.toml beside it`,
    };
  if (!hasFiles && !profiles.tables.includes(profile))
    return {
      setting: "profile",
      found: `config.toml has no [profiles.${profile}], and Codex ${version} does not start without it`,
      remedy: "add it, or name one that is there",
    };
  return null;
}
