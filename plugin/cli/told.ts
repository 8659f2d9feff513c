/** What hooks told, for the commands that show states. */
import { join } from "node:path";
import { homedir } from "node:os";
import { loadNative } from "./scan.js";
import type { Told } from "./state.js";
import { NOBODY_TOLD, toldBy } from "./state.js";

/** Without it the rollouts still tell, so nothing that is wrong with it stops a command. */
export async function readTold(aoHome: string | undefined): Promise<Told> {
  const native = await loadNative();
  const home = aoHome ?? (process.env["AO_HOME"] || join(homedir(), ".ao"));
  const sessions = await native.listSessionEvents({ aoHome: home }).catch(() => []);
  return sessions.length === 0 ? NOBODY_TOLD : toldBy(sessions);
}
