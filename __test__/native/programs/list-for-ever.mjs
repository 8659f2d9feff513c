/** A worker thread that lists the threads of a home again and again, until it is terminated. */
import * as native from "@ao/plugin-codex/native";

const CALLERS = 4;

const again = () => native.listThreads().then(again);
await Promise.all(Array.from({ length: CALLERS }, again));
