/**
 * The command where there is no POSIX shell, as far as another system can stand for it, and where streams are closed.
 */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { aoCodex, root } from "../support/command.mjs";
import { makePatient } from "./support/patient.mjs";

/** Runs code before the command. */
const first = (code) => ({
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}`,
});

const WINDOWS = {
  ...first(`Object.defineProperty(process, "platform", { value: "win32" })`),
  NAPI_RS_NATIVE_LIBRARY_PATH: join(
    root,
    readdirSync(root).find((name) => name.endsWith(".node")),
  ),
};

test("on Windows the doctor shows no line for a POSIX shell, and no wrappers", async (t) => {
  const patient = await makePatient(t);
  const { checks } = await patient.examine([], WINDOWS);
  const found = new Map(checks.map((check) => [check.id, `${check.status}: ${check.found}`]));
  assert.deepEqual(
    ["wrappers", "wrappers-first", "launch", "resume"].map((id) => found.get(id)),
    [
      "ok: not for Windows",
      "ok: not for Windows",
      "ok: not for Windows: launches are for a POSIX shell",
      "ok: not for Windows: restores are for a POSIX shell",
    ],
  );
  assert.match(found.get("hooks"), /^ok: not for Windows: /);
});

test("a standard error that is closed is one that nobody sees", async () => {
  const args = ["usage", "--json", "--codex-home", join(root, "samples/codex-home")];
  const env = first(`import { closeSync } from "node:fs"; closeSync(2)`);
  const { code, stdout } = await aoCodex(args, { env });
  assert.deepEqual({ code, stdout }, { code: 0, stdout: (await aoCodex(args)).stdout });
});
