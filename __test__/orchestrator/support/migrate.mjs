/** What `ao migrate-storage` of the later line does to a rollout: its first record names another directory. */
import { readFile, rename, writeFile } from "node:fs/promises";

/** Rewrites the first line, through a file beside it that takes the rollout's place. */
export const atomically = async (path, from, to) => {
  const text = await readFile(path, "utf8");
  const end = text.indexOf("\n");
  const entry = JSON.parse(text.slice(0, end));
  if (entry.type !== "session_meta" || entry.payload?.cwd !== from) return;
  entry.payload.cwd = to;
  const pending = `${path}.tmp.${process.pid}`;
  await writeFile(pending, JSON.stringify(entry) + text.slice(end));
  await rename(pending, path);
};
