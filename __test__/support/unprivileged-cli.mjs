// `ao-codex` as a user for whom the mode bits of a file count: root, as which tests may run, ignores them. Everything
// is loaded first, since that user may not be allowed to read the checkout.
import { run } from "../../dist/cli/program.js";
import { NOBODY } from "./nobody.mjs";

await Promise.all(
  ["index.js", "dist/doctor/checks.js", "dist/doctor/examine.js", "dist/doctor/machine.js"].map(
    (path) => import(`../../${path}`),
  ),
);
if (process.getuid() === 0) {
  process.setgroups([]);
  process.setgid(NOBODY);
  process.setuid(NOBODY);
}
process.exitCode = await run(process.argv.slice(2));
