/** Codex versions on both sides of what changed: flags, the shell tool, the records, the screens. */
import { CURRENT_CODEX } from "../../codex/install.mjs";

export const CURRENT = CURRENT_CODEX;

export const VERSIONS = [
  "0.45.0",
  "0.80.0",
  "0.118.0",
  "0.132.0",
  "0.144.6",
  "0.150.1",
  "0.162.1",
  CURRENT_CODEX,
];

/** Those whose sandbox, questions and policies are looked at. */
export const SANDBOXED = ["0.144.6", CURRENT_CODEX, "0.171.0"];
