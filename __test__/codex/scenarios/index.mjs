/**
 * All scenarios: `{ name, since?, until?, settings…, play(lab) }`. The settings are
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
import * as overflow from "./overflow.mjs";
import * as reviews from "./reviews.mjs";
import * as subagents from "./subagents.mjs";
import * as tiers from "./tiers.mjs";
import * as upgrades from "./upgrades.mjs";
import * as writers from "./writers.mjs";

const scenariosOf = (module) => Object.values(module).filter(({ play }) => play !== undefined);

export const SCENARIOS = [
  ...scenariosOf(basics),
  ...scenariosOf(files),
  ...scenariosOf(compression),
  ...scenariosOf(forks),
  ...scenariosOf(subagents),
  ...scenariosOf(families),
  ...scenariosOf(reviews),
  ...scenariosOf(compaction),
  ...scenariosOf(histories),
  ...failures,
  ...scenariosOf(interrupts),
  ...scenariosOf(kills),
  ...scenariosOf(upgrades),
  ...scenariosOf(overflow),
  ...scenariosOf(writers),
  ...scenariosOf(tiers),
  ...scenariosOf(nested),
  ...scenariosOf(imports),
];
