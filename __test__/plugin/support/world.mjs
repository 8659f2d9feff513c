/**
 * A machine of its own for one test: home directory, Codex home, orchestrator's home, cache, PATH and tmux server, all
 * below one temporary directory and gone after the test.
 */
import { execFile } from "node:child_process";
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rename,
  rm,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

const VARIABLES = [
  "HOME",
  "USERPROFILE",
  "PATH",
  "CODEX_HOME",
  "AO_HOME",
  "AO_CODEX_BINARY",
  "XDG_CACHE_HOME",
  "TMUX_TMPDIR",
  "TMUX",
  "BASH_ENV",
  "ZDOTDIR",
  "NVM_DIR",
  "PNPM_HOME",
  "BUN_INSTALL",
  "VOLTA_HOME",
  "FNM_DIR",
  "npm_config_prefix",
  "NPM_CONFIG_PREFIX",
];

/** What every machine has. */
export const SYSTEM_PATH = ["/usr/local/bin", "/opt/homebrew/bin", "/usr/bin", "/bin"];

/** How long a program that hangs would take to end. */
export const HANGS_S = 60;

/** Changes the environment of this process until the test ends. */
export const makeWorld = async (t, { parent = tmpdir() } = {}) => {
  // Sockets of tmux have short paths only.
  const root = await realpath(await mkdtemp(join(parent, "aoc-")));
  const world = new World(root);
  const before = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]));
  for (const name of VARIABLES) delete process.env[name];
  await mkdir(world.home, { recursive: true });
  await mkdir(join(root, "bin"));
  Object.assign(process.env, {
    HOME: world.home,
    PATH: [join(root, "bin"), dirname(process.execPath), ...SYSTEM_PATH].join(":"),
    TMUX_TMPDIR: root,
  });
  t.after(async () => {
    await run("tmux", ["kill-server"]).catch(() => {
      // Most tests start none.
    });
    for (const name of VARIABLES) {
      delete process.env[name];
      Object.assign(process.env, before[name] === undefined ? {} : { [name]: before[name] });
    }
    await world.endHanging();
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  });
  return world;
};

class World {
  constructor(root) {
    this.root = root;
    this.home = join(root, "home");
    this.codexHome = join(this.home, ".codex");
    this.aoHome = join(this.home, ".ao");
  }

  path(...parts) {
    return join(this.root, ...parts);
  }

  async write(path, text, mode = 0o644) {
    const file = this.path(path);
    await mkdir(dirname(file), { recursive: true });
    // A program that is being run cannot be written to, only replaced.
    await writeFile(`${file}.new`, text);
    await chmod(`${file}.new`, mode);
    await rename(`${file}.new`, file);
    return file;
  }

  /** An executable shell script. */
  script(path, body) {
    return this.write(path, `#!/bin/sh\n${body}\n`, 0o755);
  }

  /** A program that never answers. It ends with the test, for this process waits for whom it has asked. */
  hanging(path) {
    return this.script(path, `echo $$ >>"${this.path("hanging.pids")}"; exec sleep ${HANGS_S}`);
  }

  async endHanging() {
    // First what is asked once more when the first has ended.
    await rm(this.path("bin"), { recursive: true, force: true });
    const pids = await readFile(this.path("hanging.pids"), "utf8").catch(() => "");
    for (const pid of pids.split("\n").filter(Boolean)) {
      try {
        process.kill(Number(pid), "SIGKILL");
      } catch {
        // It has ended.
      }
    }
  }

  async directory(path) {
    await mkdir(this.path(path), { recursive: true });
    return this.path(path);
  }

  /** A Codex on PATH that says what a version says, and otherwise writes down its arguments. */
  async codex({ version = "0.169.0", values = ["on-request", "never"], at = "bin/codex" } = {}) {
    const help = [
      "Commands:",
      "  resume            Resume a previous interactive session",
      "Options:",
      "  -a, --ask-for-approval <APPROVAL_POLICY>",
      "          Possible values:",
      ...values.map((value) => `          - ${value}: what it does`),
    ].join("\n");
    await this.write(`${at}.help`, help);
    return this.script(
      at,
      `case "$1" in
--version) echo "codex-cli ${version}"; exit;;
--help) cat "$0.help"; exit;;
esac
for argument do printf '%s\\0' "$argument"; done > "${this.path("arguments.new")}"
mv "${this.path("arguments.new")}" "${this.path("arguments")}"`,
    );
  }

  /** A real program that runs until it is ended, under another name. */
  async sleeper(path) {
    const { stdout } = await run("sh", ["-c", "command -v sleep"]);
    await mkdir(dirname(this.path(path)), { recursive: true });
    await copyFile(stdout.trim(), this.path(path));
    await chmod(this.path(path), 0o755);
    return this.path(path);
  }

  async git(...args) {
    const identity = ["-c", "user.name=Dev", "-c", "user.email=dev@example.com"];
    const { stdout } = await run("git", [...identity, ...args]);
    return stdout.trim();
  }
}
