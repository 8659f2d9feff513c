/** update_ao_metadata: what it stores, what it refuses, and that it does either without a word. */
import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeSandbox, SESSION } from "./sandbox.mjs";

const SILENT = { status: 0, signal: null, stdout: "", stderr: "" };
const formats = ["pairs", "json"];
const update = 'update_ao_metadata "$@"';

for (const format of formats) {
  test(`replaces a value, adds a key, keeps order and unknown keys (${format})`, async (t) => {
    const box = await makeSandbox(t, { format });
    box.writeMetadata({ first: "1", status: "working", "odd.key": "x=y", last: "2" });
    assert.deepEqual(box.helper(update, { args: ["status", "pr_open"] }), SILENT);
    assert.deepEqual(box.helper(update, { args: ["branch", "topic"] }), SILENT);
    const expected = {
      first: "1",
      status: "pr_open",
      "odd.key": "x=y",
      last: "2",
      branch: "topic",
    };
    assert.deepEqual(Object.entries(box.metadata()), Object.entries(expected));
    assert.deepEqual(readdirSync(box.data), [format === "json" ? `${SESSION}.json` : SESSION]);
  });

  test(`keeps the mode of the file (${format})`, async (t) => {
    const box = await makeSandbox(t, { format });
    for (const mode of [0o600, 0o644, 0o660]) {
      chmodSync(box.metadataPath, mode);
      box.helper(`umask 027; ${update}`, { args: ["k", String(mode)] });
      assert.deepEqual(
        [statSync(box.metadataPath).mode & 0o7777, box.metadata().k],
        [mode, String(mode)],
      );
    }
  });

  const values = {
    "an empty value": "",
    "a value of only blanks inside": "a  b",
    equals: "a=b==c",
    "characters that sed would read": "a&b|c\\d/e\\1\\n",
    quotes: `"double" 'single' \`back\` $(id) $HOME`,
    "10 KB": "x".repeat(10_240),
    "other letters": "ünï ✓ 日本",
    "a control character": "a\tb\u0001c",
    "a word that looks like an option": "-n",
    JSON: '{"a":[1,"b"]}',
    "a percent sign": "%s %d %%",
    "a trailing backslash": "a\\",
  };
  for (const [what, value] of Object.entries(values)) {
    test(`stores ${what} as it is (${format})`, async (t) => {
      const box = await makeSandbox(t, { format });
      const before = box.metadata();
      assert.deepEqual(box.helper(update, { args: ["key", value] }), SILENT);
      assert.deepEqual(box.metadata(), { ...before, key: value });
    });
  }

  test(`takes newlines out of values (${format})`, async (t) => {
    const box = await makeSandbox(t, { format });
    const before = box.metadata();
    box.helper(update, { args: ["key", "\na\r\nstatus=hacked\n\n"] });
    assert.deepEqual(box.metadata(), { ...before, key: "astatus=hacked" });
  });

  test(`a value that is no UTF-8 breaks nothing (${format})`, async (t) => {
    const box = await makeSandbox(t, { format });
    const before = box.metadata();
    assert.deepEqual(box.helper(`update_ao_metadata key "$(printf 'a\\377b')"`), SILENT);
    assert.deepEqual(box.metadata(), { ...before, key: "a\ufffdb" });
  });

  const keys = ["", "a b", "a=b", "a.b", "a\nb", "ä", "a/b", "$(id)", "a;b", "-a b", "a\\"];
  test(`refuses keys of other than letters, digits, - and _ (${format})`, async (t) => {
    const box = await makeSandbox(t, { format });
    const before = readFileSync(box.metadataPath);
    for (const locale of ["C", "C.UTF-8", ""])
      for (const key of keys)
        assert.deepEqual(box.helper(update, { args: [key, "x"], env: { LC_ALL: locale } }), SILENT);
    assert.deepEqual(readFileSync(box.metadataPath), before);
    box.helper(update, { args: ["-_aZ09", "x"] });
    assert.equal(box.metadata()["-_aZ09"], "x");
  });

  test(`refuses sessions and directories that lie elsewhere (${format})`, async (t) => {
    const box = await makeSandbox(t, { format });
    const before = readFileSync(box.metadataPath);
    const outside = join(box.root, "outside");
    const name = box.metadataPath.split("/").at(-1);
    mkdirSync(outside);
    writeFileSync(join(outside, name), before);
    symlinkSync(outside, join(box.home, ".ao", "link"));
    mkdirSync(join(box.home, ".ao", "sub"));
    const tries = [
      { AO_SESSION: `../sessions/${SESSION}` },
      { AO_SESSION: `x/../${SESSION}` },
      { AO_SESSION: ".." },
      { AO_SESSION: "." },
      { AO_SESSION: "" },
      { AO_DATA_DIR: "" },
      { AO_DATA_DIR: join(box.home, ".ao", "nowhere") },
      { AO_DATA_DIR: outside },
      { AO_DATA_DIR: join(box.home, ".ao", "link") },
      { AO_DATA_DIR: join(box.home, ".ao", "sub", "..", "..", "..", "outside") },
    ];
    // The sandbox lies in the system's temporary directory, which is allowed: here that is another one.
    for (const env of tries) {
      const elsewhere = { TMPDIR: join(box.home, "tmp"), ...env };
      assert.deepEqual(box.helper(update, { args: ["k", "v"], env: elsewhere }), SILENT);
      assert.deepEqual(readFileSync(box.metadataPath), before);
      assert.deepEqual(readFileSync(join(outside, name)), before);
    }
    box.helper(update, { args: ["k", "v"], env: { AO_DATA_DIR: outside } });
    assert.notDeepEqual(readFileSync(join(outside, name)), before);
  });

  test(`accepts a directory however it is spelled, below either home (${format})`, async (t) => {
    const box = await makeSandbox(t, { format });
    const other = join(box.home, ".agent-orchestrator", "projects", "a b");
    mkdirSync(other, { recursive: true });
    writeFileSync(join(other, box.metadataPath.split("/").at(-1)), readFileSync(box.metadataPath));
    symlinkSync(box.data, join(box.home, ".ao", "again"));
    const spelled = [
      `${box.data}/`,
      `${box.home}/.ao/../.ao//sessions/.`,
      join(box.home, ".ao", "again"),
    ];
    for (const [number, directory] of spelled.entries()) {
      box.helper(update, { args: ["k", String(number)], env: { AO_DATA_DIR: directory } });
      assert.equal(box.metadata().k, String(number));
    }
    box.helper(update, { args: ["k", "other"], env: { AO_DATA_DIR: other } });
    assert.match(readFileSync(join(other, box.metadataPath.split("/").at(-1)), "utf8"), /other/);
  });

  test(`refuses what is no regular file (${format})`, async (t) => {
    const box = await makeSandbox(t, { format });
    const aside = join(box.data, "aside");
    renameSync(box.metadataPath, aside);
    const before = readFileSync(aside);
    assert.deepEqual(box.helper(update, { args: ["k", "v"] }), SILENT);
    symlinkSync(aside, box.metadataPath);
    assert.deepEqual(box.helper(update, { args: ["k", "v"] }), SILENT);
    rmSync(box.metadataPath);
    mkdirSync(box.metadataPath);
    assert.deepEqual(box.helper(update, { args: ["k", "v"] }), SILENT);
    assert.deepEqual(readFileSync(aside), before);
  });

  for (const setting of [
    "set -e",
    "set -u",
    "set -o pipefail",
    "set -C",
    "IFS=ao",
    "set -f",
    "CDPATH=/",
    "POSIXLY_CORRECT=1",
    "set -o posix",
    "set -x",
  ]) {
    test(`works in a shell with ${setting} and leaves it as it was (${format})`, async (t) => {
      const box = await makeSandbox(t, { format });
      const script = `${setting}; before=$-$IFS$PWD$PATH; { ${update}; } 2>/dev/null; test "$before" = "$-$IFS$PWD$PATH"; echo $?`;
      assert.equal(box.helper(script, { args: ["k", "v w"] }).stdout, "0\n");
      assert.equal(box.metadata().k, "v w");
    });
  }

  test(`works in sh, and with a PATH that has no tools (${format})`, async (t) => {
    const box = await makeSandbox(t, { format });
    assert.deepEqual(box.helper(update, { args: ["one", "1"], interpreter: "/bin/sh" }), SILENT);
    assert.deepEqual(
      box.helper(update, {
        args: ["two", "2"],
        interpreter: "/bin/bash",
        env: { PATH: "/nonexistent" },
      }),
      SILENT,
    );
    assert.deepEqual([box.metadata().one, box.metadata().two], ["1", "2"]);
  });
}

test("several pairs are stored in one step, the last of a key counts", async (t) => {
  const box = await makeSandbox(t);
  box.helper(update, { args: ["a", "1", "status", "x", "a", "2"] });
  assert.equal(
    readFileSync(box.metadataPath, "utf8"),
    `worktree=${box.repository}\nstatus=x\na=2\n`,
  );
});

test("comments, odd lines, spaces around keys and a missing last newline are kept or understood", async (t) => {
  const box = await makeSandbox(t);
  writeFileSync(
    box.metadataPath,
    "# comment = x\n\n  status = old \nno equals\nstatus=older\n\tx=1\r\nlast=y",
  );
  box.helper(update, { args: ["status", "new"] });
  assert.equal(
    readFileSync(box.metadataPath, "utf8"),
    "# comment = x\n\nstatus=new\nno equals\n\tx=1\r\nlast=y\n",
  );
});

test("the JSON file is preferred, and what it holds beside strings is kept", async (t) => {
  const box = await makeSandbox(t, { format: "json" });
  const pairs = join(box.data, SESSION);
  writeFileSync(pairs, "status=working\n");
  const before = {
    lifecycle: { state: "working", n: [1, 2.5, null, true] },
    status: "x",
    ünï: "ö",
  };
  box.writeMetadata(before);
  box.helper(update, { args: ["status", "y", "__proto__", "z"] });
  const text = readFileSync(box.metadataPath, "utf8");
  const after = Object.fromEntries([
    ...Object.entries({ ...before, status: "y" }),
    ["__proto__", "z"],
  ]);
  assert.equal(text, `${JSON.stringify(after, null, 2)}\n`);
  assert.equal(readFileSync(pairs, "utf8"), "status=working\n");
});

test("a file of the bare name that holds JSON is treated as JSON", async (t) => {
  const box = await makeSandbox(t);
  writeFileSync(box.metadataPath, '{"status": "working"}');
  box.helper(update, { args: ["status", "merged"] });
  assert.equal(readFileSync(box.metadataPath, "utf8"), '{\n  "status": "merged"\n}\n');
});

test("JSON that is none, or no object, is left alone", async (t) => {
  const box = await makeSandbox(t, { format: "json" });
  for (const text of ["", "{", "[]", "null", '"x"', "{} {}", "\ufeff{}"]) {
    writeFileSync(box.metadataPath, text);
    assert.deepEqual(box.helper(update, { args: ["k", "v"] }), { ...SILENT, status: 1 });
    assert.equal(readFileSync(box.metadataPath, "utf8"), text);
    assert.deepEqual(readdirSync(box.data), [`${SESSION}.json`]);
  }
});

test("NODE_OPTIONS of the agent's project do not get in the way", async (t) => {
  const box = await makeSandbox(t, { format: "json" });
  const env = {
    NODE_OPTIONS: "--require /nonexistent.js",
    NODE_V8_COVERAGE: join(box.root, "coverage"),
  };
  assert.deepEqual(box.helper(update, { args: ["k", "v"], env }), SILENT);
  assert.equal(box.metadata().k, "v");
});

/** The helper as it is installed where node is not where it was. */
function withoutNode(box) {
  const path = join(box.bin, "ao-metadata-helper.sh");
  writeFileSync(
    path,
    readFileSync(path, "utf8").replace(/^_ao_node='.*'/m, "_ao_node='/nonexistent/node'"),
  );
}

test("without node jq writes the JSON", async (t) => {
  const box = await makeSandbox(t, { format: "json" });
  withoutNode(box);
  box.writeMetadata({ z: 1, status: "x", nested: { b: [] } });
  chmodSync(box.metadataPath, 0o640);
  const values = ['"quotes"', "-n", "--arg", "$__loc__", "a\\b", "ünï"];
  for (const [number, value] of values.entries())
    box.helper(update, { args: [`k-${number}`, value, "status", "y"] });
  const expected = {
    z: 1,
    status: "y",
    nested: { b: [] },
    ...Object.fromEntries(values.map((value, number) => [`k-${number}`, value])),
  };
  assert.equal(readFileSync(box.metadataPath, "utf8"), `${JSON.stringify(expected, null, 2)}\n`);
  assert.equal(statSync(box.metadataPath).mode & 0o7777, 0o640);
  box.run(box.git, ["checkout", "-q", "-b", "topic"]);
  assert.equal(box.metadata().branch, "topic");
  writeFileSync(box.metadataPath, "[]");
  assert.equal(box.helper(update, { args: ["k", "v"] }).status, 1);
  assert.equal(readFileSync(box.metadataPath, "utf8"), "[]");
});

test("without any JSON tool the JSON stays as it is, and commands work", async (t) => {
  const box = await makeSandbox(t, { format: "json" });
  withoutNode(box);
  const path = join(box.bin, "ao-metadata-helper.sh");
  writeFileSync(path, readFileSync(path, "utf8").replaceAll(/\bjq /g, "jq-is-not-here "));
  const before = readFileSync(box.metadataPath);
  assert.deepEqual(box.helper(update, { args: ["k", "v"] }), { ...SILENT, status: 1 });
  const result = box.run(box.git, ["checkout", "-b", "topic"]);
  assert.deepEqual([result.status, result.stderr], [0, "Switched to a new branch 'topic'\n"]);
  assert.deepEqual(readFileSync(box.metadataPath), before);
});
