/**
 * All scenarios: `{ name, since?, until?, needsZstd?, settings…, play(lab) }`. The settings are
 * those of `writeCodexHome`: `features`, `retries`, `topLevel` and `config` lines.
 */
import { compactionAsked, compactionAutomatic, forkCompacted } from "./compaction.mjs";
import { failures } from "./failures.mjs";
import * as files from "./files.mjs";
import * as forks from "./forks.mjs";
import { revert, rollback } from "./histories.mjs";
import { interruptInStream, interruptInTool } from "./interrupts.mjs";
import { killInStream, killInTool } from "./kills.mjs";
import * as basics from "./plain.mjs";
import { review } from "./reviews.mjs";
import * as subagents from "./subagents.mjs";
import { forkOfOlder, upgrade } from "./upgrades.mjs";

export const SCENARIOS = [
  ...Object.values(basics),
  ...Object.values(files),
  ...Object.values(forks),
  ...Object.values(subagents),
  review,
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
  upgrade,
  forkOfOlder,
];
