/** Names of models and workspaces that would like to be something else, and what a page may show of them. */
import { codexHome, rollout } from "./home.mjs";
import { threadId } from "./records.mjs";

export const HOSTILE_MODELS = [
  "<script>document.title = 'owned'</script>",
  '"><img src=x onerror="document.title = 1">',
  "</title></svg><svg onload=alert(1)>",
  `long-${"x".repeat(400)}`,
  "\u001b[31mred\u202e\u0000",
  "]]><!--",
];

export const HOSTILE_WORKSPACES = [
  "/home/dev/<b>bold</b>&amp;&lt;",
  '/home/dev/" onmouseover="alert(1)" x="',
  "/home/dev/it's",
  `/home/dev/${"deep/".repeat(200)}x`,
  "/home/dev/</style><style>*{display:none}",
  "/home/dev/日本語 ${x} {{y}}",
];

/** A home with a thread for each of them, each on a day of its own. */
export function hostileHome(t) {
  return codexHome(
    t,
    HOSTILE_MODELS.map((model, at) =>
      rollout({
        id: threadId(at + 1),
        cwd: HOSTILE_WORKSPACES[at],
        model,
        at: `2026-05-${String(10 + at)}T08:00:00.000Z`,
        responses: [{ usage: [100_000 * (at + 1), 1000, 5000, 0] }],
      }),
    ),
  ).home;
}
