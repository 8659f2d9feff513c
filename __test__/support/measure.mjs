/** What a call costs, measured in a process of its own. */
import { fileURLToPath } from "node:url";
import { run } from "./command.mjs";

const program = fileURLToPath(new URL("../native/programs/measure.mjs", import.meta.url));

/**
 * Milliseconds of the processor (those of the clock tell how busy the machine is), growth in MB, and the answer of a
 * function, of which only these `fields` where some are named.
 */
export async function measure(name, args, ...fields) {
  const result = await run(process.execPath, [program, name, JSON.stringify(args), ...fields]);
  if (result.code !== 0) throw new Error(`${name} ended with ${result.code}: ${result.stderr}`);
  return JSON.parse(result.stdout);
}

/** The same milliseconds of work in this process. */
export function cpuMsOf(work) {
  const started = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1_000;
}
