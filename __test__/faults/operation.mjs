/** Calls one function of the addon, after a stop in which a debugger may take hold of the process. */
import { writeSync } from "node:fs";
import { createRequire } from "node:module";

const native = createRequire(import.meta.url)("@ao/plugin-codex/native");
const [name, given] = process.argv.slice(2);
process.kill(process.pid, "SIGSTOP");
const report = await native[name](...JSON.parse(given)).then(
  (value) => ({ value }),
  ({ message, code }) => ({ error: { message, code } }),
);
// In one call: it is whole, or it is not there.
writeSync(1, `${JSON.stringify(report)}\n`);
