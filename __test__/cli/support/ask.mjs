/** Many questions to the command in one process of it: a process for each would be most of the time. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CLEAN, exitOf } from "../../support/command.mjs";
import { temporaryFolder } from "../../support/home.mjs";

const program = fileURLToPath(new URL("../programs/many-runs.mjs", import.meta.url));

/** Exit code and output of each of these runs, `{ args, env }`, in an environment that all have. */
export async function ask(t, runs, env = {}) {
  const folder = temporaryFolder(t);
  const [marks, ...files] = ["marks", "out", "err"].map((name) => join(folder, name));
  const outputs = files.map((path) => openSync(path, "a"));
  const all = Object.entries({ ...process.env, ...CLEAN, ...env });
  const child = spawn(process.execPath, [program, marks], {
    env: Object.fromEntries(all.filter(([, value]) => value !== undefined)),
    stdio: ["pipe", ...outputs],
  });
  outputs.map(closeSync);
  child.stdin.end(JSON.stringify(runs.map((run) => ({ env: {}, ...run }))));
  const code = await exitOf(child);
  const [out, err] = files.map((path) => readFileSync(path));
  assert.equal(code, 0, err.toString("utf8"));
  let from = { out: 0, err: 0 };
  return JSON.parse(readFileSync(marks, "utf8")).map((to) => {
    const answer = {
      code: to.code,
      stdout: out.toString("utf8", from.out, to.out),
      stderr: err.toString("utf8", from.err, to.err),
    };
    from = to;
    return answer;
  });
}
