/** `ao-codex usage --html`: the bill as a page. */
import { rename, rm, writeFile } from "node:fs/promises";
import type { HomeUsage } from "../../index.js";
import { localDate, path } from "../terminal/format.js";

/** Puts the page in place as a whole: who has the old one open never sees half of the new one. */
export async function writeReport(
  file: string,
  home: HomeUsage,
  workspace: string | undefined,
): Promise<void> {
  // The plotting library is loaded only when it is needed.
  const { reportPage } = await import("../report/page.js");
  const { dateOf } = await import("../report/periods.js");
  const page = reportPage(home, {
    today: dateOf(localDate(new Date())),
    ...(workspace !== undefined && { workspace }),
  });
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, page);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot write the report ${file}: ${reason}`, { cause: error });
  }
  process.stdout.write(`Wrote ${path(file)}.\n`);
}
