import { create } from "@ao/plugin-codex";
import type { Agent } from "../hosts/fork.js";

export const agent: Agent = create();
