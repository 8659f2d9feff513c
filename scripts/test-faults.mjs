// `npm run test:faults`: what reads and writes the disk, with every system call failing in turn; without `--all` a
// sample of the calls. Needs strace.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { prepare, root, sh } from "./prepare.mjs";

if (spawnSync("strace", ["--version"], { stdio: "ignore" }).status !== 0) {
  process.stderr.write("these tests need strace (Debian: strace): install it and run this again\n");
  process.exit(1);
}
prepare();
const folder = join("__test__", "faults");
const files = readdirSync(join(root, folder)).filter((name) => name.endsWith(".test.mjs"));
sh(process.execPath, ["--test", ...files.map((name) => join(folder, name))], {
  stdio: "inherit",
  env: { ...process.env, ...(process.argv.includes("--all") && { FAULTS: "all" }) },
});
