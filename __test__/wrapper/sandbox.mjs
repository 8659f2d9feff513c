/**
 * A home of its own for each test: installed wrappers, a real repository, a session's metadata, and programs to find
 * behind the wrappers. Nothing is faked but gh, which would need an account.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { installWrappers } from "@ao/plugin-codex/native";

const here = dirname(fileURLToPath(import.meta.url));
export const programs = join(here, "programs");
export const SESSION = "app-1";

/** The real git, and the PATH that it and the tools were found in, without any orchestrator's wrappers. */
export const PATH = process.env.PATH.split(delimiter)
  .filter((dir) => dir !== "" && !existsSync(join(dir, "ao-metadata-helper.sh")))
  .join(delimiter);
export const realGit = execFileSync("/bin/sh", ["-c", "command -v git"], {
  env: { PATH },
  encoding: "utf8",
}).trim();

/** The interpreter itself: what PATH has may be a shell script that picks one, with an environment of its own. */
export const python = execFileSync("python3", ["-c", "import sys; print(sys.executable)"], {
  encoding: "utf8",
}).trim();

/** The first number of the version of the bash that runs the wrappers: 3 on macOS. */
export const bashVersion = Number(
  execFileSync("/bin/bash", ["-c", "echo ${BASH_VERSINFO[0]}"], { encoding: "utf8" }),
);

let template;

/** Wrappers installed once for the file of tests: it is their bytes that are tested, wherever they lie. */
function installed() {
  template ??= (async () => {
    const aoHome = mkdtempSync(join(tmpdir(), "wrapper-installed-"));
    process.once("exit", () => rmSync(aoHome, { recursive: true, force: true }));
    return (await installWrappers({ aoHome, nodePath: process.execPath })).status.directory;
  })();
  return template;
}

/** Makes a sandbox that is gone after the test. */
export async function makeSandbox(t, { format = "pairs", gh = "gh.mjs", worktree = true } = {}) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "wrapper-")));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const home = join(root, "home");
  const data = join(home, ".ao", "sessions");
  const tools = join(root, "tools");
  mkdirSync(data, { recursive: true });
  mkdirSync(tools);
  const bin = join(home, ".ao", "bin");
  cpSync(await installed(), bin, { recursive: true, mode: constants.COPYFILE_FICLONE });
  const sandbox = new Sandbox({ root, home, data, tools, bin, format });
  sandbox.tool("gh", gh);
  sandbox.repository = sandbox.makeRepository("repo");
  sandbox.writeMetadata({ ...(worktree && { worktree: sandbox.repository }), status: "working" });
  return sandbox;
}

class Sandbox {
  constructor(places) {
    Object.assign(this, places);
    this.env = {
      HOME: this.home,
      PATH: [this.bin, this.tools, PATH].join(delimiter),
      AO_DATA_DIR: this.data,
      AO_SESSION: SESSION,
      LC_ALL: "C",
      TERM: "xterm",
      // bash adds this where it is not set (docs/wrappers.md).
      SHLVL: "1",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_DATE: "2026-01-02T03:04:05Z",
      GIT_COMMITTER_DATE: "2026-01-02T03:04:05Z",
      GH_LOG: join(this.root, "gh.log"),
    };
    writeFileSync(
      join(this.home, ".gitconfig"),
      "[user]\n\tname = Dev\n\temail = dev@example.com\n[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n",
    );
  }

  get git() {
    return join(this.bin, "git");
  }

  get gh() {
    return join(this.bin, "gh");
  }

  get metadataPath() {
    return join(this.data, this.format === "json" ? `${SESSION}.json` : SESSION);
  }

  /** A repository on `main` with one commit, made by the real git. */
  makeRepository(name) {
    const directory = join(this.root, name);
    mkdirSync(directory);
    this.real(["init", "--quiet"], { cwd: directory });
    writeFileSync(join(directory, "file.txt"), "one\n");
    this.real(["add", "."], { cwd: directory });
    this.real(["commit", "--quiet", "-m", "first"], { cwd: directory });
    return directory;
  }

  writeMetadata(pairs) {
    const text =
      this.format === "json"
        ? `${JSON.stringify(pairs, null, 2)}\n`
        : Object.entries(pairs)
            .map(([key, value]) => `${key}=${value}\n`)
            .join("");
    writeFileSync(this.metadataPath, text);
  }

  /** The metadata as the orchestrator reads it. */
  metadata() {
    const text = readFileSync(this.metadataPath, "utf8");
    if (this.format === "json") return JSON.parse(text);
    return Object.fromEntries(
      text
        .split("\n")
        .filter(Boolean)
        .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
  }

  /** Runs a program to its end, in the repository. */
  run(program, args, { env, ...options } = {}) {
    const result = spawnSync(program, args, {
      cwd: this.repository,
      env: { ...this.env, ...env },
      encoding: "utf8",
      timeout: 60_000,
      ...options,
    });
    if (result.error) throw result.error;
    const { status, signal, stdout, stderr } = result;
    return { status, signal, stdout, stderr };
  }

  /** Does as `run` while other tests go on. */
  async runBeside(program, args, { env } = {}) {
    const child = this.start(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    const [stdout, stderr, [status, signal]] = await Promise.all([
      textOf(child.stdout),
      textOf(child.stderr),
      once(child, "close"),
    ]);
    return { status, signal, stdout, stderr };
  }

  start(program, args, { env, ...options } = {}) {
    return spawn(program, args, { cwd: this.repository, env: { ...this.env, ...env }, ...options });
  }

  /** Runs the real git and answers its stdout. */
  real(args, { env, cwd = this.repository } = {}) {
    return execFileSync(realGit, args, {
      cwd,
      env: { ...this.env, AO_SESSION: "", ...env },
      encoding: "utf8",
      stdio: "pipe",
    }).trim();
  }

  head(cwd = this.repository) {
    return this.real(["symbolic-ref", "--short", "HEAD"], { cwd });
  }

  /** Puts one of the test programs behind the wrappers. */
  tool(name, source) {
    const text = readFileSync(join(programs, source), "utf8");
    return this.program(
      join(this.tools, name),
      text.replace(
        /^#!.* (python3|node)\n/,
        (_, language) => `#!${{ python3: `${python} -S`, node: process.execPath }[language]}\n`,
      ),
    );
  }

  /** Puts an executable file in place. */
  program(path, text) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    chmodSync(path, 0o755);
    return path;
  }

  /** Shell text run by bash with the helper at hand. */
  helper(script, { interpreter = "bash", args = [], ...options } = {}) {
    return this.run(
      interpreter,
      ["-c", `. "${this.bin}/ao-metadata-helper.sh"\n${script}`, "sh", ...args],
      options,
    );
  }

  /** What the fake gh was called with. */
  ghCalls() {
    if (!existsSync(this.env.GH_LOG)) return [];
    return readFileSync(this.env.GH_LOG, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  }
}
