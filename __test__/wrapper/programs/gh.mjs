#!/usr/bin/env node
// A gh without GitHub. It reads its arguments as the real one does (cobra and pflag), asks on a terminal and only
// there, prints addresses to stdout and everything else to stderr, and ends with gh's exit codes. It notes each call in
// GH_LOG.
import { appendFileSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";

const HOST = process.env.GH_FAKE_HOST ?? "github.com";
const REPO = "owner/repo";
const FLAGS = {
  create: {
    value: [
      "assignee a",
      "base B",
      "body b",
      "body-file F",
      "head H",
      "label l",
      "milestone m",
      "project p",
      "recover",
      "repo R",
      "reviewer r",
      "template T",
      "title t",
    ],
    bool: [
      "draft d",
      "dry-run",
      "editor e",
      "fill f",
      "fill-first",
      "fill-verbose",
      "help",
      "no-maintainer-edit",
      "web w",
    ],
  },
  merge: {
    value: ["author-email A", "body b", "body-file F", "match-head-commit", "repo R", "subject t"],
    bool: [
      "admin",
      "auto",
      "delete-branch d",
      "disable-auto",
      "help",
      "merge m",
      "rebase r",
      "squash s",
    ],
  },
  view: { value: ["jq q", "json", "repo R", "template t"], bool: ["comments c", "help", "web w"] },
};

const args = expandAliases(process.argv.slice(2));
appendFileSync(process.env.GH_LOG, `${JSON.stringify(process.argv.slice(2))}\n`);
const { words, rest } = findCommand(args);
const command = { create: "create", new: "create", merge: "merge", view: "view" }[words[1]];
if (words[0] !== "pr" || command === undefined) {
  writeSync(1, `other ${JSON.stringify(words)}\n`);
  process.exit(args.includes("fail") ? 1 : 0);
}
const { flags, positional } = parse(FLAGS[command], rest);
if (flags.help) {
  writeSync(1, `Usage: gh pr ${command}\n`);
  process.exit(0);
}
const repo = flags.repo ?? REPO;
const address = `https://${HOST}/${repo.split("/").slice(-2).join("/")}/pull/7`;
await { create, merge, view }[command]();

async function create() {
  if (positional.length > 0)
    fail(`unknown argument "${positional[0]}"; please quote all values that have spaces`);
  if (process.env.GH_FAKE_FAIL) fail(`a pull request for branch "x" already exists:\n${address}`);
  const terminal = process.stdin.isTTY && process.stdout.isTTY;
  let draft = flags.draft;
  if (flags.web) return note(`Opening ${HOST}/${repo}/compare in your browser.\n`);
  if (flags.title === undefined && !flags.fill) {
    if (!terminal)
      fail(
        "must provide `--title` and `--body` (or `--fill` or `fill-first` or `--fillverbose`) when not running interactively",
      );
    const prompts = createInterface({ input: process.stdin, output: process.stdout });
    // The terminal is in raw mode here: gh sees Ctrl-C as a key, and ends with 2.
    prompts.on("SIGINT", () => process.exit(2));
    await prompts.question("? Title ");
    draft = (await prompts.question("? What's next? [Submit/draft] ")) === "draft";
    prompts.close();
  }
  if (flags["dry-run"])
    return writeSync(
      1,
      `Would have created a Pull Request with:\nsee https://${HOST}/x/y/pull/1\n`,
    );
  note(`\nCreating ${draft ? "draft " : ""}pull request for feature into main in ${repo}\n\n`);
  if (process.env.GH_FAKE_STATE)
    appendFileSync(
      process.env.GH_FAKE_STATE,
      JSON.stringify({ url: address, isDraft: Boolean(draft), number: 7 }),
    );
  effect({ pr: address, draft: Boolean(draft) });
  writeSync(1, `${address}\n`);
}

function merge() {
  if (process.env.GH_FAKE_FAIL)
    fail("Pull request #7 is not mergeable: the base branch policy prohibits the merge.");
  if (!flags.auto && !flags["disable-auto"])
    effect({ merged: true, selector: positional[0], repo: flags.repo });
  note(
    flags.auto ? "✓ Pull request #7 will be automatically merged\n" : "✓ Merged pull request #7\n",
  );
}

function view() {
  if (flags.repo !== undefined && positional.length === 0)
    fail("argument required when using the --repo flag");
  if (flags.json === undefined) return writeSync(1, "title: x\n");
  const known = JSON.parse(readFileSync(process.env.GH_FAKE_STATE, "utf8"));
  writeSync(
    1,
    `${JSON.stringify(Object.fromEntries(flags.json.split(",").map((field) => [field, known[field]])))}\n`,
  );
}

// cobra's search for command words: a flag without `=` takes the next argument along unless it is a known switch.
function findCommand(all) {
  const commands = [];
  const others = [...all];
  for (let i = 0; i < others.length && commands.length < 2; i += 1) {
    const arg = others[i];
    if (arg === "--") break;
    if (arg.startsWith("--")) {
      if (!arg.includes("=") && arg !== "--help" && arg !== "--version") i += 1;
    } else if (arg.startsWith("-")) {
      if (arg.length === 2) i += 1;
    } else if (arg !== "") {
      commands.push(arg);
      others.splice(i, 1);
      i -= 1;
    }
  }
  return { words: commands, rest: others };
}

// pflag: `--name value`, `--name=value`, `-n value`, `-nvalue`, `-n=value`, switches in clusters, flags anywhere.
function parse({ value, bool }, all) {
  const names = new Map(
    [...value, ...bool].flatMap((flag) =>
      flag.split(" ").map((name) => [name, flag.split(" ")[0]]),
    ),
  );
  const values = new Set(value.map((flag) => flag.split(" ")[0]));
  const read = {};
  const plain = [];
  const set = (name, text) => {
    if (values.has(name)) read[name] = text;
    else if (/^(1|t|T|true|TRUE|True)$/.test(text)) read[name] = true;
    else if (/^(0|f|F|false|FALSE|False)$/.test(text)) delete read[name];
    else
      fail(
        `invalid argument "${text}" for "--${name}" flag: strconv.ParseBool: parsing "${text}": invalid syntax`,
      );
  };
  const queue = [...all];
  while (queue.length > 0) {
    const arg = queue.shift();
    if (arg === "--") {
      plain.push(...queue.splice(0));
    } else if (arg.startsWith("--")) {
      const [, given, , text] = /^--([^=]*)(=(.*))?$/s.exec(arg);
      const name = given.length > 1 ? names.get(given) : undefined;
      if (name === undefined) fail(`unknown flag: --${given}`);
      if (text !== undefined) set(name, text);
      else if (!values.has(name)) set(name, "true");
      else if (queue.length === 0) fail(`flag needs an argument: --${given}`);
      else set(name, queue.shift());
    } else if (arg.startsWith("-") && arg.length > 1) {
      let letters = arg.slice(1);
      while (letters !== "") {
        const name = names.get(letters[0]);
        if (letters[0] === "h" && name === undefined) {
          read.help = true;
          break;
        }
        if (name === undefined) fail(`unknown shorthand flag: '${letters[0]}' in ${arg}`);
        if (letters.length > 2 && letters[1] === "=") {
          set(name, letters.slice(2));
          letters = "";
        } else if (!values.has(name)) {
          set(name, "true");
          letters = letters.slice(1);
        } else if (letters.length > 1) {
          set(name, letters.slice(1));
          letters = "";
        } else if (queue.length === 0) {
          fail(`flag needs an argument: '${letters[0]}' in ${arg}`);
        } else {
          set(name, queue.shift());
          letters = "";
        }
      }
    } else {
      plain.push(arg);
    }
  }
  return { flags: read, positional: plain };
}

function expandAliases(all) {
  const directory =
    process.env.GH_CONFIG_DIR ??
    join(process.env.XDG_CONFIG_HOME ?? join(process.env.HOME, ".config"), "gh");
  let text = "";
  try {
    text = readFileSync(join(directory, "config.yml"), "utf8");
  } catch {
    return all;
  }
  const alias = new RegExp(`^ +${all[0]}: (.*)$`, "m").exec(text);
  return alias === null ? all : [...alias[1].split(" "), ...all.slice(1)];
}

/** What it did, for those who want to know without reading what it says. */
function effect(done) {
  if (process.env.GH_FAKE_EFFECT) writeFileSync(process.env.GH_FAKE_EFFECT, JSON.stringify(done));
}

function note(text) {
  writeSync(2, text);
}

function fail(text) {
  note(`${text}\n`);
  process.exit(1);
}
