import { deepStrictEqual, match, rejects, strictEqual } from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { main, newUser, ours } from "./user.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
const HOW_TO_BUILD =
  "To build it: clone https://github.com/ao-plugins/plugin-codex, install Rust (https://rustup.rs) and run " +
  "`npm run build` there; the environment variable NAPI_RS_NATIVE_LIBRARY_PATH names the .node file that it makes.";

/** The message with which an import fails. */
const failure = async (user, module, preload = "0") => {
  const script = `${preload}; import("${module}").catch(({ message }) => console.log(message))`;
  const { stdout } = await user.node("--eval", script);
  return stdout.trimEnd();
};

test("without an addon", async (t) => {
  const user = await newUser(t, { without: [ours.name] });
  await user.npm("install", ...quiet, main.name);

  await t.test("a platform that has none is told which have one, and how to build it", async () => {
    const elsewhere = `Object.defineProperty(process, "platform", { value: "freebsd" })`;
    const platforms = readdirSync(join(root, "npm")).toSorted().join(", ");
    const expected =
      `cannot load @ao/plugin-codex: there is no addon for freebsd ${process.arch}. ` +
      `There is one for ${platforms}. ${HOW_TO_BUILD}`;
    deepStrictEqual(
      [
        await failure(user, "@ao/plugin-codex", elsewhere),
        await failure(user, "@ao/plugin-codex/native", elsewhere),
      ],
      [expected, expected],
    );
  });

  await t.test("a platform that has one is told that it is not installed", async () => {
    const message = await failure(user, "@ao/plugin-codex");
    match(message, /^cannot load @ao\/plugin-codex: the addon for \w+ \w+ is not installed\. /);
    match(message, new RegExp(`dependency \\(.*${ours.name}.*\\): install again without --omit`));
    strictEqual(message.endsWith(HOW_TO_BUILD), true);
  });

  await t.test("the command says it in one line and ends with 1", async () => {
    const message = await failure(user, "@ao/plugin-codex");
    const command = user.path("node_modules", main.name, "dist", "cli.cjs");
    await rejects(user.node(command, "sessions"), {
      code: 1,
      stdout: "",
      stderr: `ao-codex: ${message}\n`,
    });
  });

  await t.test("an addon that is named is used", async () => {
    const elsewhere = user.path("elsewhere");
    const tarball = join(process.env.PACKED, ours.filename);
    await user.npm("install", ...quiet, "--prefix", elsewhere, tarball);
    const addon = join(elsewhere, "node_modules", ours.name, ours.manifest.main);
    const script = `import("@ao/plugin-codex/native").then(({ listThreads }) => console.log(typeof listThreads))`;
    const { stdout } = await user.node(
      "--eval",
      `process.env.NAPI_RS_NATIVE_LIBRARY_PATH = ${JSON.stringify(addon)}; ${script}`,
    );
    strictEqual(stdout, "function\n");
  });
});

test("an addon that cannot be loaded is named, with the reason", async (t) => {
  const user = await newUser(t);
  await user.npm("install", ...quiet, main.name);
  const addon = user.path("node_modules", ours.name, ours.manifest.main);
  writeFileSync(addon, "not a library");
  const message = await failure(user, "@ao/plugin-codex");
  match(message, /^cannot load @ao\/plugin-codex: the addon for \w+ \w+: /);
  strictEqual(message.includes(addon), true);
});
