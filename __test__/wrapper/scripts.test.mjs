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

/** The additions since bash 3.2 (its NEWS for 4.0 to 5.3) that it would stumble over. */
const SINCE_3_2 = {
  "associative arrays, namerefs and case attributes (4.0, 4.3)":
    /\b(declare|typeset|local)\s+-[a-zA-Z]*[AnluIg]/,
  "changing case (4.0)": /\$\{!?\w+(\[[^\]]*\])?(\^|,)/,
  "transformations (4.4)": /\$\{\w+(\[[^\]]*\])?@[A-Za-z]\}/,
  "|& and &>> (4.0)": /\|&\s|&>>/,
  ";& and ;;& (4.0)": /;;?&/,
  "coproc (4.0)": /\bcoproc\b/,
  "read -i and fractions for -t (4.0)": /\bread\s+(-\w+\s+)*-[a-zA-Z]*(i\b|t\s*0?\.)/,
  "readarray (4.0)": /\breadarray\b/,
  "{fd}> (4.1)": /\{\w+\}[<>]/,
  "printf %(…)T (4.2)": /%\([^)]*\)T/,
  "test -v and -R (4.2, 4.3)": /(\[\[?|test)\s+(!\s+)?-[vR]\s/,
  "negative subscripts and lengths (4.2, 4.3)": /\[-\d+\]|\$\{\w+:[^}:-][^}:]*:\s*-\d+\}/,
  "lastpipe, globstar and inherit_errexit (4.0 to 4.4)": /\bshopt\b(?! -[su] nocasematch$)/m,
  "wait -n (4.3)": /\bwait\s+-/,
  "EPOCHSECONDS, SRANDOM, BASH_ARGV0 (5.0, 5.1)": /\b(EPOCHSECONDS|SRANDOM|BASH_ARGV0)\b/,
  "${ command;} (5.3)": /\$\{[\s|]/,
  "$'\\u' (4.2)": /\$'[^']*\\[uU]/,
  "a case pattern without its opening parenthesis in $(…), which 3.2 takes for the end":
    /\$\([^()]*\bcase\b/,
};

/** What both read and 3.2 does otherwise: used behind a look at the version only. Each with the test that failed. */
const DIFFERS = [
  {
    what: "a process beside it, which 3.2 starts with SIGINT and SIGQUIT ignored for good",
    pattern: /^(?!.*\beval ').*[<>]\(/m,
    example: "exec 57< <(_ao_supervise)",
    failed: ["signals", "Ctrl-C ends the program and the wrapper by SIGINT"],
  },
  {
    what: "BASHPID, which 3.2 does not set",
    pattern: /\$BASHPID|\$\{BASHPID\}/,
    example: 'echo "$BASHPID"',
    failed: ["signals", "SIGTERM to the wrapper reaches git checkout x and ends the wrapper by it"],
  },
  {
    what: "a setting of IFS for one `read` that a trap may interrupt, which 3.2 then reads freed",
    pattern: /\bIFS=\S* read\b[^\n]*\s-u\b/,
    example: "IFS= read -r -u 57 x",
    failed: ["signals", "SIGHUP to the wrapper reaches git checkout x and ends the wrapper by it"],
  },
  {
    what: "SHLVL, which the `exec` of 3.2 counts down in a subshell, too",
    pattern: /(?<!case \$\{BASH_VERSION-\}[^\n]*)\bSHLVL=/,
    example: "SHLVL=$((SHLVL - 1))",
    failed: ["lookup", "the environment reaches the real program as it is: no PWD"],
  },
  {
    what: "mapfile, which 3.2 does not know",
    pattern: /(?<!\bBASH_VERSINFO\b[^\n]*\n\s*)\bmapfile\b/,
    example: "if true; then\n  mapfile -t x",
    failed: ["lookup", "an untracked command is the same process, with no other started before it"],
  },
  {
    what: "read -N, which 3.2 does not know",
    pattern: /(?<!\bBASH_VERSINFO\b[^\n]*\n\s*(IFS= )?)\bread\b[^\n]*\s-N/,
    example: "IFS= read -r -t 1 -N 8 x",
    failed: ["hook", "an event is one line with ids and paths, and neither prompt nor command"],
  },
  {
    what: "EPOCHREALTIME, which 3.2 does not set",
    pattern: /(?<!\bBASH_VERSINFO\b[^\n]*\n\s*_ao_at=\$\{)\bEPOCHREALTIME\b/,
    example: "_ao_at=${EPOCHREALTIME/./}",
    failed: ["hook", "an event is one line with ids and paths, and neither prompt nor command"],
  },
];

for (const [name, text] of Object.entries(scripts)) {
  const code = text.replace(/^\s*#.*$/gm, "");
  for (const [what, pattern] of Object.entries(SINCE_3_2)) {
    test(`${name} does without ${what}`, () => assert.doesNotMatch(code, pattern));
  }
  for (const { what, pattern, failed } of DIFFERS) {
    test(`${name} looks at the version before ${what}`, () =>
      assert.doesNotMatch(code, pattern, `under bash 3.2 this fails: ${failed.join(": ")}`));
  }
}

test("what 3.2 does otherwise is found where nobody looks at the version", () => {
  for (const { example, pattern } of DIFFERS) assert.match(example, pattern);
});

test("gh and git look for the real program with the same lines", () => {
  const part = (text) => /^# --- the same lines[^]*^# --- end of the same lines/m.exec(text)[0];
  assert.equal(part(scripts.gh), part(scripts.git));
});

for (const options of [["-n"], ["--posix", "-n"]]) {
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
