/** Does one thing on a file system that has no room left, then again with room; tells what it found as JSON. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as native from "@ao/plugin-codex/native";

/** Who waits longer waits for a lock. */
const LOCK_WAIT_MS = 9_000;

const [what, disk] = process.argv.slice(2);
const ballast = join(disk, "ballast");

const WAYS = {
  async wrappers() {
    const aoHome = join(disk, "ao");
    const bin = join(aoHome, "bin");
    mkdirSync(bin, { recursive: true });
    for (const name of ["gh", "git"]) writeFileSync(join(bin, name), `old ${name}\n`);
    writeFileSync(join(bin, ".ao-version"), "0.0.1\n");
    fill();
    const error = await native.installWrappers({ aoHome }).then(
      () => "installed",
      ({ message }) => message,
    );
    const during = filesOf(bin);
    empty();
    await native.installWrappers({ aoHome });
    return { error, during, after: Object.keys(filesOf(bin)) };
  },

  async metadata() {
    const { aoHome, data } = { aoHome: join(process.env.TMPDIR, "ao"), data: join(disk, "data") };
    await native.installWrappers({ aoHome });
    mkdirSync(data);
    writeFileSync(join(data, "app-1"), "status=working\n");
    const helper = join(aoHome, "bin", "ao-metadata-helper.sh");
    const update = () =>
      spawnSync("bash", ["-c", `. '${helper}'; update_ao_metadata branch topic`], {
        env: { ...process.env, AO_DATA_DIR: data, AO_SESSION: "app-1" },
      }).status;
    fill();
    const started = performance.now();
    const status = update();
    const waited = performance.now() - started > LOCK_WAIT_MS;
    const during = readFileSync(join(data, "app-1"), "utf8");
    const names = readdirSync(data);
    empty();
    update();
    return { status, waited, during, names, after: readFileSync(join(data, "app-1"), "utf8") };
  },

  async bill() {
    fill();
    const env = { ...process.env, XDG_CACHE_HOME: disk };
    const program = `require("@ao/plugin-codex/native").homeUsage().then((bill) => console.log(bill.totals.totalTokens))`;
    const once = () =>
      Number(execFileSync(process.execPath, ["-e", program], { env, encoding: "utf8" }));
    return { tokens: [once(), once()] };
  },
};

process.stdout.write(JSON.stringify(await WAYS[what]()));

function fill() {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(ballast, Buffer.alloc(bavail * bsize));
}

function empty() {
  rmSync(ballast);
}

function filesOf(directory) {
  return Object.fromEntries(
    readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), "utf8")]),
  );
}
