/** Ids as Codex makes them: version 7, the time in front, so that a record tells which of two threads is older. */
import { randomBytes } from "node:crypto";

export function uuidV7(ms = Date.now()) {
  const time = ms.toString(16).padStart(12, "0");
  const rest = randomBytes(10).toString("hex");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-8${rest.slice(3, 6)}-${rest.slice(6, 18)}`;
}
