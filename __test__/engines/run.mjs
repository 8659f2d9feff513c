// `npm test -- engines [--homes FOLDER | --full] [--clickhouse]`: what DuckDB and ClickHouse add up of exports is what
// the provider billed.
//
//   --homes FOLDER   homes, ledgers and exports that `npm test -- codex --keep FOLDER` left; without it that runs first
//   --full           every version and every scenario of it
//   --clickhouse     ClickHouse too: `chdb` of PyPI, 900 MB below `target/`
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { prepare, root, sh } from "../../scripts/prepare.mjs";

const CHDB = "chdb==4.4.0";

const { values } = parseArgs({
  options: {
    homes: { type: "string" },
    full: { type: "boolean", default: false },
    clickhouse: { type: "boolean", default: false },
  },
});
prepare();
const scratch = mkdtempSync(join(tmpdir(), "ao-codex-engines-"));
try {
  const homes = values.homes === undefined ? join(scratch, "homes") : resolve(values.homes);
  if (values.homes === undefined) {
    const lab = join("__test__", "codex", "run.mjs");
    const all = values.full ? ["--full"] : [];
    sh(process.execPath, [lab, "--keep", homes, ...all], { stdio: "inherit" });
  }
  const engines = values.clickhouse ? { AO_ENGINES_PYTHON: clickHouse() } : {};
  const env = { ...process.env, AO_ENGINES_HOMES: homes, ...engines };
  const test = join("__test__", "engines", "engines.test.mjs");
  sh(process.execPath, ["--test", test], { stdio: "inherit", env });
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** Installs ClickHouse; the Python that has it. */
function clickHouse() {
  const python = join(root, "target", "engines", "bin", "python");
  if (!existsSync(python)) sh("python3", ["-m", "venv", join(root, "target", "engines")]);
  sh(python, ["-m", "pip", "install", "--quiet", CHDB]);
  return python;
}
