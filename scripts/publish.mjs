// `node scripts/publish.mjs DIRECTORY [--tag v1.2.3] [--dry-run]`: publishes what `pack.mjs` has packed, the platform
// packages first: whoever installs the main package in between would get it without its addon.
//
//   --tag      the git tag that is released; it must be the version of everything
//   --dry-run  checks, and lets npm say what it would do
//
// NPM_TOKEN is the right to publish; npm reads it from a file that only this run has.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { tag: { type: "string" }, "dry-run": { type: "boolean", default: false } },
});
const [directory] = positionals;
const packed = JSON.parse(readFileSync(join(directory, "packed.json"), "utf8"));
const [main, ...platforms] = packed;

const wrong = packed.filter(({ version }) => version !== main.version);
if (wrong.length > 0) fail(`not ${main.version}: ${wrong.map(({ name }) => name).join(", ")}`);
if (values.tag && values.tag !== `v${main.version}`)
  fail(`the tag is ${values.tag}, the version ${main.version}`);

const settings = mkdtempSync(join(tmpdir(), "publish-"));
process.once("exit", () => rmSync(settings, { recursive: true, force: true }));
const userconfig = join(settings, ".npmrc");
const registry = execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" }).trim();
const { host, pathname } = new URL(registry);
writeFileSync(userconfig, `//${host}${pathname}:_authToken=\${NPM_TOKEN}\n`, { mode: 0o600 });

for (const { filename } of [...platforms, main]) publish(join(directory, filename));

/** A version like 1.0.0-rc.1 must not become what `npm install` gives. */
function publish(tarball) {
  const channel = main.version.includes("-") ? "next" : "latest";
  const how = values["dry-run"] ? ["--dry-run"] : ["--provenance"];
  const args = ["publish", tarball, "--access", "public", "--tag", channel, ...how];
  const env = { ...process.env, NPM_CONFIG_USERCONFIG: userconfig };
  const { status } = spawnSync("npm", args, { stdio: "inherit", env });
  if (status !== 0) fail(`npm ${args.join(" ")} ended with ${status}`);
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
