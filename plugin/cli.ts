#!/usr/bin/env node
/** The command `ao-codex`. */
import { run } from "./cli/program.js";
import { exitWhenNobodyReads } from "./cli/output.js";

exitWhenNobodyReads();
process.exitCode = await run(process.argv.slice(2));
