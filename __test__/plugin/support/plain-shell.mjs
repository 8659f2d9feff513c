import { syncBuiltinESMExports } from "node:module";
import os from "node:os";

/** Gives the user's account a plain `sh` as its shell until the test is over. */
export function usePlainShell(t) {
  const account = os.userInfo();
  t.mock.method(os, "userInfo", () => ({ ...account, shell: "/bin/sh" }));
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
}
