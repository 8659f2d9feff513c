/**
 * `node read-configurations.mjs FOLDER SEED CASES` or `… FOLDER FILE`: finds the orchestrator's configuration of a work
 * tree whose file has other bytes each time. Prints how many were read, and what threw.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findConfiguration } from "../../../dist/doctor/configuration.js";
import { mulberry32 } from "../../../scripts/mulberry32.mjs";

const [folder, given, cases] = process.argv.slice(2);
const file = join(folder, "agent-orchestrator.yaml");
const env = { AO_GLOBAL_CONFIG: join(folder, "none.yaml"), HOME: folder };

const SEEDS = [
  `port: 3000\ndefaults:\n  agent: codex\n  runtime: tmux\nprojects:\n  app:\n    name: App\n    repo: acme/app\n    path: ${folder}\n    agentConfig:\n      permissions: auto-edit\n      model: gpt-5\n      addDirs: [/a, "/b"]\n`,
  `agent: codex\nworker: {agent: codex}\norchestrator: {agent: claude-code}\nagentConfig: {hooks: false}\n`,
  `projects: {a: {path: ~/x, agent: codex}, b: &b {path: ., agentConfig: {<<: {model: x}}}, c: *b}\n`,
].map((text) => Buffer.from(text));
const WORDS = [
  "&a ",
  "*a",
  "!!",
  "? ",
  "- ",
  ": ",
  "{",
  "}",
  "[",
  "]",
  "|\n",
  ">-\n",
  "\u0000",
  "\u001b[31m",
  "\ufeff",
  "%YAML 1.1\n---\n",
  "...\n",
  "<<: ",
  "#",
  "'",
  '"',
  "\t",
  "\r",
  "\u2028",
  "999999999999999999999",
  "\ud800",
];

const random = mulberry32(Number(given) || 1);
const below = (limit) => Math.floor(random() * limit);

function mutated() {
  let bytes = SEEDS[below(SEEDS.length)];
  for (let times = 1 + below(6); times > 0; times -= 1) {
    const [at, end] = [below(bytes.length + 1), below(bytes.length + 1)].toSorted((a, b) => a - b);
    const [head, middle, tail] = [
      bytes.subarray(0, at),
      bytes.subarray(at, end),
      bytes.subarray(end),
    ];
    const how = below(4);
    if (how === 0) bytes = Buffer.concat([head, tail]);
    else if (how === 1) bytes = Buffer.concat([head, middle, middle, tail]);
    else if (how === 2) bytes = Buffer.concat([head, Buffer.from([below(256)]), middle, tail]);
    else bytes = Buffer.concat([head, Buffer.from(WORDS[below(WORDS.length)]), middle, tail]);
  }
  return bytes.subarray(0, 100_000);
}

const found = { read: 0, thrown: [] };
const inputs = cases === undefined ? [readFileSync(given)] : { length: Number(cases) };
for (const input of Array.from(inputs, (one) => one ?? mutated())) {
  writeFileSync(file, input);
  try {
    findConfiguration(folder, null, env);
    found.read += 1;
  } catch (error) {
    found.thrown.push([input.toString("base64"), String(error)]);
  }
}
process.stdout.write(JSON.stringify(found));
