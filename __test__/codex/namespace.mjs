/** Keeps a test run off the network: a namespace with nothing but loopback, where that is allowed. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";

const INSIDE = "AO_CODEX_TEST_INSIDE";

const LOOPBACK_UP = ["ip link set lo up", "ifconfig lo up", "busybox ip link set lo up"].join(
  " 2>/dev/null || ",
);

export const isInside = () => process.env[INSIDE] !== undefined;

/** Runs this program again, cut off; resolves with its exit code. */
export const runInside = async (args) => {
  const prefix = isolation();
  if (prefix === null) {
    console.log("No network namespace is permitted here; proxies point at a closed port instead.");
  }
  const [command, ...rest] = [...(prefix ?? []), process.execPath, ...args];
  const child = spawn(command, rest, {
    stdio: "inherit",
    env: { ...process.env, [INSIDE]: prefix === null ? "proxy" : "namespace" },
  });
  for (const name of ["SIGINT", "SIGTERM"]) process.prependListener(name, () => child.kill(name));
  const [code] = await once(child, "close");
  return code ?? 1;
};

function isolation() {
  for (const unshare of [
    ["unshare", "-n"],
    ["unshare", "-rn"],
  ]) {
    const prefix = [...unshare, "sh", "-c", `{ ${LOOPBACK_UP}; } && exec "$@"`, "sh"];
    const [command, ...args] = [...prefix, "true"];
    if (spawnSync(command, args, { stdio: "ignore" }).status === 0) return prefix;
  }
  return null;
}
