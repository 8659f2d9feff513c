import assert from "node:assert/strict";
import { test } from "node:test";
import { dirname, join } from "node:path";
import { aoCodex } from "../support/command.mjs";
import { codexHome, rollout, temporaryFolder } from "../support/home.mjs";

const WRONG_USAGE = [
  [[], /^Usage: ao-codex /],
  [["frobnicate"], /unknown command 'frobnicate'/],
  [["session"], /Did you mean sessions\?/],
  [["sessions", "--frobnicate"], /unknown option '--frobnicate'/],
  [["sessions", "more"], /too many arguments/],
  [["sessions", "--workspace"], /argument missing/],
  [
    ["usage", "--by", "colour"],
    /Allowed choices are thread, workspace, repo, branch, session, pr, model, /,
  ],
  [["usage", "--by", "day,model,repo"], /Expected one or two of them\./],
  [["usage", "--by", "day,day"], /Expected two different ones\./],
  [
    ["usage", "--last", "7"],
    /argument '7' is invalid\. Expected a number of days, weeks or months/,
  ],
  [
    ["usage", "--last", "7d", "--since", "today"],
    /'--last <span>' cannot be used with option '--since <time>'/,
  ],
  [["usage", "--timezone", "Mars/Olympus"], /Expected a time zone/],
  [["usage", "--limit", "0"], /Expected a number from 1 on\./],
  [["usage", "--fail-over", "much"], /Expected an amount of dollars\./],
  [["usage", "--json", "--format", "csv"], /--json and --format csv exclude each other/],
  [
    ["usage", "--since", "tomorrow"],
    /'--since <time>' argument 'tomorrow' is invalid\. Expected a day \(2026-11-28\), a month/,
  ],
  [["usage", "--until", "2026-02-30"], /argument '2026-02-30' is invalid\. There is no such day\./],
  [["usage", "--since", "2026-3-1"], /Expected a day \(2026-11-28\)/],
  [["usage", "--since", "2026-13"], /There is no such month\./],
  [["usage", "--since", "2026-03-02", "--until", "2026-03-01"], /--since is after --until/],
  [["resume"], /required option '--workspace <path>' not specified/],
  [["--codex-home"], /argument missing/],
  [
    ["usage", "--by", "day", "--by", "model"],
    /'--by <what>' argument 'model' is invalid\. It was given twice\./,
  ],
  [["usage", "--since", "2026-03-01", "--since=2026-03-02"], /It was given twice\./],
  [["sessions", "--workspace", "a", "--workspace", "a"], /It was given twice\./],
  [["usage", "--by", "colour"], /, month; with --from also host, label:KEY\.\n$/],
  [
    ["resume", "--workspace", ".", "--codex-home", "a", "--codex-home", "b"],
    /^error: resume takes one --codex-home, and 2 were given\n$/,
  ],
  [
    ["doctor", "--codex-home", "a", "--codex-home", "b"],
    /^error: doctor takes one --codex-home, and 2 were given\n$/,
  ],
];

for (const [args, message] of WRONG_USAGE) {
  test(`ao-codex ${args.join(" ")}: a usage error goes to stderr with exit code 2`, async () => {
    const result = await aoCodex(args);
    assert.match(result.stderr, message);
    assert.deepEqual({ code: result.code, stdout: result.stdout }, { code: 2, stdout: "" });
  });
}

const READING = [
  ...["sessions", "usage", "limits", "resume --workspace shop"].flatMap((command) => [
    command,
    `${command} --json`,
  ]),
  "statusline",
  "export rows",
];

for (const command of READING) {
  test(`${command} of a home that is not there names it and says what to do, with exit code 1`, async (t) => {
    const home = join(temporaryFolder(t), "nowhere");
    const result = await aoCodex([...command.split(" "), "--codex-home", home], {
      cwd: dirname(home),
    });
    assert.match(
      result.stderr,
      /^ao-codex: [^\n]+\. Codex makes it at its first run; --codex-home or CODEX_HOME names another one\n$/,
    );
    assert.ok(result.stderr.includes(home), result.stderr);
    assert.deepEqual({ code: result.code, stdout: result.stdout }, { code: 1, stdout: "" });
  });
}

test("a home without rollouts has no threads, and that is no error", async (t) => {
  const { home } = codexHome(t, []);
  assert.deepEqual(await aoCodex(["sessions", "--codex-home", home]), {
    code: 0,
    stdout: `No threads in ${home}.\n`,
    stderr: "",
  });
});

test("of several homes without anything each is named", async (t) => {
  const homes = [codexHome(t, []), codexHome(t, [])].map(({ home }) => home);
  const args = homes.flatMap((home) => ["--codex-home", home]);
  const env = { COLUMNS: "300" };
  const said = await Promise.all(
    ["sessions", "usage", "limits"].map((command) => aoCodex([command, ...args], { env })),
  );
  assert.deepEqual(
    said.map(({ stdout }) => stdout.split(/[.:] ?\n?/)[0]),
    ["threads", "usage", "limits"].map((what) => `No ${what} in ${homes.join(" and ")}`),
  );
});

test("a workspace without threads is named", async (t) => {
  const { home } = codexHome(t, []);
  const args = ["usage", "--workspace", "/home/dev/shop", "--codex-home", home];
  const result = await aoCodex(args, { env: { COLUMNS: "200" } });
  assert.deepEqual(result, {
    code: 0,
    stdout: `No usage of /home/dev/shop in ${home}.\n`,
    stderr: "",
  });
});

test("--codex-home is understood before and after the command, and comes before CODEX_HOME", async (t) => {
  const { home } = codexHome(t, [
    rollout({
      id: "019e4464-e720-70ca-80b3-5afce7a15c61",
      cwd: "/home/dev/shop",
      at: "2026-05-20T08:00:00.000Z",
    }),
  ]);
  const env = { CODEX_HOME: temporaryFolder(t) };
  const before = await aoCodex(["--codex-home", home, "sessions", "--json"], { env });
  const after = await aoCodex(["sessions", "--json", "--codex-home", home], { env });
  const fromEnvironment = await aoCodex(["sessions", "--json"], { env: { CODEX_HOME: home } });
  assert.deepEqual([before.code, JSON.parse(before.stdout).threads.length], [0, 1]);
  assert.deepEqual(after, before);
  assert.deepEqual(fromEnvironment, before);
});

test("--ao-home is understood before and after every command", async (t) => {
  const { home } = codexHome(t, []);
  const results = await Promise.all([
    aoCodex(["--ao-home", home, "sessions", "--codex-home", home]),
    aoCodex(["usage", "--codex-home", home, "--ao-home", home]),
  ]);
  assert.deepEqual(
    results.map(({ code, stderr }) => [code, stderr]),
    [
      [0, ""],
      [0, ""],
    ],
  );
});

test("without HOME every command does what it does with it", async (t) => {
  const { home } = codexHome(t, []);
  const commands = [
    ["sessions", "--codex-home", home],
    ["usage", "--codex-home", home],
    ["limits", "--codex-home", home],
    ["statusline", "--codex-home", home],
    ["prices"],
  ];
  const outcomes = await Promise.all(
    commands.flatMap((args) =>
      [{}, { HOME: undefined, XDG_CONFIG_HOME: undefined }].map((env) => aoCodex(args, { env })),
    ),
  );
  for (const [at, args] of commands.entries()) {
    assert.equal(outcomes[2 * at].code, 0, args.join(" "));
    assert.deepEqual(outcomes[2 * at + 1], outcomes[2 * at], args.join(" "));
  }
});
