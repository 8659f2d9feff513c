/** What the doctor finds in how a session tells of its work: wrappers, real programs and metadata. */
import { chmodSync, mkdirSync, renameSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { findsEach, sessionOf } from "./support/breaks.mjs";

findsEach([
  [
    "no wrappers",
    (patient) => patient.remove(".ao/bin"),
    ["wrappers", "fail", /^there are none in ~\/\.ao\/bin$/, /^ao-codex wrappers install$/],
  ],
  [
    "a wrapper that is not executable",
    (patient) => chmodSync(join(patient.bin, "gh"), 0o644),
    ["wrappers", "fail", /gh is not executable/, /^ao-codex wrappers install$/],
  ],
  [
    "a wrapper that somebody changed",
    (patient) => patient.write(".ao/bin/git", `${patient.text(".ao/bin/git")}# mine\n`, 0o755),
    ["wrappers", "warn", /git changed by somebody/, /--force/],
  ],
  [
    "the wrappers of the orchestrator, which are left alone",
    (patient) => patient.write(".ao/bin/.ao-version", "0.1.1\n"),
    [
      "wrappers",
      "warn",
      /the orchestrator's own, 0\.1\.1, are in .* left alone; ours are not beside them/,
      /^ao-codex wrappers install$/,
    ],
  ],
  [
    "the wrappers of a newer version of this package",
    (patient) => patient.write(".ao/bin/.ao-version", "@ao/plugin-codex 99.0.0 0123456789abcdef\n"),
    ["wrappers", "warn", /a newer version of ours, 99\.0\.0/, /--force/],
  ],
  [
    "wrappers that others may write",
    (patient) => chmodSync(patient.bin, 0o777),
    ["wrappers", "fail", /can be written by others/, /^chmod 700 .*\/\.ao\/bin$/],
  ],
  [
    "a profile that takes the wrappers out of PATH",
    (patient) => {
      patient.write("env.sh", "");
      patient.write(".profile", 'export BASH_ENV="$HOME/env.sh"\n');
    },
    [
      "wrappers-first",
      "fail",
      /^not in what Codex runs \(bash -lc\): there it is \/\S+git, /,
      /^end ~\/\.bash_profile \(or ~\/\.profile\) with: export PATH='.*\/\.ao\/bin':"\$PATH"$/,
    ],
  ],
  [
    "a profile that ends the shell",
    (patient) => patient.write(".profile", "exit 3\n"),
    ["wrappers-first", "fail", /^bash -lc does not end well/, /fix your profile/],
  ],
  [
    "a GH_PATH that leads nowhere",
    () => ({ env: { GH_PATH: "/nowhere/gh" } }),
    [
      "real-programs",
      "warn",
      /^GH_PATH is \/nowhere\/gh, which cannot be run; gh is ~\/bin\/gh$/,
      /real gh, or unset it/,
    ],
  ],
  [
    "no gh",
    (patient) => patient.remove("bin/gh"),
    ["real-programs", "warn", /there is no gh/, /install gh/],
  ],
  [
    "an AGENTS.md without the section",
    (patient) => patient.write(join(patient.workspace, "AGENTS.md"), "# Mine\n"),
    ["agents-section", "warn", /AGENTS\.md has none/, /--fix adds it/],
  ],
  [
    "no session",
    (patient) => patient.remove(".agent-orchestrator"),
    ["metadata", "warn", /^not in a session/, /terminal of a session/],
  ],
  [
    "a metadata file that is no metadata",
    (patient) => {
      patient.write(`${patient.metadataPath}.json`, "{");
      return { env: sessionOf(patient) };
    },
    ["metadata", "fail", /app-1\.json is not a JSON object$/, /fix it by hand/],
  ],
  [
    "a lock that a process left behind",
    (patient) => {
      const lock = patient.write(`${patient.metadataPath}.lock`, "");
      utimesSync(lock, new Date(0), new Date(0));
    },
    ["metadata", "warn", /app-1\.lock behind$/, /^rm .*app-1\.lock$/],
  ],
  [
    "a session without its data directory",
    (patient) => ({ env: { ...sessionOf(patient), AO_DATA_DIR: undefined } }),
    [
      "metadata",
      "fail",
      /^AO_SESSION is set and AO_DATA_DIR is not$/,
      /the orchestrator: it sets both/,
    ],
  ],
  [
    "a data directory without a session",
    (patient) => ({ env: { ...sessionOf(patient), AO_SESSION: undefined } }),
    ["metadata", "fail", /^AO_DATA_DIR is set and AO_SESSION is not$/, /it sets both/],
  ],
  [
    "a session name that leaves the directory",
    (patient) => ({ env: { ...sessionOf(patient), AO_SESSION: "../app-1" } }),
    ["metadata", "fail", /refuse the session name/, /without \/ and/],
  ],
  [
    "a data directory where the wrappers write nothing",
    (patient) => ({ env: { ...sessionOf(patient), AO_DATA_DIR: "/usr" } }),
    ["metadata", "fail", /refuse \/usr/, /lie in one of them/],
  ],
  [
    "a session whose metadata file is gone",
    (patient) => {
      renameSync(patient.metadataPath, `${patient.metadataPath}-old`);
      return { env: sessionOf(patient) };
    },
    ["metadata", "fail", /app-1 is not there, with or without \.json$/, /start the session again/],
  ],
  [
    "a metadata file that is a directory",
    (patient) => {
      patient.remove(".agent-orchestrator/0123-app/sessions/app-1");
      mkdirSync(patient.metadataPath);
      return { env: sessionOf(patient) };
    },
    ["metadata", "fail", /is no regular file/, /start the session again/],
  ],
]);
