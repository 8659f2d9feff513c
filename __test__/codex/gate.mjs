import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { run } from "./steps.mjs";
import { until } from "./until.mjs";

/** A tool call that lasts until the gate is opened: `{ step, reached(), open() }`. */
export function gate(lab, name) {
  const [waiting, opened] = ["waiting", "opened"].map((suffix) =>
    join(lab.folder, `${name}-${suffix}`),
  );
  return {
    step: run(`touch '${waiting}'; until [ -e '${opened}' ]; do sleep 0.05; done`),
    reached: () => until(() => existsSync(waiting), `the gate ${name}`),
    open: () => writeFileSync(opened, ""),
  };
}
