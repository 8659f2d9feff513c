/** A limit on descriptors never costs the user's command. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { bashVersion, makeSandbox } from "./sandbox.mjs";

for (const [limit, isNoted] of [
  [64, true],
  [32, false],
]) {
  test(`with ${limit} descriptors a tracked command runs, and ${isNoted ? "is noted" : "is not noted"}`, async (t) => {
    const box = await makeSandbox(t);
    box.program(join(box.tools, "gh"), "#!/bin/sh\necho merged >&2\n");
    assert.deepEqual(box.run("/bin/sh", ["-c", `ulimit -n ${limit}; gh pr merge`]), {
      status: 0,
      signal: null,
      stdout: "",
      stderr: "merged\n",
    });
    assert.equal(box.metadata().status, isNoted ? "merged" : "working");
  });
}

test("without a directory for temporary files a tracked command runs", async (t) => {
  const box = await makeSandbox(t);
  box.program(join(box.tools, "gh"), "#!/bin/sh\necho merged >&2\n");
  const env = { TMPDIR: join(box.root, "nowhere") };
  assert.deepEqual(box.run(box.gh, ["pr", "merge"], { env }), {
    status: 0,
    signal: null,
    stdout: "",
    stderr: "merged\n",
  });
  // Before bash 4.4 the wrapper needs a FIFO there (docs/wrappers.md).
  assert.equal(box.metadata().status, bashVersion >= 5 ? "merged" : "working");
});
