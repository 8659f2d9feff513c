/** Decides whether a launch answers Codex's question about its trust in the repository. */

import { path } from "../../terminal/format.js";
import { codeBroughtBy } from "../../launch/repository-trust.js";
import { readUserConfig } from "../../launch/user-config.js";
import { trustedDirectories } from "../../launch/work-tree.js";
import type { Check, Finding } from "../check.js";
import { ok, warn } from "../check.js";
import type { Machine } from "../machine.js";

export const trust: Check = {
  id: "trust",
  needs: "orchestrator",
  look({ project, settings, workspace }: Machine): Promise<Finding> {
    const projectPath = project?.path ?? workspace;
    const { trusted } = readUserConfig(settings.codexHome);
    if (trustedDirectories(projectPath).some((place) => trusted.has(place)))
      return Promise.resolve(ok("you trust the repository (config.toml)"));
    const place = { projectPath, workspacePath: workspace, isClone: false };
    const brought = codeBroughtBy(place).map(path);
    if (brought.length === 0)
      return Promise.resolve(ok("the repository brings nothing that Codex would run"));
    return Promise.resolve(
      warn(
        `sessions wait at Codex's question: the repository could have something run by ${brought.join(", ")}`,
        `look at it; to trust it, start codex in ${path(projectPath)} and say so`,
      ),
    );
  },
};
