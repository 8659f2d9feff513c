/** `ao-codex usage --from`: the bill of what machines exported. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { aoCodex, sampleHome, temporary } from "./support/export.mjs";

function exported(t, ...hosts) {
  const directory = temporary(t);
  for (const [host, ...more] of hosts) {
    const answer = aoCodex([
      "export",
      directory,
      "--host",
      host,
      "--codex-home",
      sampleHome,
      ...more,
    ]);
    assert.equal(answer.status, 0, answer.stderr);
  }
  return directory;
}

function usage(...args) {
  const { status, stdout, stderr } = aoCodex(["usage", "--json", ...args]);
  assert.deepEqual([status, stderr], [0, ""]);
  return JSON.parse(stdout);
}

const row = (more) => ({
  schemaVersion: 1,
  id: "r-1",
  threadId: "t-1",
  parentThreadId: null,
  kind: "root",
  at: "2026-11-28T10:00:00.000Z",
  model: "gpt-5",
  tier: "standard",
  inputTokens: 1000,
  cachedInputTokens: 200,
  cacheWriteInputTokens: 0,
  outputTokens: 50,
  reasoningOutputTokens: 10,
  repo: "github.com/acme/shop",
  branch: "main",
  workspace: "/home/dev/shop",
  session: null,
  codexVersion: "0.171.0",
  labels: {},
  ...more,
});

function write(directory, path, content) {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

/** What a terminal would obey, but for the end of a line. */
const OBEYED = /(?!\n)[\p{Cc}\p{Bidi_Control}]/u;

const gz = (...rows) => gzipSync(rows.map((one) => `${JSON.stringify(one)}\n`).join(""));

test("the bill of an export is the bill of the home, thread by thread and by all that groups it", (t) => {
  const directory = exported(t, ["a"]);
  const home = usage("--codex-home", sampleHome);
  const from = usage("--from", directory);
  const facts = ({
    threadId,
    kind,
    parentThreadId,
    model,
    usage: of,
    models,
    tiers,
    isEstimate,
  }) => [threadId, { kind, parentThreadId, model, of, models, tiers, isEstimate }];
  const billed = home.threads.filter((one) => one.usage.totalTokens > 0).map(facts);
  assert.deepEqual(Object.fromEntries(from.threads.map(facts)), Object.fromEntries(billed));
  assert.deepEqual([from.codexHome, from.from], [directory, [directory]]);
  assert.deepEqual(from.totals.totalTokens, home.totals.totalTokens);
  const groupings = [
    "thread",
    "workspace",
    "model",
    "tier",
    "kind",
    "hour",
    "day",
    "week",
    "month",
  ];
  for (const by of [...groupings, "month,model"]) {
    const [expected, found] = [
      usage("--codex-home", sampleHome, "--by", by),
      usage("--from", directory, "--by", by),
    ].map(({ groups }) =>
      Object.fromEntries(
        groups.map(({ key, threads, usage: { totalTokens } }) => [key, { threads, totalTokens }]),
      ),
    );
    assert.deepEqual(found, expected, by);
  }
});

test("a response of two hosts counts once, for the host that comes first", (t) => {
  const directory = exported(t, ["b", "--label", "team=late"], ["a", "--label", "team=shop"]);
  const alone = usage("--from", exported(t, ["a"]));
  const both = usage("--from", directory, "--by", "host");
  assert.deepEqual(both.totals, alone.totals);
  assert.deepEqual(
    both.groups.map(({ key, threads, usage: of }) => [key, threads, of.totalTokens]),
    [["a", alone.threads.length, alone.totals.totalTokens]],
  );
  const byTeam = usage("--from", directory, "--by", "label:team,model").groups;
  assert.deepEqual([...new Set(byTeam.map(({ key }) => key[0]))], ["shop"]);
  const apart = usage("--from", exported(t, ["a"]), exported(t, ["b"]));
  assert.deepEqual(apart.totals, alone.totals);
});

test("hosts and labels that differ are added up apart, and what has no label is none", (t) => {
  const directory = temporary(t);
  write(
    directory,
    "day=2026-11-28/host=a/responses.ndjson.gz",
    gz(row({ labels: { team: "shop" } })),
  );
  write(
    directory,
    "day=2026-11-28/host=b/responses.ndjson.gz",
    gz(row({ id: "r-2", inputTokens: 500 }), row({ inputTokens: 7 })),
  );
  const { groups, threads } = usage("--from", directory, "--by", "host");
  assert.deepEqual(
    groups.map(({ key, usage: of }) => [key, of.inputTokens]),
    [
      ["a", 1000],
      ["b", 500],
    ],
  );
  assert.deepEqual(
    threads.map(({ threadId, usage: of }) => [threadId, of.inputTokens]),
    [["t-1", 1500]],
  );
  const table = aoCodex(["usage", "--from", directory, "--by", "label:team"]).stdout;
  assert.match(table, /LABEL:TEAM/);
  assert.match(table, /^shop .*\n^none /m);
  const csv = aoCodex([
    "usage",
    "--from",
    directory,
    "--by",
    "host,repo",
    "--format",
    "csv",
  ]).stdout;
  assert.match(csv, /^host,repo,threads,.*\na,github\.com\/acme\/shop,1,1000,/);
});

test("time and workspace are parts of it, and no path of another machine is looked for here", (t) => {
  const directory = temporary(t);
  write(
    directory,
    "day=2026-11-27/host=a/responses.ndjson.gz",
    gz(row({ id: "r-0", at: "2026-11-27T10:00:00.000Z", workspace: "/home/dev/shop/api" })),
  );
  write(
    directory,
    "day=2026-11-28/host=a/responses.ndjson.gz",
    gz(row(), row({ id: "r-2", workspace: "/home/dev/shopping" })),
  );
  const input = (...args) =>
    usage("--from", directory, "--timezone", "UTC", ...args).totals.inputTokens;
  assert.deepEqual(
    [
      input(),
      input("--since", "2026-11-28"),
      input("--until", "2026-11-27"),
      input("--workspace", "/home/dev/shop"),
    ],
    [3000, 2000, 1000, 2000],
  );
});

test("a damaged or foreign file is left out whole, and named with its reason", (t) => {
  const directory = temporary(t);
  const file = (host) => `day=2026-11-28/host=${host}/responses.ndjson.gz`;
  write(directory, file("good"), gz(row()));
  const whole = gz(row({ id: "r-2" }), row({ id: "r-3" }));
  const wrong = {
    [file("cut")]: whole.subarray(0, whole.length - 5),
    [file("empty")]: "",
    [file("flipped")]: Buffer.concat([
      whole.subarray(0, 30),
      Buffer.from([whole[30] ^ 255]),
      whole.subarray(31),
    ]),
    [file("plain")]: `${JSON.stringify(row({ id: "r-4" }))}\n`,
    [file("foreign")]: gzipSync('{"level":"info","msg":"hello"}\n'),
    [file("half")]: gzipSync(JSON.stringify(row({ id: "r-5" }))),
    [file("negative")]: gz(row({ id: "r-6", inputTokens: -5 })),
    [file("huge")]: gz(row({ id: "r-7", inputTokens: 1e300 })),
    [file("kind")]: gz(row({ id: "r-8", kind: "other" })),
    [file("time")]: gz(row({ id: "r-9", at: "soon" })),
    [file("newer")]: gz(row({ id: "r-10", schemaVersion: 2 })),
    [file("long")]: gz(row({ id: "r-11", branch: "x".repeat(2 ** 20) })),
    [file("a b")]: gz(row({ id: "r-12" })),
    "day=2026-11-28/host=good/notes.txt": "hello",
    "day=tomorrow/host=good/responses.ndjson.gz": gz(row({ id: "r-13" })),
  };
  const paths = Object.entries(wrong).map(([path, content]) => write(directory, path, content));
  symlinkSync("/etc/passwd", join(directory, "day=2026-11-28/host=good/link"));
  paths.push(join(directory, "day=2026-11-28/host=good/link"));
  const { totals, skipped } = usage("--from", directory);
  assert.equal(totals.inputTokens, 1000);
  assert.deepEqual(skipped.map((one) => one.path).toSorted(), paths.toSorted());
  const reasonOf = (path) => skipped.find((one) => one.path === join(directory, path)).reason;
  assert.match(reasonOf(file("cut")), /^damaged: /);
  assert.equal(reasonOf(file("foreign")), "its line 1 is no row of an export");
  assert.equal(reasonOf(file("newer")), "of schema version 2; a newer ao-codex reads it");
  const table = aoCodex(["usage", "--from", directory, "--by", "month"]).stdout;
  assert.match(table.replaceAll("\n", " "), /Left out: 16 files: /);
});

test("of a file with more rows than are held at a time all count, or where it is damaged none", (t) => {
  const directory = temporary(t);
  const rows = Array.from({ length: 70_000 }, (_, at) => row({ id: `r-${at}`, inputTokens: 1000 }));
  write(directory, "day=2026-11-28/host=a/responses.ndjson.gz", gz(...rows, rows[0]));
  assert.equal(usage("--from", directory).totals.inputTokens, 70_000_000);
  write(directory, "day=2026-11-28/host=a/responses.ndjson.gz", gz(...rows, { id: "r-x" }));
  const { totals, skipped } = usage("--from", directory);
  assert.deepEqual(
    [totals.inputTokens, skipped.map(({ reason }) => reason)],
    [0, ["its line 70001 is no row of an export"]],
  );
});

test("names that a terminal would obey are shown as text", (t) => {
  const directory = temporary(t);
  const hostile = "\u001B[2J\u0007evil\u202E\n";
  write(
    directory,
    "day=2026-11-28/host=a/responses.ndjson.gz",
    gz(
      row({
        threadId: hostile,
        model: hostile,
        repo: hostile,
        branch: hostile,
        workspace: hostile,
        session: hostile,
        labels: { team: hostile },
      }),
    ),
  );
  for (const by of [
    "thread",
    "repo",
    "branch",
    "workspace",
    "session",
    "model",
    "label:team",
    "host,repo",
  ])
    for (const format of ["table", "csv", "markdown"]) {
      const { stdout, status } = aoCodex([
        "usage",
        "--from",
        directory,
        "--by",
        by,
        "--format",
        format,
      ]);
      assert.equal(status, 0);
      assert.doesNotMatch(stdout, OBEYED, `${by} ${format}`);
      assert.ok(stdout.trimEnd().split("\n").length < 12);
    }
  assert.doesNotMatch(aoCodex(["usage", "--from", directory, "--json"]).stdout, OBEYED);
});

test("the report of exports is drawn like that of a home", (t) => {
  const directory = exported(t, ["a"], ["b"]);
  const page = join(temporary(t), "report.html");
  const answer = aoCodex(["usage", "--from", directory, "--html", page]);
  assert.deepEqual([answer.status, answer.stderr], [0, ""]);
  assert.match(readFileSync(page, "utf8"), /<svg/);
});

test("what cannot be asked of homes or of exports is a usage error", (t) => {
  const directory = exported(t, ["a"]);
  const wrong = [
    [["--by", "host"], /--by host needs --from/],
    [["--by", "label:team"], /--by label:team needs --from/],
    [["--from", directory, "--codex-home", sampleHome], /exclude each other/],
    [["--from", directory, "--by", "pr"], /pull request/],
    [["--from", directory, "--by", "label:"], /Allowed choices/],
    [["--from"], /argument missing/],
  ];
  for (const [args, reason] of wrong) {
    const { status, stderr, stdout } = aoCodex(["usage", ...args]);
    assert.deepEqual([status, stdout], [2, ""], args.join(" "));
    assert.match(stderr, reason);
  }
  const gone = aoCodex(["usage", "--from", join(directory, "gone")]);
  assert.equal(gone.status, 1);
  assert.match(gone.stderr, /^ao-codex: cannot read exports .*gone: .+ \(os error [23]\)/);
  const empty = aoCodex(["usage", "--from", temporary(t)]);
  assert.equal(empty.status, 0);
  assert.match(empty.stdout, /^No usage in /);
});

test("a limit of spending holds for all machines together", (t) => {
  const directory = exported(t, ["a"]);
  assert.equal(aoCodex(["usage", "--from", directory, "--fail-over", "0.01"]).status, 3);
});
