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

/**
 * Beside everything with the current version: counters that begin anew, replaying forks without
 * and with turn ids, the last of these, and forks that point to their parent but go on counting.
 */
const OLDER_VERSIONS = ["0.45.0", "0.80.0", "0.118.0", "0.144.6", "0.152.1"];

/** What is newer than the version that everything is proven with. */
const NEWEST_CODEX = "0.171.0";

const OLDER_SCENARIOS = new Set([
  "plain",
  "resumes",
  "forks",
  "forks-of-exec",
  "fork-fails-first",
  "fork-orphaned",
  "fork-spawns-subagent",
  "subagent",
  "subagent-forked",
  "compaction-automatic",
  "kill-in-tool",
  "torn-line",
  "overflow",
  "overflow-forked",
  "overflow-compacted",
  "two-writers",
  "two-servers",
  "nested-exec",
  "limits",
]);

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
    plays.flatMap(({ version, scenario }) => [
      version,
      ...(scenario.otherVersions?.(version) ?? []),
    ]),
  ),
];

export const applies = ({ since, until }, version) =>
  (since === undefined || isAtMost(since, version)) &&
  (until === undefined || isAtMost(version, until));

function everything(versions = FULL_VERSIONS) {
  return versions.flatMap((version) => SCENARIOS.map((scenario) => ({ version, scenario })));
}

function crossSection() {
  const older = SCENARIOS.filter(({ name }) => OLDER_SCENARIOS.has(name));
  return [
    ...everything([CURRENT_CODEX]),
    ...everything([NEWEST_CODEX]).filter(({ scenario }) => scenario.name === "limits"),
    ...OLDER_VERSIONS.flatMap((version) => older.map((scenario) => ({ version, scenario }))),
  ];
}
