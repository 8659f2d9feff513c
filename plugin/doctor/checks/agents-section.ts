/** The section of the workspace's AGENTS.md that tells the agent of the wrappers. */

import { join } from "node:path";
import { path } from "../../terminal/format.js";
import { shellWord } from "../../launch/shell.js";
import type { Check, Finding } from "../check.js";
import { fail, ok, warn } from "../check.js";
import { isThere, may } from "../files.js";
import { textBehindLinks } from "../../safe-file.js";
import type { Machine } from "../machine.js";

/** As in src/wrapper/agents_md.rs. */
const BEGIN = "<!-- @ao/plugin-codex begin";
const HEADING = "## Agent Orchestrator (ao) Session";
const LIMIT_BYTES = 8 * 1024 * 1024;

export const agentsSection: Check = {
  id: "agents-section",
  needs: "orchestrator",
  async look({ workspace, settings, session }: Machine): Promise<Finding> {
    const file = join(workspace, "AGENTS.md");
    if (!settings.agentsSection) return ok("turned off (agentsSection)");
    if (isThere(file) && !may(file, "read"))
      return fail(`${path(file)} cannot be read`, `chmod u+rw ${shellWord(file)}`);
    const text = textBehindLinks(file, LIMIT_BYTES) ?? "";
    if (text.includes(BEGIN)) return ok(path(file));
    if (text.includes(HEADING)) return ok(`${path(file)} has the orchestrator's own`);
    if (session === null) return ok("not a session's workspace; added when a session starts");
    return warn(
      `${path(file)} has none: the agent does not know of update_ao_metadata`,
      "ao-codex doctor --fix adds it",
    );
  },
  async fix({ workspace, native, session, settings }: Machine): Promise<string | null> {
    if (session === null || !settings.agentsSection) return null;
    const { path: file, outcome } = await native.installAgentsSection(workspace);
    return ["created", "added", "updated"].includes(outcome)
      ? `added the section to ${path(file)}`
      : null;
  },
};
