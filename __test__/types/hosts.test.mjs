import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { complaints, RESOLUTIONS } from "./project.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const tsc = join(root, "node_modules", "typescript", "bin", "tsc");

/** A project that has the package, the orchestrator that it names, and Node's types for that one. */
const projectOf = async (t, packages = []) => {
  const directory = await mkdtemp(join(tmpdir(), "ao-codex-types-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, "package.json"), '{ "private": true, "type": "module" }');
  for (const name of ["@ao/plugin-codex", ...packages]) {
    const place = join(directory, "node_modules", name);
    await mkdir(join(place, ".."), { recursive: true });
    await symlink(name === "@ao/plugin-codex" ? root : join(root, "node_modules", name), place);
  }
  for (const folder of ["hosts", "uses"])
    await cp(join(root, "__test__/types", folder), join(directory, folder), { recursive: true });
  return directory;
};

const HOSTS = {
  "core-0.2.0": {
    packages: ["@composio/ao-core", "@types/node"],
    // Its own declarations do not compile; ours are checked by all others.
    options: { types: ["node"], skipLibCheck: true },
  },
  "core-0.9.1": { packages: [], options: {} },
  fork: { packages: [], options: {} },
  alone: { packages: [], options: {} },
};

for (const [host, { packages, options }] of Object.entries(HOSTS)) {
  test(`the published types fit ${host}, with every way to find a package`, async (t) => {
    const directory = await projectOf(t, packages);
    const found = {};
    for (const [name, resolution] of Object.entries(RESOLUTIONS)) {
      const files = [`uses/${host}.ts`];
      found[name] = await complaints(tsc, directory, files, { ...resolution, ...options });
    }
    assert.deepEqual(found, { node16: "", nodenext: "", bundler: "" });
  });
}

test("no published type imports anything of a host", async () => {
  const names = (await readdir(join(root, "dist"), { recursive: true })).filter((name) =>
    name.endsWith(".d.ts"),
  );
  const texts = await Promise.all(names.map((name) => readFile(join(root, "dist", name), "utf8")));
  const hosts = names.filter((_, index) => /["']@[^"']*ao[^"']*["']/.test(texts[index]));
  assert.deepEqual([names.length > 20, hosts], [true, []]);
});

test("the package asks for no single host", async () => {
  const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  assert.deepEqual(
    [manifest.peerDependencies, manifest.peerDependenciesMeta],
    [undefined, undefined],
  );
});
