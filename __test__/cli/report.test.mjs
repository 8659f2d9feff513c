import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { aoCodex, root } from "../support/command.mjs";
import { codexHome, rollout, temporaryFolder } from "../support/home.mjs";
import { hostileHome } from "../support/hostile-names.mjs";
import { threadId } from "../support/records.mjs";

const SAMPLE = join(root, "samples", "codex-home");

async function report(t, home, args = []) {
  const folder = temporaryFolder(t);
  const file = join(folder, "report.html");
  const result = await aoCodex(["usage", "--html", file, "--codex-home", home, ...args]);
  return { ...result, folder, file, page: readFileSync(file, "utf8") };
}

/** The rows of the table of this name, cell by cell. */
function table(page, name) {
  const [, rest] = page.split(new RegExp(`role="region" aria-label="${name}">`));
  const [body] = rest.split("</table>");
  return [...body.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) =>
    [...row.matchAll(/<t[dh][^>]*>(.*?)<\/t[dh]>/gs)].map(([, text]) => text.trim()),
  );
}

test("usage --html writes one file and says so", async (t) => {
  const { code, stdout, stderr, folder, file } = await report(t, SAMPLE);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  assert.equal(stdout, `Wrote ${file}.\n`);
  assert.deepEqual(readdirSync(folder), ["report.html"]);
});

test("the report's figures are those of the bill", async (t) => {
  const { home } = codexHome(t, [
    rollout({
      id: threadId(1),
      cwd: "/home/dev/shop",
      at: "2026-05-20T08:00:00.000Z",
      responses: [
        { usage: [1_000_000, 200_000, 100_000, 40_000] },
        { time: "2026-05-22T09:00:00.000Z", usage: [2_000_000, 1_000_000, 300_000, 0] },
      ],
    }),
    rollout({
      id: threadId(2),
      cwd: "/home/dev/docs",
      model: "house-model",
      at: "2026-05-22T10:00:00.000Z",
      responses: [{ usage: [500_000, 0, 50_000, 0] }],
    }),
  ]);
  const { page } = await report(t, home);
  assert.deepEqual(table(page, "Spend per day"), [
    ["Day", "Tokens", "Cost"],
    ["Fri, 22 May 2026", "2,850,000", "~$6.13"],
    ["Wed, 20 May 2026", "1,100,000", "$2.02"],
    ["Total", "3,950,000", "~$8.15"],
  ]);
  assert.deepEqual(table(page, "Spend per model"), [
    ["Model", "Input", "Cached", "Output", "Reasoning", "Cost"],
    ["gpt-5-codex", "3,000,000", "1,200,000", "400,000", "40,000", "$6.40"],
    ["house-model", "500,000", "0", "50,000", "0", "~$1.75"],
    ["Total", "3,500,000", "1,200,000", "450,000", "40,000", "~$8.15"],
  ]);
  assert.deepEqual(table(page, "Spend per workspace"), [
    ["Workspace", "Tokens", "Cost"],
    ["/home/dev/shop", "3,400,000", "$6.40"],
    ["/home/dev/docs", "550,000", "~$1.75"],
    ["Total", "3,950,000", "~$8.15"],
  ]);
  assert.ok(page.includes("Wed, 20 May 2026 to Fri, 22 May 2026"));
  assert.ok(
    page.includes("<title>Fri, 22 May 2026: ~$6.13\ngpt-5-codex: $4.38, 2.3M tokens</title>"),
  );
});

/** A thread that was asked something in a repository. */
function asked(number, text, { cwd, repo, at, usage }) {
  const line = (type, payload) => `${JSON.stringify({ timestamp: at, type, payload })}\n`;
  const id = threadId(number);
  const [input_tokens, cached_input_tokens, output_tokens, reasoning_output_tokens] = usage;
  const total_tokens = input_tokens + output_tokens;
  const counts = {
    input_tokens,
    cached_input_tokens,
    output_tokens,
    reasoning_output_tokens,
    total_tokens,
  };
  const info = { total_token_usage: counts, last_token_usage: counts };
  const git = { repository_url: repo, branch: "main" };
  const content = [{ type: "input_text", text }];
  return [
    line("session_meta", { id, timestamp: at, cwd, git, source: "cli" }),
    line("turn_context", { cwd, model: "gpt-5-codex" }),
    line("response_item", { type: "message", role: "user", content }),
    line("event_msg", { type: "user_message", message: text }),
    line("event_msg", { type: "token_count", info }),
  ].join("");
}

function homeOfQuestions(t) {
  const home = temporaryFolder(t);
  const write = (number, text, facts) => {
    const day = join(home, "sessions", ...facts.at.slice(0, 10).split("-"));
    mkdirSync(day, { recursive: true });
    const name = `rollout-${facts.at.slice(0, 19).replaceAll(":", "-")}-${threadId(number)}.jsonl`;
    writeFileSync(join(day, name), asked(number, text, facts));
  };
  write(1, "Why is the checkout slow?", {
    cwd: "/home/dev/shop",
    repo: "https://github.com/acme/shop.git",
    at: "2026-05-20T08:00:00.000Z",
    usage: [1_000_000, 200_000, 100_000, 40_000],
  });
  write(2, "Translate the <b>manual</b>.", {
    cwd: "/home/dev/docs",
    repo: "git@github.com:acme/docs.git",
    at: "2026-05-22T08:00:00.000Z",
    usage: [10_000, 0, 1000, 0],
  });
  return home;
}

test("the report says what the most expensive threads were about, and in which repositories", async (t) => {
  const { page } = await report(t, homeOfQuestions(t), ["--timezone", "UTC"]);
  const threads = table(page, "Most expensive threads");
  assert.deepEqual(
    threads.map((row) => row.slice(0, 3)),
    [
      ["About", "Workspace", "Thread"],
      ["Why is the checkout slow?", "/home/dev/shop", threadId(1)],
      ["Translate the &#60;b&#62;manual&#60;/b&#62;.", "/home/dev/docs", threadId(2)],
      ["Together", "", ""],
    ],
  );
  const repositories = table(page, "Spend per repository").map(([name, tokens]) => [name, tokens]);
  assert.deepEqual(repositories, [
    ["Repository", "Tokens"],
    ["github.com/acme/shop", "1,100,000"],
    ["github.com/acme/docs", "11,000"],
    ["Total", "1,111,000"],
  ]);
  assert.ok(page.includes("Why is the checkout slow?\n/home/dev/shop\n"));
});

test("tokens are shown by kind, each once", async (t) => {
  const { page } = await report(t, homeOfQuestions(t), ["--timezone", "UTC"]);
  const [header, ...days] = table(page, "Tokens per day");
  assert.deepEqual(header, [
    "Day",
    "Input",
    "Input from the cache",
    "Input written to the cache",
    "Output",
    "Reasoning",
    "Total",
  ]);
  assert.deepEqual(days, [
    ["Fri, 22 May 2026", "10,000", "0", "0", "1,000", "0", "11,000"],
    ["Wed, 20 May 2026", "800,000", "200,000", "0", "60,000", "40,000", "1,100,000"],
    ["Total", "810,000", "200,000", "0", "61,000", "40,000", "1,111,000"],
  ]);
});

test("the charts begin with the first day and know no day after today", async (t) => {
  const { page } = await report(t, SAMPLE, ["--timezone", "UTC"]);
  const [, calendar] = page.split('aria-label="Spend on every day"');
  const days = [...calendar.split("</section>")[0].matchAll(/<title>(\w+), (\d+ \w+ \d+): /g)];
  const dates = days.slice(0, days.length / 2).map(([, , date]) => Date.parse(`${date} UTC`));
  const today = Date.parse(new Date().toISOString().slice(0, 10));
  const last = Date.parse("2026-11-13");
  assert.equal(Math.min(...dates), Date.parse("2025-09-16"));
  assert.equal(Math.max(...dates), Math.max(today, last));
  for (const name of ["Mon", "Wed", "Fri"]) assert.ok(calendar.includes(`>${name}</text>`), name);
  const small = await report(t, homeOfQuestions(t), ["--timezone", "UTC"]);
  const [, time] = small.page.split('aria-label="Spend per day"');
  const [picture] = /<svg .*?<\/svg>/s.exec(time);
  assert.doesNotMatch(picture, />1[0-9]<|>1 [AP]M</);
});

test("the cells of a home add up to its totals", async (t) => {
  const { page } = await report(t, SAMPLE);
  const { totals } = JSON.parse(
    (await aoCodex(["usage", "--json", "--codex-home", SAMPLE])).stdout,
  );
  for (const name of ["Spend per day", "Spend per workspace"]) {
    const [, ...rows] = table(page, name);
    const tokens = rows.map((row) => Number(row[1].replaceAll(",", "")));
    assert.equal(tokens.pop(), totals.totalTokens);
    assert.equal(
      tokens.reduce((sum, one) => sum + one, 0),
      totals.totalTokens,
    );
  }
});

test("a report is of the days and the workspace that were asked for", async (t) => {
  const args = [
    "--workspace",
    "/home/dev/shop-web",
    "--since",
    "2026-04-01",
    "--until",
    "2026-04-30",
  ];
  const { page } = await report(t, SAMPLE, args);
  assert.deepEqual(table(page, "Spend per workspace"), [
    ["Workspace", "Tokens", "Cost"],
    ["/home/dev/shop-web", "69,874", "$0.11"],
    ["Total", "69,874", "$0.11"],
  ]);
});

test("nothing in a report is loaded from elsewhere or runs", async (t) => {
  const { page } = await report(t, SAMPLE);
  assert.ok(
    page.includes(`content="default-src &#39;none&#39;`) ||
      page.includes(`content="default-src 'none'`),
  );
  assert.deepEqual(page.match(/<script|<iframe|<img|@import|url\(|https?:|\son\w+=/gi), null);
  assert.deepEqual(page.match(/(?:src|href)="[^"]*"/g), ['href="data:,"']);
});

test("names of models and workspaces are text, whatever is in them", async (t) => {
  const { page } = await report(t, hostileHome(t));
  assert.deepEqual(page.match(/<script|<img|<b>|<!--|<svg onload|<style>\*/g), null);
  assert.ok(page.includes("&#60;script&#62;document.title = &#39;owned&#39;&#60;/script&#62;"));
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  assert.doesNotMatch(page, /[\u0000-\u0008\u001b\u202e]/);
});

test("each chart has a title, a description and a table", async (t) => {
  const { page } = await report(t, SAMPLE);
  const pictures = page.match(/<svg .*?<\/svg>/gs);
  // Two over time, the calendar, and four of bars.
  assert.equal(pictures.length, 3 + 3 + 2 + 4 * 2);
  const ids = pictures.flatMap((svg) => {
    const [, title, description] = /role="img".*aria-labelledby="(\S+) (\S+)"/.exec(svg);
    assert.match(
      svg,
      new RegExp(`<title id="${title}">[^<]+</title><desc id="${description}">[^<]+</desc>`),
    );
    return [title, description];
  });
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(page.match(/<table>/g).length, 6);
});

test("a home in which nothing was billed has a report that says so", async (t) => {
  const home = temporaryFolder(t);
  mkdirSync(join(home, "sessions"));
  const { code, page } = await report(t, home);
  assert.equal(code, 0);
  assert.ok(page.includes("Nothing was billed"));
});

test("a report of more than a quarter is by week, one of more than two years by month", async (t) => {
  const at = (first, second) =>
    codexHome(
      t,
      [first, second].map((day, number) =>
        rollout({
          id: threadId(number),
          cwd: "/home/dev",
          at: `${day}T08:00:00.000Z`,
          responses: [{ usage: [1000, 0, 10, 0] }],
        }),
      ),
    ).home;
  const titles = [];
  for (const home of [
    at("2026-05-01", "2026-05-20"),
    at("2026-01-01", "2026-05-20"),
    at("2023-01-01", "2026-05-20"),
  ]) {
    const { page } = await report(t, home);
    titles.push(/<h2>(Spend per .*?)<\/h2>/.exec(page)[1]);
  }
  assert.deepEqual(titles, ["Spend per day", "Spend per week", "Spend per month"]);
});

test("where the report cannot be written the command says so and leaves nothing behind", async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, "missing", "report.html");
  const { code, stdout, stderr } = await aoCodex(["usage", "--html", file, "--codex-home", SAMPLE]);
  assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
  assert.ok(stderr.startsWith(`ao-codex: cannot write the report ${file}: ENOENT`), stderr);
  mkdirSync(join(folder, "taken.html"));
  const taken = await aoCodex([
    "usage",
    "--html",
    join(folder, "taken.html"),
    "--codex-home",
    SAMPLE,
  ]);
  assert.equal(taken.code, 1);
  assert.deepEqual(readdirSync(folder), ["taken.html"]);
  assert.ok(statSync(join(folder, "taken.html")).isDirectory());
});

for (const other of [["--json"], ["--by", "day"]]) {
  test(`--html with ${other[0]} is a usage error`, async () => {
    const { code, stderr } = await aoCodex(["usage", "--html", "x.html", ...other]);
    assert.equal(code, 2);
    assert.match(stderr, /cannot be used with/);
  });
}
