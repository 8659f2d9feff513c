import { strictEqual } from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

/**
 * Bytes. What is in them, and why they are not fewer, is in docs/addon-size.md; whoever raises this says there what for.
 */
const LIMIT = 2_000_000;

const root = fileURLToPath(new URL("../..", import.meta.url));

test("the addon is no larger than it was decided to be", () => {
  const addons = readdirSync(root).filter((name) => name.endsWith(".node"));
  const large = addons.filter((name) => statSync(join(root, name)).size > LIMIT);
  strictEqual(large.join(), "", `larger than ${LIMIT} bytes (was it built with QUICK=1?)`);
});
