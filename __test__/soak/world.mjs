/**
 * A home with installed wrappers, and for each session a worktree of one repository, its metadata and a Codex process.
 */
import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installWrappers } from "@ao/plugin-codex/native";

const fakeGh = fileURLToPath(new URL("../wrapper/programs/gh.mjs", import.meta.url));

/** Longer than any soak. */
const CODEX_SECONDS = "86400";

export async function makeWorld(count) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "ao-soak-")));
  const home = join(root, "home");
  const world = {
    root,
    home,
    codexHome: join(home, ".codex"),
    data: join(home, ".ao", "sessions"),
  };
  mkdirSync(world.data, { recursive: true });
  mkdirSync(join(world.codexHome, "sessions"), { recursive: true });
  const { status } = await installWrappers({
    aoHome: join(home, ".ao"),
    nodePath: process.execPath,
  });
  const tools = join(root, "tools");
  mkdirSync(tools);
  copyFileSync(fakeGh, join(tools, "gh"));
  chmodSync(join(tools, "gh"), 0o755);
  copyFileSync(
    execFileSync("sh", ["-c", "command -v sleep"], { encoding: "utf8" }).trim(),
    join(root, "codex"),
  );
  world.env = {
    HOME: home,
    PATH: [status.directory, tools, dirname(process.execPath), process.env.PATH].join(delimiter),
    AO_DATA_DIR: world.data,
    GH_LOG: join(root, "gh.log"),
    XDG_CACHE_HOME: join(root, "cache"),
    GIT_CONFIG_NOSYSTEM: "1",
    TERM: "xterm",
  };
  writeFileSync(join(home, ".gitconfig"), "[user]\n\tname = Dev\n\temail = dev@example.com\n");
  const repository = join(root, "repository");
  const git = (...args) => execFileSync("git", args, { cwd: repository, env: world.env });
  mkdirSync(repository);
  git("init", "-q", "-b", "main");
  git("commit", "-q", "--allow-empty", "-m", "first");
  world.sessions = Array.from({ length: count }, (_, index) => {
    const workspace = join(root, "trees", `${index}`);
    git("worktree", "add", "-q", "-b", `start-${index}`, workspace);
    return makeSession(world, `app-${index}`, workspace, index % 2 === 0 ? "pairs" : "json");
  });
  return world;
}

function makeSession(world, id, workspace, format) {
  const metadata = { worktree: workspace, status: "working" };
  const path = join(world.data, format === "json" ? `${id}.json` : id);
  const pairs = Object.entries(metadata).map(([key, value]) => `${key}=${value}\n`);
  writeFileSync(
    path,
    format === "json" ? `${JSON.stringify(metadata, null, 2)}\n` : pairs.join(""),
  );
  const codex = spawn(join(world.root, "codex"), [CODEX_SECONDS], { stdio: "ignore" });
  return {
    id,
    workspace,
    metadataPath: path,
    format,
    codex,
    env: { ...world.env, AO_SESSION: id },
  };
}
