/** `ao-codex usage --html`: the bill as a page. */
import { dirname, sep } from "node:path";
import { replaceFile } from "../atomic-file.js";
import type { HomeUsage, ThreadUsage } from "../../index.js";
import { localDate, path } from "../terminal/format.js";
import { writeLines } from "../terminal/stdout.js";
import { loadNative } from "./scan.js";

/** Writes the page in place of the one before. */
export async function writeReport(
  file: string,
  home: HomeUsage,
  workspace: string | undefined,
  codexHomes: readonly string[],
): Promise<void> {
  // The plotting library is loaded only when it is needed.
  const { reportPage, threadsShown } = await import("../report/page.js");
  const { dateOf } = await import("../report/periods.js");
  const page = reportPage(home, {
    titles: await titlesOf(threadsShown(home), codexHomes),
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

/** The subjects of threads, as far as their homes tell. */
async function titlesOf(
  threads: readonly ThreadUsage[],
  codexHomes: readonly string[],
): Promise<Map<string, string>> {
  const titles = new Map<string, string>();
  const native = await loadNative();
  for (const codexHome of codexHomes) {
    const own = threads.filter(({ rolloutPath }) => rolloutPath.startsWith(codexHome + sep));
    const asked = own.map(({ threadId, rolloutPath }) => ({
      sessionId: threadId,
      // A directory in which nothing runs: of another thread of the workspace nothing is asked.
      workspacePath: dirname(rolloutPath),
      recordedThread: threadId,
      withInfo: true,
    }));
    const found = await native.sessionEvidence(asked, { codexHome });
    for (const [at, { thread, summary }] of found.entries()) {
      const id = own[at]?.threadId;
      if (id !== undefined && summary !== null && thread?.threadId === id) titles.set(id, summary);
    }
  }
  return titles;
}
