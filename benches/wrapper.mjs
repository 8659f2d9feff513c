/**
 * The time that the git wrapper adds to commands that it does not track. The real git, a bare `bash -c 'exec git …'`
 * and the wrapper take turns, so that all see the same machine; here wall time is what counts, as the agent waits for
 * it.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const RUNS = 200;
const COMMANDS = ["--version", "status"];

/** Installs the wrappers in a directory of their own, measures, and gives the rows of the table. */
export async function wrapper() {
  const root = mkdtempSync(join(tmpdir(), "wrapper-bench-"));
  try {
    return await measureIn(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function measureIn(root) {
  const { installWrappers } = await import("@ao/plugin-codex/native");
  const aoHome = join(root, ".ao");
  const { status } = await installWrappers({ aoHome, nodePath: process.execPath });
  const real = execFileSync("/bin/sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
  const ours = join(status.directory, "git");
  const data = join(aoHome, "sessions");
  mkdirSync(data);
  writeFileSync(join(data, "app-1"), "status=working\n");
  const repository = join(root, "repository");
  execFileSync(real, ["init", "-q", repository]);
  const env = {
    ...process.env,
    HOME: root,
    PATH: [status.directory, process.env.PATH].join(delimiter),
    AO_DATA_DIR: data,
    AO_SESSION: "app-1",
  };
  const rows = COMMANDS.flatMap((command) =>
    rowsOf(command, { real, ours }, { cwd: repository, env, stdio: "ignore" }),
  );
  rows.push({
    work: "processes started by the wrapper before the real git",
    floor: "",
    measured: startedBefore(root, ours, env),
    target: { most: 0 },
    unit: "",
  });
  return rows;
}

function rowsOf(command, { real, ours }, options) {
  const programs = {
    real: [real, [command]],
    bash: ["bash", ["-c", `exec '${real}' ${command}`]],
    ours: [ours, [command]],
  };
  const times = { real: [], bash: [], ours: [] };
  for (let run = 0; run < RUNS; run += 1) {
    for (const [name, [program, args]] of Object.entries(programs)) {
      const start = process.hrtime.bigint();
      const { status } = spawnSync(program, args, options);
      times[name].push(Number(process.hrtime.bigint() - start) / 1e6);
      if (status !== 0) throw new Error(`${program} ${args.join(" ")} failed with ${status}`);
    }
  }
  const alone = median(times.real);
  const added = median(times.ours) - alone;
  const work = `added to \`git ${command}\` by the wrapper, wall time`;
  const bash = median(times.bash) - alone;
  return [
    { work, floor: "the real git", measured: added, target: { most: 2 }, unit: "ms" },
    {
      work,
      floor: "`bash -c 'exec git …'`",
      measured: added / bash,
      target: { most: 1.5 },
      unit: "×",
    },
  ];
}

/** The process that becomes the real program says whether it ever had children: `exec` keeps those. */
function startedBefore(root, ours, env) {
  const report = fileURLToPath(new URL("../__test__/wrapper/programs/report.py", import.meta.url));
  const tools = join(root, "tools");
  mkdirSync(tools);
  // The interpreter itself: what PATH has may be a script that starts others.
  const print = ["-c", "import sys; print(sys.executable)"];
  const python = execFileSync("python3", print, { encoding: "utf8" }).trim();
  const text = readFileSync(report, "utf8").replace(/^#!.*/, `#!${python} -S`);
  writeFileSync(join(tools, "git"), text);
  chmodSync(join(tools, "git"), 0o755);
  const said = execFileSync(ours, ["status"], {
    // The real program is the first behind the wrapper.
    env: { ...env, PATH: [dirname(ours), tools, env.PATH].join(delimiter) },
    input: "",
    stdio: ["pipe", "pipe", "ignore"],
  });
  return JSON.parse(said.toString()).started ? 1 : 0;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
