// `npm test -- report`: the report in a real browser. Needs Chromium; installs Debian's where that is possible.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { has, prepare, root, sh } from "../../scripts/prepare.mjs";

prepare();
if (!has("chromium")) install();
const here = join("__test__", "report");
const files = readdirSync(join(root, here)).filter((name) => name.endsWith(".test.mjs"));
sh(process.execPath, ["--test", ...files.map((name) => join(here, name))], { stdio: "inherit" });

function install() {
  if (process.getuid?.() !== 0 || spawnSync("apt-get", ["--version"]).status !== 0) {
    process.stderr.write(
      "the test needs chromium (Debian: chromium): install it and run this again\n",
    );
    process.exit(1);
  }
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  sh("apt-get", ["update", "-qq"], { env });
  sh("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], { env });
}
