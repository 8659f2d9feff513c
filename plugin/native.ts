/** The native functions, for programs: `@ao/plugin-codex/native`. */

import "./addon.js";

export * from "../index.js";
