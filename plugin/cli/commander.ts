/**
 * The library for arguments. It is CommonJS: before Node imports such a package, it searches each of its files for what
 * they export, which takes longer than to read most homes. Required, it is only run.
 */
import { createRequire } from "node:module";
import type * as Commander from "commander";

const commander = createRequire(import.meta.url)("commander") as typeof Commander;

export const { Command, CommanderError, InvalidArgumentError, Option } = commander;
export type Command = Commander.Command;
