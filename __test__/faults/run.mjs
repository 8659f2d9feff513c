// `npm test -- faults`: what reads and writes the disk, with every system call failing in turn; a sample of the calls
// without `--full`. Needs strace.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { has, prepare, root, sh } from "../../scripts/prepare.mjs";

if (!has("strace")) {
  process.stderr.write("these tests need strace (Debian: strace): install it and run this again\n");
  process.exit(1);
}
prepare();
const here = join("__test__", "faults");
const files = readdirSync(join(root, here)).filter((name) => name.endsWith(".test.mjs"));
sh(process.execPath, ["--test", ...files.map((name) => join(here, name))], {
  stdio: "inherit",
  env: { ...process.env, ...(process.argv.includes("--full") && { FULL: "1" }) },
});
