/** True if Codex would stop at its login screen. */

import { isLoggedOut } from "../../launch/preflight.js";
import { userProvider } from "../../launch/user-config.js";
import type { Check, Finding } from "../check.js";
import { ok, warn } from "../check.js";
import type { Machine } from "../machine.js";

export const login: Check = {
  id: "login",
  async look(machine: Machine): Promise<Finding> {
    const { codexHome } = machine.settings;
    const provider = userProvider(codexHome);
    if (provider !== null) return ok(`not needed: the provider is ${provider}`);
    const binary = await machine.codex();
    if (binary === null) return ok("not looked at: there is no Codex to ask");
    if (await isLoggedOut(binary, codexHome))
      return warn(
        "nobody is logged in to Codex, and no other provider is configured",
        "codex login",
      );
    return ok("Codex does not say that anybody has to log in");
  },
};
