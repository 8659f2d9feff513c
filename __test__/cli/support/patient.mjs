/**
 * A machine on which everything is well, for the doctor: a home with Codex, its rollouts, the orchestrator's
 * configuration, wrappers, and a session whose work tree is a real repository. A test breaks one thing of it.
 */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installAgentsSection, installWrappers } from "@ao/plugin-codex/native";
import { aoCodex, run } from "../../support/command.mjs";
import { whenOver } from "../../support/home.mjs";
import { giveToNobody } from "../../support/nobody.mjs";
import { event, lines, sessionMeta, threadId, turnContext } from "../../support/records.mjs";

export const THREAD = threadId(1);
const HOOK_EVENTS = ["session_start", "user_prompt_submit", "permission_request", "stop"];

export const CODEX_HELP = `Commands:
  app-server        Run the app server
  resume            Resume a previous interactive session
Options:
  -a, --ask-for-approval <APPROVAL_POLICY>
          Possible values:
          - on-request: the model decides
          - never: nobody is asked
`;

const unprivilegedCli = fileURLToPath(
  new URL("../../support/unprivileged-cli.mjs", import.meta.url),
);

/** What else the machine that the tests run on may have set. */
const UNSET = [
  "AO_SESSION",
  "AO_DATA_DIR",
  "AO_HOME",
  "AO_TMUX_NAME",
  "AO_CONFIG_PATH",
  "AO_GLOBAL_CONFIG",
  "AO_PROJECT_ID",
  "AO_CODEX_BINARY",
  "AO_CODEX_AGENTS_SECTION",
  "AO_CODEX_HOOKS",
  "GH_PATH",
  "BASH_ENV",
  "ZDOTDIR",
  "XDG_CACHE_HOME",
  "XDG_CONFIG_HOME",
  "NVM_DIR",
  "NO_COLOR",
];

export async function makePatient(t) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "ao-codex-doctor-")));
  whenOver(t, () => {
    execFileSync("chmod", ["-R", "u+rwx", root]);
    rmSync(root, { recursive: true, force: true });
  });
  const patient = new Patient(root);
  chmodSync(root, 0o755);
  mkdirSync(patient.workspace, { recursive: true });
  execFileSync("git", ["init", "-q", patient.workspace]);
  patient.codex();
  patient.program("bin/gh", "echo gh version 2.0.0");
  patient.rollout({ id: THREAD, cwd: patient.workspace });
  patient.write(
    "app/agent-orchestrator.yaml",
    "defaults: { agent: codex }\nprojects:\n  app: { repo: acme/app, path: ~/app }\n",
  );
  patient.write(
    patient.metadataPath,
    `worktree=${patient.workspace}\nproject=app\nstatus=working\n`,
  );
  await installWrappers({ aoHome: patient.path(".ao"), nodePath: process.execPath });
  await installAgentsSection(patient.workspace);
  return patient;
}

class Patient {
  constructor(root) {
    this.root = root;
    this.home = join(root, "home");
    this.workspace = this.path("app/worktree");
    this.codexHome = this.path(".codex");
    this.bin = this.path(".ao/bin");
    this.dataDir = this.path(".agent-orchestrator/0123-app/sessions");
    this.metadataPath = join(this.dataDir, "app-1");
    this.env = {
      ...Object.fromEntries(UNSET.map((name) => [name, undefined])),
      HOME: this.home,
      PATH: [
        this.path("bin"),
        dirname(process.execPath),
        "/usr/local/bin",
        "/usr/bin",
        "/bin",
      ].join(":"),
    };
  }

  path(...parts) {
    return join(this.home, ...parts);
  }

  write(path, text, mode = 0o644) {
    const file = path.startsWith("/") ? path : this.path(path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, mode);
    return file;
  }

  program(path, body, mode = 0o755) {
    return this.write(path, `#!/bin/sh\n${body}\n`, mode);
  }

  codex({
    version = "codex-cli 0.169.0",
    help = CODEX_HELP,
    at = "bin/codex",
    trusts = true,
  } = {}) {
    this.write(`${at}.help`, help);
    this.write(
      `${at}.hooks`,
      `${JSON.stringify(this.#hooks(trusts ? "trusted" : "untrusted"))}
`,
    );
    const words = [
      `--version) echo "${version}"`,
      '--help) cat "$0.help"',
      'app-server) cat "$0.hooks"',
    ];
    return this.program(at, `case "$1" in ${words.join(";; ")};; esac`);
  }

  /** What the Codex answers to the question which hooks it would run. */
  #hooks(trustStatus) {
    const command = join(this.bin, "ao-codex-hook");
    const hooks = HOOK_EVENTS.map((name) => ({
      key: `/<session-flags>/config.toml:${name}:0:0`,
      command,
      trustStatus,
    }));
    return { id: 2, result: { data: [{ hooks }] } };
  }

  rollout({
    id,
    cwd,
    at = "2026-05-20T08:00:00.000Z",
    meta = {},
    archived = false,
    home = this.codexHome,
    writtenAt = at,
    end = "task_complete",
  }) {
    const turn_id = `${id.slice(0, -1)}f`;
    const records = [
      sessionMeta(id, { cwd, at, ...meta }),
      event({ type: "task_started", turn_id }, writtenAt),
      turnContext({ turn_id, cwd, at: writtenAt }),
      ...(end === null ? [] : [event({ type: end, turn_id }, writtenAt)]),
    ];
    const folder = archived ? "archived_sessions" : "sessions/2026/05/20";
    const file = this.write(
      join(home, folder, `rollout-2026-05-20T08-00-00-${id}.jsonl`),
      lines(...records),
    );
    utimesSync(file, new Date(writtenAt), new Date(writtenAt));
    return file;
  }

  link(target, path) {
    symlinkSync(target, this.path(path));
    return this.path(path);
  }

  remove(path) {
    rmSync(this.path(path), { recursive: true, force: true });
  }

  text(path) {
    return readFileSync(this.path(path), "utf8");
  }

  /** What the doctor prints with these arguments. */
  async print(args = [], env = {}) {
    return aoCodex(["doctor", ...args, "--workspace", this.workspace], {
      env: { ...this.env, ...env },
    });
  }

  /** The checks that are not ok, and the rest of the report. */
  async examine(args = [], env = {}) {
    return report(await this.print(["--json", ...args], env));
  }

  /** The same as a user for whom mode bits count, and whose home this is. */
  async examineUnprivileged(args = [], env = {}) {
    giveToNobody(this.root);
    const words = [unprivilegedCli, "doctor", "--json", ...args, "--workspace", this.workspace];
    return report(await run(process.execPath, words, { env: { ...this.env, ...env } }));
  }
}

function report({ code, stdout, stderr }) {
  const { ok, checks, fixed } = JSON.parse(stdout);
  return { code, stderr, ok, checks, fixed, ill: checks.filter(({ status }) => status !== "ok") };
}
