/** The shell files themselves: what they may contain. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { makeSandbox } from "./sandbox.mjs";

const directory = fileURLToPath(new URL("../../src/wrapper/scripts/", import.meta.url));
const scripts = Object.fromEntries(
  readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), "utf8")]),
);

/**
 * bash 3.2 is not to be had everywhere; these are the additions since (its NEWS for 4.0 to 5.3) that it would stumble
 * over. `mapfile -d`, `BASHPID`, `exec 57< <(…)` with its pid, `read -N` and EPOCHREALTIME are used, but only behind a look at
 * the version.
 */
const SINCE_3_2 = {
  "associative arrays, namerefs and case attributes (4.0, 4.3)":
    /\b(declare|typeset|local)\s+-[a-zA-Z]*[AnluIg]/,
  "changing case (4.0)": /\$\{!?\w+(\[[^\]]*\])?(\^|,)/,
  "transformations (4.4)": /\$\{\w+(\[[^\]]*\])?@[A-Za-z]\}/,
  "|& and &>> (4.0)": /\|&\s|&>>/,
  ";& and ;;& (4.0)": /;;?&/,
  "coproc (4.0)": /\bcoproc\b/,
  "read -N, -i and fractions for -t (4.0)": /\bread\s+(-\w+\s+)*-[a-zA-Z]*(N|i\b|t\s*0?\.)/,
  "readarray (4.0)": /\breadarray\b/,
  "{fd}> (4.1)": /\{\w+\}[<>]/,
  "printf %(…)T (4.2)": /%\([^)]*\)T/,
  "test -v and -R (4.2, 4.3)": /(\[\[?|test)\s+(!\s+)?-[vR]\s/,
  "negative subscripts and lengths (4.2, 4.3)": /\[-\d+\]|\$\{\w+:[^}:-][^}:]*:\s*-\d+\}/,
  "lastpipe, globstar and inherit_errexit (4.0 to 4.4)": /\bshopt\b/,
  "wait -n (4.3)": /\bwait\s+-/,
  "EPOCHSECONDS, SRANDOM, BASH_ARGV0 (5.0, 5.1)": /\b(EPOCHSECONDS|SRANDOM|BASH_ARGV0)\b/,
  "${ command;} (5.3)": /\$\{[\s|]/,
  "$'\\u' (4.2)": /\$'[^']*\\[uU]/,
  "a case pattern without its opening parenthesis in $(…), which 3.2 takes for the end":
    /\$\([^()]*\bcase\b/,
};

for (const [name, text] of Object.entries(scripts)) {
  const code = text.replace(/^\s*#.*$/gm, "");
  for (const [what, pattern] of Object.entries(SINCE_3_2)) {
    test(`${name} does without ${what}`, () => assert.doesNotMatch(code, pattern));
  }
}

test("gh and git look for the real program with the same lines", () => {
  const part = (text) => /^# --- the same lines[^]*^# --- end of the same lines/m.exec(text)[0];
  assert.equal(part(scripts.gh), part(scripts.git));
});

for (const options of [["-n"], ["--posix", "-n"], ["-O", "compat32", "-n"]]) {
  test(`bash ${options.join(" ")} reads all of them`, async (t) => {
    const box = await makeSandbox(t);
    for (const name of Object.keys(scripts))
      assert.deepEqual(box.run("bash", [...options, join(box.bin, name)]), {
        status: 0,
        signal: null,
        stdout: "",
        stderr: "",
      });
  });
}
