// `npm run test:wrappers`: the wrappers' tests alone; with `--full` at the size of the whole proof (5,000 random
// command lines, 20 rounds of 32 writers at once), which takes many minutes.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { prepare, root, sh } from "./prepare.mjs";

prepare();
const full = { WRAPPER_CASES: "5000", WRAPPER_ROUNDS: "20" };
const env = { ...process.env, ...(process.argv.includes("--full") && full) };
const files = readdirSync(join(root, "__test__", "wrapper")).filter((name) =>
  name.endsWith(".test.mjs"),
);
sh(process.execPath, ["--test", ...files.map((name) => join("__test__", "wrapper", name))], {
  stdio: "inherit",
  env,
});
