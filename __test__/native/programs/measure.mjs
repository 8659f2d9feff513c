// Calls one function of the addon in a process of its own and prints what it cost: milliseconds of the processor, and
// by how many MB the process grew at most. (`maxRSS` would be the parent's, where that is larger.) Arguments: the name
// of the function, its arguments as JSON, and which fields of the answer to print.
import * as native from "@ao/plugin-codex/native";

const SAMPLE_MS = 1;
const MB = 2 ** 20;

const [name, args, ...fields] = process.argv.slice(2);
// What loading and a first call take is not the input's.
await native.homeUsage({ codexHome: import.meta.dirname });
const before = process.memoryUsage.rss();
let most = before;
const sample = () => {
  most = Math.max(most, process.memoryUsage.rss());
};
const sampling = setInterval(sample, SAMPLE_MS);
const [startedAt, started] = [performance.now(), process.cpuUsage()];
const answer = await Reflect.get(native, name)(...JSON.parse(args));
const { user, system } = process.cpuUsage(started);
const wallMs = performance.now() - startedAt;
sample();
clearInterval(sampling);
const shown = fields.length === 0 ? answer : fields.map((field) => answer[field]);
const cost = { wallMs, cpuMs: (user + system) / 1_000, grownMb: (most - before) / MB };
process.stdout.write(JSON.stringify({ ...cost, answer: shown }));
