// `node scripts/write-pictures.mjs`: writes the pictures of the README into `docs/pictures/`, of the sample home, with
// the built command: a terminal with a table, and the report. The same bytes on every machine and every day, as long as
// what they show is.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { terminalPicture } from "./pictures/terminal.mjs";
import { reportPicture } from "./pictures/report.mjs";
import { prepare, root } from "./prepare.mjs";

const COLUMNS = 100;
/** A user whose Codex home is the sample home, on whatever machine it lies. */
const scratch = mkdtempSync(join(tmpdir(), "ao-codex-pictures-"));
symlinkSync(join(root, "samples", "codex-home"), join(scratch, ".codex"));
const env = {
  PATH: process.env.PATH,
  HOME: scratch,
  XDG_CONFIG_HOME: "/nonexistent",
  XDG_CACHE_HOME: "/dev/null",
  COLUMNS: String(COLUMNS),
  FORCE_COLOR: "1",
  TZ: "UTC",
};
const BY_MODEL = ["usage", "--by", "month,model", "--since", "2026-07"];
/** Ends with the table: the notes are for those who use it. */
const NOTES = /^[^\n]*Prices: [^]*$/m;

prepare();
try {
  const table = aoCodex(BY_MODEL).replace(NOTES, "");
  write(
    "usage.svg",
    terminalPicture([{ command: `npx -y @ao/plugin-codex ${BY_MODEL.join(" ")}`, output: table }], {
      title: "A table of what each model cost in each month, printed by ao-codex usage",
      columns: COLUMNS,
    }),
  );
  write(
    "report.svg",
    reportPicture(await report(), {
      title: "A report with the spend, the tokens and charts of both over time",
      sections: 1,
      height: 668,
    }),
  );
} finally {
  rmSync(scratch, { recursive: true });
}

/** The page as on the day after the last thread of the sample home: a report goes on to the day on which it is made. */
async function report() {
  Object.assign(process.env, env);
  const { homeUsage } = await import("../index.js");
  const { reportPage } = await import("../dist/report/page.js");
  const codexHome = join(scratch, ".codex");
  const home = await homeUsage({ codexHome, by: "repo,model", cells: true });
  return reportPage(home, { today: new Date("2026-11-14") });
}

function aoCodex(args) {
  const cli = join(root, "dist", "cli.cjs");
  return execFileSync(process.execPath, [cli, ...args], { env, encoding: "utf8" });
}

function write(name, picture) {
  writeFileSync(join(root, "docs", "pictures", name), picture);
}
