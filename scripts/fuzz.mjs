// `npm run fuzz [-- --seconds N] [TARGET …]`: looks for inputs that break what `tests/fuzz/checks.rs` says, for a minute
// with each target. Needs `cargo install cargo-fuzz`. A finding is written to `fuzz/artifacts/`; once it is understood,
// it belongs into `fuzz/corpus/`, which `cargo test` goes through.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "./prepare.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: "string", default: "60" } },
});
const all = readdirSync(join(root, "fuzz", "fuzz_targets")).map((name) => name.slice(0, -3));

for (const target of positionals.length > 0 ? positionals : all) {
  // What the fuzzer finds interesting is kept beside what it is built into, not in the repository.
  const found = join(root, "fuzz", "target", "found", target);
  mkdirSync(found, { recursive: true });
  const corpus = join(root, "fuzz", "corpus", target);
  const limits = [`-max_total_time=${values.seconds}`, "-timeout=20", "-rss_limit_mb=2048"];
  // The sanitizer wants an unstable flag; the compiler is the stable one all the same.
  const env = { ...process.env, RUSTC_BOOTSTRAP: "1" };
  const { status } = spawnSync(
    "cargo",
    ["fuzz", "run", target, found, corpus, "--", "-print_final_stats=1", ...limits],
    { cwd: root, stdio: "inherit", env },
  );
  if (status !== 0) process.exitCode = 1;
}
