/** Other tools have wrappers of git and gh too, which run the next one in PATH as ours do. */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { makeSandbox, PATH } from "./sandbox.mjs";

/** How a wrapper may start the next program of its name in PATH that is not itself. */
const STARTS = {
  "that becomes the next program": 'exec "$d/$n" "$@"',
  "that starts the next program": '"$d/$n" "$@"; exit $?',
  "that starts the next program in a subshell of a shell":
    'sh -c \'(sh -c "$@"; exit $?); exit $?\' - \'"$0" "$@"; exit $?\' "$d/$n" "$@"; exit $?',
};

/** A wrapper of another tool, in a directory of its own, that says on stderr that it was there. */
function makeShim(box, directory, name, start) {
  return box.program(
    join(box.root, directory, name),
    `#!/bin/sh
# policy guard (another tool)
n=${name}
self=$(cd "$(dirname "$0")" && pwd)
echo "${directory}" >&2
IFS=:
for d in $PATH; do
  [ "$d" = "$self" ] && continue
  if [ -x "$d/$n" ]; then ${start}; fi
done
exit 127
`,
  );
}

for (const [how, start] of Object.entries(STARTS)) {
  test(`a shim ${how}, in front of the wrapper or behind it, reaches the real program`, async (t) => {
    const box = await makeSandbox(t);
    for (const name of ["git", "gh"]) makeShim(box, "other", name, start);
    const other = join(box.root, "other");
    const paths = {
      behind: [box.bin, other],
      before: [other, box.bin],
      around: [other, box.bin, other],
      between: [box.bin, other, box.bin],
      "with a slash": [`${box.bin}/`, `${other}/`],
    };
    for (const [place, path] of Object.entries(paths)) {
      const env = { PATH: [...path, box.tools, PATH].join(delimiter) };
      const answer = box.run("/bin/sh", ["-c", "git --version; gh other"], {
        env,
        timeout: 60_000,
      });
      assert.equal(answer.stdout, `${box.real(["--version"])}\nother ["other"]\n`, place);
      assert.equal(answer.status, 0, place);
      assert.match(answer.stderr, /^other$/m, place);
    }
  });
}

test("several shims each have their turn before the real program", async (t) => {
  const box = await makeSandbox(t);
  const shims = ["first", "second", "third"];
  for (const shim of shims) makeShim(box, shim, "git", STARTS["that becomes the next program"]);
  const [first, second, third] = shims.map((shim) => join(box.root, shim));
  const env = { PATH: [box.bin, first, second, box.bin, third, PATH].join(delimiter) };
  const answer = box.run("/bin/sh", ["-c", "git --version"], { env });
  assert.equal(answer.stdout, `${box.real(["--version"])}\n`);
  for (const shim of shims) assert.match(answer.stderr, new RegExp(`^${shim}$`, "m"));
});

test("a tracked command behind a shim is noted, once", async (t) => {
  const box = await makeSandbox(t);
  makeShim(box, "other", "git", STARTS["that becomes the next program"]);
  const env = { PATH: [box.bin, join(box.root, "other"), PATH].join(delimiter) };
  const answer = box.run("/bin/sh", ["-c", "git checkout -q -b feature"], { env });
  assert.equal(answer.status, 0);
  assert.equal(box.metadata().branch, "feature");
});

test("GH_PATH that names a shim or the wrapper itself ends at the real gh", async (t) => {
  const box = await makeSandbox(t);
  const shim = makeShim(box, "other", "gh", STARTS["that becomes the next program"]);
  symlinkSync(box.gh, join(box.root, "linked-gh"));
  for (const given of [shim, box.gh, join(box.root, "linked-gh")]) {
    const env = { GH_PATH: given, PATH: [box.bin, box.tools, PATH].join(delimiter) };
    const answer = box.run("/bin/sh", ["-c", "gh other"], { env });
    assert.equal(answer.stdout, 'other ["other"]\n', given);
  }
});

test("a shim and the wrapper without any real program end with 127", async (t) => {
  const box = await makeSandbox(t);
  makeShim(box, "other", "gh", STARTS["that becomes the next program"]);
  const path = [box.bin, join(box.root, "other")].join(delimiter);
  const env = { PATH: `${path}:/usr/bin:/bin` };
  const answer = box.run("/bin/sh", ["-c", "gh other"], { env });
  assert.equal(answer.status, 127);
  assert.match(answer.stderr, /ao-wrapper: gh not found in PATH/);
});

test("a real program that was come to by way of a shim sees no note of it", async (t) => {
  const box = await makeSandbox(t);
  makeShim(box, "other", "git", STARTS["that becomes the next program"]);
  // A program that prints its environment, and no script that might be another shim.
  const real = join(box.root, "real");
  mkdirSync(real);
  copyFileSync("/usr/bin/env", join(real, "git"));
  symlinkSync("/usr/bin/dirname", join(real, "dirname"));
  const env = { PATH: [box.bin, join(box.root, "other"), real].join(delimiter) };
  const answer = box.run(box.git, [], { env });
  assert.deepEqual([answer.status, answer.stderr], [0, "other\n"]);
  assert.match(answer.stdout, /^AO_SESSION=/m);
  assert.doesNotMatch(answer.stdout, /_ao_/);
});
