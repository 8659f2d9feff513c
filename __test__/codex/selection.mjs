/** Which versions and scenarios a run plays: a cross-section by default, everything with `--full`. */
import { CURRENT_CODEX } from "./install.mjs";
import { SCENARIOS } from "./scenarios/index.mjs";
import { isAtMost } from "./versions.mjs";

/** At least one version for each way of writing that was ever observed. */
export const FULL_VERSIONS = [
  "0.34.0",
  "0.36.0",
  "0.45.0",
  "0.60.1",
  "0.72.0",
  "0.80.0",
  "0.98.0",
  "0.111.0",
  "0.118.0",
  "0.125.0",
  "0.132.0",
  "0.144.6",
  "0.147.0",
  "0.149.1",
  "0.150.1",
  "0.152.1",
  "0.153.4",
  "0.154.0",
  "0.162.1",
  CURRENT_CODEX,
];

const CURRENT_SCENARIOS = [
  "plain",
  "resumes",
  "model-change",
  "directories",
  "compaction-asked",
  "compaction-automatic",
  "forks",
  "fork-fails-first",
  "fork-at-turn",
  "subagent",
  "subagent-forked",
  "subagents-many",
  "revert",
  "review",
  "kill-in-tool",
  "torn-line",
  "upgrade",
];

const OLDER_SCENARIOS = [
  "plain",
  "resumes",
  "forks",
  "fork-fails-first",
  "subagent",
  "subagent-forked",
  "compaction-automatic",
  "kill-in-tool",
];

/** Replaying forks without turn ids, replaying forks with them, pointing forks from zero. */
const OLDER_VERSIONS = ["0.45.0", "0.80.0", "0.118.0", "0.150.1"];

/** `[{ version, scenario }]`; `versions` and `names` narrow it down when they are given. */
export const selectPlays = ({ full, versions, names }) => {
  const cells = full || versions || names ? everything(versions) : crossSection();
  return cells
    .filter(({ scenario }) => names === undefined || names.includes(scenario.name))
    .filter(({ version, scenario }) => applies(scenario, version));
};

/** Also the versions that a scenario switches to. */
export const versionsNeeded = (plays) => [
  ...new Set(
    plays.flatMap(({ version, scenario }) => [version, ...(scenario.otherVersions?.(version) ?? [])]),
  ),
];

export const applies = ({ since, until }, version) =>
  (since === undefined || isAtMost(since, version)) &&
  (until === undefined || isAtMost(version, until));

function everything(versions = FULL_VERSIONS) {
  return versions.flatMap((version) => SCENARIOS.map((scenario) => ({ version, scenario })));
}

function crossSection() {
  const named = (version, names) =>
    SCENARIOS.filter(({ name }) => names.includes(name)).map((scenario) => ({ version, scenario }));
  return [
    ...named(CURRENT_CODEX, CURRENT_SCENARIOS),
    ...OLDER_VERSIONS.flatMap((version) => named(version, OLDER_SCENARIOS)),
  ];
}
