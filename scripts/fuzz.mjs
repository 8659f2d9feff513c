// `npm test -- fuzz [--seconds N] [TARGET …]`: looks for inputs that break what `tests/fuzz/checks.rs` says, for a
// minute with each target, as many at a time as there are processors. Needs `cargo install cargo-fuzz` and a C++
// compiler. A finding is written to `fuzz/artifacts/`; once it is understood, it belongs into `fuzz/corpus/`, which
// `cargo test` goes through. `QUICK=1` builds in less time: no address sanitizer, little optimised.
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root, sh } from "./prepare.mjs";

/** As much of a target's output as is shown when it fails, in characters: the finding stands at its end. */
const SHOWN = 64 * 1024;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: "string", default: "60" } },
});
const all = readdirSync(join(root, "fuzz", "fuzz_targets")).map((name) => name.slice(0, -3));
const build = process.env.QUICK ? ["--dev", "--sanitizer", "none"] : [];
// The instrumentation wants unstable flags; the compiler is the stable one all the same.
const env = { ...process.env, RUSTC_BOOTSTRAP: "1" };

sh("cargo", ["fuzz", "build", ...build], { env });
const waiting = positionals.length > 0 ? positionals : all;
await Promise.all(Array.from({ length: availableParallelism() }, fuzzWhatWaits));

async function fuzzWhatWaits() {
  for (let target = waiting.shift(); target; target = waiting.shift()) {
    const { status, output } = await fuzz(target);
    if (status === 0) {
      const [, inputs] = /number_of_executed_units: (\d+)/.exec(output);
      console.log(`${target}: ${Number(inputs).toLocaleString("en")} inputs, no finding`);
    } else {
      console.log(`${target}: failed\n${output}`);
      process.exitCode = 1;
    }
  }
}

async function fuzz(target) {
  // What the fuzzer finds interesting is kept beside what it is built into, not in the repository.
  const found = join(root, "fuzz", "target", "found", target);
  mkdirSync(found, { recursive: true });
  const corpus = join(root, "fuzz", "corpus", target);
  const limits = [`-max_total_time=${values.seconds}`, "-timeout=20", "-rss_limit_mb=2048"];
  const args = ["run", ...build, target, found, corpus, "--", "-print_final_stats=1", ...limits];
  const child = spawn("cargo", ["fuzz", ...args], { cwd: root, env });
  let output = "";
  const keep = (text) => (output = (output + text).slice(-SHOWN));
  child.stdout.setEncoding("utf8").on("data", keep);
  child.stderr.setEncoding("utf8").on("data", keep);
  const status = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { status, output };
}
