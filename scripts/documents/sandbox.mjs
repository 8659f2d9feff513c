/**
 * The place where the commands of the documents are run: the home of a user called dev, on whose machine everything is
 * well, with a checkout of this repository in `~/plugin-codex` and a session's workspace in `~/app/worktree`.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { makePatient } from "../../__test__/cli/support/patient.mjs";

const root = new URL("../..", import.meta.url).pathname;
/** As the documents print what is different on each machine. */
const SHOWN_NODE = "20.20.2";
const SHOWN_PLATFORM = "linux-x64-gnu";

/** `t` is what the sandbox lives as long as: it has an `after`. The checkout has the samples of `repository`. */
export async function makeSandbox(t, repository = root) {
  const patient = await makePatient(t);
  const checkout = patient.path("plugin-codex");
  mkdirSync(checkout);
  symlinkSync(join(repository, "samples"), join(checkout, "samples"));
  patient.program(
    "bin/ao-codex",
    `exec "${process.execPath}" "${join(root, "dist", "cli.cjs")}" "$@"`,
  );
  // Of the registry's package it runs the only command, as `npx -y @ao/plugin-codex usage` does.
  patient.program(
    "bin/npx",
    '[ "$1" = -y ] && shift; [ "$1" = @ao/plugin-codex ] && shift && exec ao-codex "$@"; exec "$@"',
  );
  const git = spawnSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).stdout.trim();
  symlinkSync(git, patient.path("bin/git"));
  const session = { AO_SESSION: "app-1", AO_DATA_DIR: patient.dataDir };
  const places = {
    checkout: { cwd: checkout },
    workspace: { cwd: patient.workspace },
    session: { cwd: patient.workspace, env: session },
  };
  return {
    /** Runs the commands one after the other in one shell; the output of each, and whether all ended well. */
    run(commands, place) {
      const { cwd, env } = places[place];
      const script = commands.map((command) => `${command}\necho "${MARK}$?"`).join("\n");
      const { stdout } = spawnSync("bash", ["-c", `exec 2>&1\n${script}`], {
        cwd,
        env: { ...environment(patient), ...env },
        encoding: "utf8",
      });
      const parts = stdout.split(new RegExp(`${MARK}(\\d+)\n`));
      return commands.map((command, at) => ({
        command,
        output: shown(parts[2 * at] ?? "", patient),
        code: Number(parts[2 * at + 1] ?? 1),
      }));
    },
  };
}

/** Nothing that a command prints. */
const MARK = "\u0001ended:";

function environment({ env }) {
  const set = { COLUMNS: "100", TZ: "UTC", NO_COLOR: "1", LC_ALL: "C.UTF-8" };
  return Object.fromEntries(
    Object.entries({ ...process.env, ...env, ...set }).filter(([, value]) => value !== undefined),
  );
}

function shown(text, { home }) {
  return text
    .replaceAll(home, "/home/dev")
    .replaceAll(`Node ${process.versions.node}`, `Node ${SHOWN_NODE}`)
    .replaceAll(/\b(linux|darwin|win32)-(x64|arm64)(-gnu|-musl|-msvc)?\b/g, SHOWN_PLATFORM);
}
