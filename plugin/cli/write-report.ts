/** `ao-codex usage --html`: the bill as a page. */
import { replaceFile } from "../atomic-file.js";
import type { HomeUsage } from "../../index.js";
import { localDate, path } from "../terminal/format.js";
import { writeLines } from "../terminal/stdout.js";

/** Writes the page in place of the one before. */
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
  try {
    replaceFile(file, page);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot write the report ${file}: ${reason}`, { cause: error });
  }
  writeLines([`Wrote ${path(file)}.`]);
}
