/** All scenarios: `{ name, since?, until?, features?, config?, play(lab) }`. */
import { forkAtTurn, forkFailsFirst, forks } from "./forks.mjs";
import { killInStream, killInTool } from "./kills.mjs";
import { modelChange, plain, resumes } from "./plain.mjs";
import { forkedSubagent, nestedSubagents, subagent } from "./subagents.mjs";

export const SCENARIOS = [
  plain,
  resumes,
  modelChange,
  forks,
  forkFailsFirst,
  forkAtTurn,
  subagent,
  forkedSubagent,
  nestedSubagents,
  killInTool,
  killInStream,
];
