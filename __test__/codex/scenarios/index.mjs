/**
 * All scenarios: `{ name, since?, until?, needsZstd?, settings…, play(lab) }`. The settings are
 * those of `writeCodexHome`: `features`, `retries`, `topLevel` and `config` lines.
 */
import { compactionAsked, compactionAutomatic, forkCompacted } from "./compaction.mjs";
import * as families from "./families.mjs";
import { failures } from "./failures.mjs";
import * as files from "./files.mjs";
import * as forks from "./forks.mjs";
import { revert, rollback } from "./histories.mjs";
import { interruptInStream, interruptInTool } from "./interrupts.mjs";
import { killInStream, killInTool } from "./kills.mjs";
import * as basics from "./plain.mjs";
import * as reviews from "./reviews.mjs";
import * as subagents from "./subagents.mjs";
import * as upgrades from "./upgrades.mjs";

const scenariosOf = (module) => Object.values(module).filter(({ play }) => play !== undefined);

export const SCENARIOS = [
  ...scenariosOf(basics),
  ...scenariosOf(files),
  ...scenariosOf(forks),
  ...scenariosOf(subagents),
  ...scenariosOf(families),
  ...scenariosOf(reviews),
  compactionAsked,
  compactionAutomatic,
  forkCompacted,
  rollback,
  revert,
  ...failures,
  interruptInStream,
  interruptInTool,
  killInStream,
  killInTool,
  ...scenariosOf(upgrades),
];
