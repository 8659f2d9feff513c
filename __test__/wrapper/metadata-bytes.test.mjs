/** The metadata helper's parser, through the shell: of files of random bytes it reads what the orchestrator reads. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { CASES, randomOf, SEED } from "./random.mjs";
import { makeSandbox, SESSION } from "./sandbox.mjs";

/** Each case is a few processes; in one shell they need no more than those. */
const EACH_SHELL = 25;

const KEYS = ["branch", "pr", "status", "k-1", "__proto__", "a_b"];
const PARTS = [
  ...KEYS,
  "=",
  "==",
  " ",
  "\t",
  "\n",
  "\n\n",
  "\r\n",
  "\\",
  "\\n",
  "'",
  '"',
  "$(id)",
  "`id`",
  "%s",
  "*",
  "-n",
  "{",
  "}",
  '{"a":1}',
  "\u0000",
  "\u001b[31m",
  "\u007f",
  "\u00e9",
  "\ud83d\ude00",
  "x".repeat(300),
];
/** What may stand behind a `=` on a command line. */
const VALUES = PARTS.filter((part) => part !== "\u0000");

const SPACE = " \\t\\n\\v\\f\\r";
const trimmed = (key) => key.replaceAll(new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, "g"), "");

/** Byte by byte: a shell takes no NUL along. */
const text = (bytes) => bytes.toString("latin1").replaceAll("\0", "");

const isPrintable = (sign) => sign >= " " && sign !== "\u007f";

/** The file after an update, as the orchestrator would have written it into the same lines. */
function updated(before, key, value) {
  const isTaken = key === "pr" ? isPrintable : (sign) => sign !== "\r" && sign !== "\n";
  const clean = [...value].filter(isTaken).join("");
  const pair = `${key}=${clean}`;
  const lines = before.split("\n");
  if (lines.at(-1) === "") lines.pop();
  let isDone = false;
  const kept = lines.flatMap((line) => {
    if (!line.includes("=") || trimmed(line.slice(0, line.indexOf("="))) !== key) return [line];
    if (isDone) return [];
    isDone = true;
    return [pair];
  });
  return [...kept, ...(isDone ? [] : [pair])].map((line) => `${line}\n`).join("");
}

test(`${CASES} files of random bytes take an update, and keep everything else (seed ${SEED})`, async (t) => {
  const box = await makeSandbox(t);
  const random = randomOf(SEED);
  const cases = Array.from({ length: CASES }, (_, number) => {
    const before = Buffer.from(random.some(PARTS, 12).join(""));
    const value = random.some(VALUES, 4).join("");
    return { session: `case-${number}`, before, key: random.pick(KEYS), value };
  });
  for (const { before, session } of cases) writeFileSync(join(box.data, session), before);
  const script = `
    . "$0"
    while [ $# -gt 0 ]; do
      AO_SESSION=$1
      update_ao_metadata "$2" "$3"
      printf '%s\\n' $?
      shift 3
    done`;
  const helper = join(box.bin, "ao-metadata-helper.sh");
  for (let at = 0; at < cases.length; at += EACH_SHELL) {
    const some = cases.slice(at, at + EACH_SHELL);
    const args = some.flatMap(({ key, session, value }) => [session, key, value]);
    const { status, stderr, stdout } = box.run("bash", ["-c", script, helper, ...args]);
    assert.deepEqual({ status, stderr }, { status: 0, stderr: "" });
    for (const [number, said] of stdout.trimEnd().split("\n").entries()) {
      const { before, key, session, value } = some[number];
      const after = text(readFileSync(join(box.data, session)));
      const was = text(before);
      // What begins as JSON does is JSON, which a JSON tool takes or nobody.
      const isPairs = !was.split("\n")[0].startsWith("{");
      const expected = isPairs
        ? { said: "0", after: updated(was, key, text(Buffer.from(value))) }
        : { said: "1", after: text(before) };
      const whole = { said, after };
      if (isPairs || !isObject(before.toString()))
        assert.deepEqual(whole, expected, JSON.stringify(some[number]));
      else
        assert.equal(
          JSON.parse(readFileSync(join(box.data, session), "utf8"))[key] !== undefined,
          true,
        );
    }
  }
  // Nothing is left beside them, and nothing ran.
  const names = [...cases.map(({ session }) => session), SESSION].toSorted();
  assert.deepEqual(readdirSync(box.data).toSorted(), names);
});

function isObject(json) {
  try {
    const value = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
