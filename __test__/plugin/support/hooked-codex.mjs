/** A Codex that has an app-server and lists the hooks of its flags, and otherwise writes down its arguments. */

/**
 * `listed` turns the hooks that the flags ask for, `[{ key, command }]`, into those that it says it has; the last one
 * may be an error in place of a list.
 */
export const hookedCodex = async (world, { listed = "trusted", at = "bin/codex" } = {}) => {
  const server = await world.write(
    `${at}-server.mjs`,
    `
import { createInterface } from "node:readline";
import { appendFileSync } from "node:fs";
const value = process.argv.find((word) => word.startsWith("hooks="));
appendFileSync(${JSON.stringify(world.path("asked"))}, process.env.CODEX_HOME + "\\n");
const hooks = [...value.matchAll(/(\\w+)=\\[\\{hooks=\\[\\{type="command",command="((?:[^"\\\\]|\\\\.)*)"/g)].map(
  ([, event, command]) => ({
    key: "/<session-flags>/config.toml:" + event.replace(/(?<=[a-z])[A-Z]/g, "_$&").toLowerCase() + ":0:0",
    command: JSON.parse('"' + command + '"'),
    trustStatus: "trusted",
  }),
);
const LISTS = {
  trusted: (all) => all,
  untrusted: (all) => all.map((hook) => ({ ...hook, trustStatus: "untrusted" })),
  "one modified": (all) => all.map((hook, at) => (at === 1 ? { ...hook, trustStatus: "modified" } : hook)),
  "no interrupt": (all) => all.filter((hook) => !hook.key.includes("interrupt")),
  "no stop": (all) => all.filter((hook) => !hook.key.includes("stop")),
  "no trust at all": (all) => all.map(({ trustStatus, ...hook }) => hook),
  "another command": (all) => all.map((hook) => ({ ...hook, command: "/bin/other" })),
  none: () => [],
};
createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method } = JSON.parse(line);
  if (method !== "hooks/list") return;
  const list = LISTS[${JSON.stringify(listed)}];
  const answer = list ? { result: { data: [{ hooks: list(hooks) }] } } : { error: { code: -32600, message: "unknown" } };
  process.stdout.write(JSON.stringify({ id, ...answer }) + "\\n");
});
`,
  );
  return world.script(
    at,
    `case "$1" in
--version) echo "codex-cli 0.169.0"; exit;;
--help) printf '%s\\n' "  app-server  Run the server" "  resume  Resume" "  -a, --ask-for-approval <P>  [possible values: on-request, never]"; exit;;
app-server) shift; exec "${process.execPath}" "${server}" "$@";;
esac
for argument do printf '%s\\0' "$argument"; done > "${world.path("arguments.new")}"
mv "${world.path("arguments.new")}" "${world.path("arguments")}"`,
  );
};
