/**
 * All scenarios: `{ name, since?, until?, settings…, play(lab), problems?(where) }`. The settings are
 * those of `writeCodexHome`: `features`, `retries`, `topLevel` and `config` lines.
 */
import * as compaction from "./compaction.mjs";
import * as compression from "./compression.mjs";
import * as families from "./families.mjs";
import { failures } from "./failures.mjs";
import * as files from "./files.mjs";
import * as forks from "./forks.mjs";
import * as histories from "./histories.mjs";
import * as imports from "./imports.mjs";
import * as interrupts from "./interrupts.mjs";
import * as kills from "./kills.mjs";
import * as nested from "./nested.mjs";
import * as basics from "./plain.mjs";
import * as limits from "./limits.mjs";
import * as overflow from "./overflow.mjs";
import * as reviews from "./reviews.mjs";
import * as subagents from "./subagents.mjs";
import * as tiers from "./tiers.mjs";
import * as upgrades from "./upgrades.mjs";
import * as writers from "./writers.mjs";

const scenariosOf = (module) => Object.values(module).filter(({ play }) => play !== undefined);

/** By what happens in them. */
export const SCENARIO_GROUPS = {
  "threads that are begun and resumed": scenariosOf(basics),
  "archived, moved and torn files": scenariosOf(files),
  "compressed rollouts": scenariosOf(compression),
  forks: scenariosOf(forks),
  subagents: scenariosOf(subagents),
  "forks of forks, of subagents, of what is gone": scenariosOf(families),
  "reviews and approvals": scenariosOf(reviews),
  compaction: scenariosOf(compaction),
  "rollbacks and reverts": scenariosOf(histories),
  "responses that fail": failures,
  interrupts: scenariosOf(interrupts),
  kills: scenariosOf(kills),
  "threads that several versions wrote": scenariosOf(upgrades),
  "full contexts": scenariosOf(overflow),
  "several writers": scenariosOf(writers),
  "service tiers": scenariosOf(tiers),
  "`codex exec` within a session": scenariosOf(nested),
  "sessions of another tool": scenariosOf(imports),
  "the limits of the account": scenariosOf(limits),
};

export const SCENARIOS = Object.values(SCENARIO_GROUPS).flat();
