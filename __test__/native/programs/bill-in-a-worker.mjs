/** A worker thread that says what a home was billed, while it has more under way. */
import { parentPort } from "node:worker_threads";
import * as native from "@ao/plugin-codex/native";

const bill = native.homeUsage();
native.homeUsage({}, null, () => {});
native.listThreads();
const { totals } = await bill;
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has no origin.
parentPort.postMessage(totals.totalTokens);
