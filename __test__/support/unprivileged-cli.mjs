// `ao-codex` as a user for whom the mode bits of a file count: root, as which tests may run, ignores them. Everything
// is loaded first, since that user may not be allowed to read the checkout.
import { createRequire } from "node:module";
import { becomeNobody } from "./nobody.mjs";

const { loadNative, run } = createRequire(import.meta.url)("../../dist/cli.cjs");

await loadNative();
becomeNobody();
process.exitCode = await run(process.argv.slice(2));
