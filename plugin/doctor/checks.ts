/** The checks in the order of the report: what one needs comes before it. */

import type { Check } from "./check.js";
import { activity } from "./checks/activity.js";
import { addon } from "./checks/addon.js";
import { agentsSection } from "./checks/agents-section.js";
import { cache } from "./checks/cache.js";
import { codexBinary } from "./checks/codex-binary.js";
import { codexHome } from "./checks/codex-home.js";
import { codexVersion } from "./checks/codex-version.js";
import { hooks } from "./checks/hooks.js";
import { launch } from "./checks/launch.js";
import { login } from "./checks/login.js";
import { metadata } from "./checks/metadata.js";
import { prices } from "./checks/prices.js";
import { realPrograms } from "./checks/real-programs.js";
import { resume } from "./checks/resume.js";
import { rollout } from "./checks/rollout.js";
import { sandbox } from "./checks/sandbox.js";
import { settings } from "./checks/settings.js";
import { trust } from "./checks/trust.js";
import { wrappersFirst } from "./checks/wrappers-first.js";
import { wrappers } from "./checks/wrappers.js";

export const checks: readonly Check[] = [
  addon,
  settings,
  codexBinary,
  codexVersion,
  login,
  trust,
  sandbox,
  wrappers,
  wrappersFirst,
  realPrograms,
  hooks,
  agentsSection,
  metadata,
  codexHome,
  rollout,
  activity,
  prices,
  cache,
  launch,
  resume,
];
