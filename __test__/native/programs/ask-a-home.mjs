// Asks everything about a Codex home again and again, and writes each answer on a line, until it is killed.
// Argument 1 is the home, argument 2 a workspace. What it learns it keeps in its own process and below XDG_CACHE_HOME.
import * as native from "@ao/plugin-codex/native";

const [codexHome, workspace] = process.argv.slice(2);
const options = { codexHome };

for (;;) {
  const [home, found] = await Promise.all([
    native.homeUsage(options),
    native.findRollout(workspace, options),
  ]);
  const threads = home.threads.map((thread) => [
    thread.threadId,
    thread.usage.inputTokens,
    thread.sizeBytes,
    thread.skippedRecords,
  ]);
  process.stdout.write(
    `${JSON.stringify({ threads, found: found?.threadId, skipped: home.skipped })}\n`,
  );
  await new Promise((resolve) => setTimeout(resolve, 1));
}
