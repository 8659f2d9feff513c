/** What the doctor finds in what a launch is made of: settings and the Codex itself. */
import { chmodSync } from "node:fs";
import { findsEach } from "./support/breaks.mjs";

findsEach([
  [
    "a setting that names no program",
    () => ({ env: { AO_CODEX_BINARY: "/nowhere/codex" } }),
    [
      "settings",
      "warn",
      /^AO_CODEX_BINARY: \/nowhere\/codex is not a program/,
      /absolute path of the codex executable/,
    ],
  ],
  [
    "a permission that does not exist",
    (patient) => {
      patient.write(
        "app/agent-orchestrator.yaml",
        "projects:\n  app:\n    agent: codex\n    path: ~/app\n    worker: { agentConfig: { permissions: all } }\n",
      );
    },
    [
      "settings",
      "warn",
      /^app\.worker\.agentConfig\.permissions: "all" is unknown/,
      /use permissionless/,
    ],
  ],
  ...[
    [
      "agentConfig: { permissions: auto-edit, sandbox: danger-full-access }",
      /^app\.agentConfig\.sandbox: danger-full-access contradicts permissions: auto-edit$/,
      /narrower sandbox$/,
    ],
    [
      "agentConfig: { sandbox: workspace-write }, worker: { agentConfig: { permissions: suggest } }",
      /^app\.worker\.agentConfig\.sandbox: workspace-write contradicts permissions: suggest$/,
      /narrower sandbox$/,
    ],
    [
      "agentConfig: { permissions: skip, networkAccess: false }",
      /^app\.agentConfig\.networkAccess: false contradicts permissions: permissionless/,
      /use auto-edit/,
    ],
    [
      "agentConfig: { config: { sandbox_mode: danger-full-access } }",
      /^app\.agentConfig\.config\.sandbox_mode: is set by the launch$/,
      /use permissions or sandbox$/,
    ],
  ].map(([settings, found, remedy]) => [
    `a setting that contradicts the permissions: ${settings}`,
    (patient) => {
      patient.write(
        "app/agent-orchestrator.yaml",
        `projects:\n  app: { agent: codex, path: ~/app, ${settings} }\n`,
      );
    },
    ["settings", "fail", found, remedy],
  ]),
  [
    "an orchestrator's configuration that is no YAML",
    (patient) => {
      patient.write("app/agent-orchestrator.yaml", "projects: [\n");
    },
    ["settings", "fail", /agent-orchestrator\.yaml cannot be read: .*line/, /fix the YAML/],
  ],
  [
    "an orchestrator's configuration that has a project twice",
    (patient) => {
      patient.write("app/agent-orchestrator.yaml", "projects:\n  app: {}\n  app: {}\n");
    },
    ["settings", "fail", /agent-orchestrator\.yaml cannot be read: app is there twice$/, /YAML/],
  ],
  [
    "a codex that cannot be executed, before another one",
    (patient) => {
      patient.program("first/codex", "true", 0o644);
      return { env: { PATH: `${patient.path("first")}:${patient.env.PATH}` } };
    },
    [
      "codex-binary",
      "warn",
      /before it in PATH is ~\/first\/codex/,
      /^chmod \+x .*\/first\/codex, or remove it$/,
    ],
  ],
  [
    "the only codex cannot be executed",
    (patient) => chmodSync(patient.path("bin/codex"), 0o644),
    [
      "codex-binary",
      "fail",
      /^~\/bin\/codex cannot be executed, and there is no other$/,
      /^chmod \+x .*\/bin\/codex$/,
    ],
  ],
  [
    "no codex",
    (patient) => patient.remove("bin/codex"),
    ["codex-binary", "fail", /there is no codex in PATH/, /npm install -g @openai\/codex/],
  ],
  [
    "a codex from before the token counts",
    (patient) => patient.codex({ version: "codex-cli 0.20.0" }),
    ["codex-version", "fail", /^0\.20\.0 is too old$/, /@openai\/codex@latest/],
  ],
  [
    "a codex that cannot resume",
    (patient) =>
      patient.codex({
        version: "codex-cli 0.36.0",
        help: "Options:\n  -a, --ask-for-approval <P>  [possible values: never]\n",
      }),
    ["codex-version", "fail", /^0\.36\.0 is too old: it cannot resume$/, /@openai\/codex@latest/],
  ],
  [
    "a program that is only called codex",
    (patient) => patient.codex({ help: "usage: codex [file]\n" }),
    ["codex-version", "fail", /is not the help of a Codex$/, /AO_CODEX_BINARY/],
  ],
  [
    "a shim without a version to run",
    (patient) => {
      patient.remove("bin/codex");
      patient.program(
        ".asdf/shims/codex",
        "echo 'No version is set for command codex' >&2; exit 126",
      );
    },
    ["codex-version", "fail", /codex/, /^let asdf choose a version that has codex/],
  ],
]);
