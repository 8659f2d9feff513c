/** A Node that is too old is told which one is needed, in one line, and by every way to start the command. */
import { deepStrictEqual, match } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { main, newUser } from "./user.mjs";

const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
const NEEDED = main.manifest.engines.node.replace(">=", "");
/** The Nodes of other lines that `run.mjs` has installed. */
const OLD = process.env.OLD_NODES.split("\n");

test("a Node before the oldest supported one is told so in one line", async (t) => {
  const user = await newUser(t);
  await user.npm("install", ...quiet, main.name);
  const command = user.path("node_modules", main.name, "dist", "cli.cjs");
  for (const node of OLD)
    for (const args of [
      ["usage"],
      ["usage", "--json"],
      ["sessions"],
      ["--help"],
      ["--version"],
      [],
    ]) {
      const { status, stdout, stderr } = spawnSync(node, [command, ...args], { encoding: "utf8" });
      deepStrictEqual([status, stdout], [1, ""], args.join(" "));
      match(
        stderr,
        new RegExp(`^ao-codex: needs Node ${NEEDED} or later; this is Node 1[68]\\.[^\\n]+\\n$`),
      );
    }
});

test("in a folder without anything npx fetches the package and runs the command", async (t) => {
  const user = await newUser(t);
  const { stdout } = await user.npm("exec", "--yes", "--", main.name, "usage", "--by", "month");
  match(stdout, /^MONTH +THREADS +INPUT /);
});
