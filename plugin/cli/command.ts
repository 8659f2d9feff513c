/** The program `ao-codex`. The build puts all that it needs into one file, `dist/cli.cjs`. */
import { main, run } from "./program.js";
import { loadNative } from "./scan.js";

declare const require: { main: unknown };
declare const module: unknown;

if (require.main === module) void main();

/** For programs that run it in a process of their own: `npm start` and tests. */
export { loadNative, run };
