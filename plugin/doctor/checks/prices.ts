/** The prices that reports are made with. */

import { path } from "../../terminal/format.js";
import type { Check, Finding } from "../check.js";
import { fail, ok } from "../check.js";
import type { Machine } from "../machine.js";

export const prices: Check = {
  id: "prices",
  async look({ native }: Machine): Promise<Finding> {
    const { userPrices } = await native.places();
    try {
      const { source, asOf } = await native.pricesInForce();
      return ok(`${source}, as of ${asOf}`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const file = userPrices === null ? "the price file" : path(userPrices);
      return fail(reason, `fix ${file} (docs/configuration.md has its form), or remove it`);
    }
  },
};
