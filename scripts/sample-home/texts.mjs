/** The texts of the sample home: instructions, tasks and answers. All of it invented. */

const PARAGRAPHS = [
  "You work in the checkout of a web shop together with its developers. Read before you write, and keep to the way the code around you is written.",
  "Run the tests of the part that you touched, and say which you ran. A change without a run is a guess.",
  "Keep a change small enough to be read in one sitting. What you notice beside the way goes into your answer, not into the change.",
  "Never print a secret. Tokens, keys and customer data stay where they are, also in an error message.",
  "Say what you did in plain words: what changed, why, and what a reviewer should look at first.",
];

/** Characters of the instructions: the real ones are some 21 KB, so that a first read of 4 KB ends inside them. */
const LENGTHS = { usual: 4_300, full: 20_750 };

export function baseInstructions(length = "usual") {
  const text = [];
  for (let size = 0, n = 0; size < LENGTHS[length]; n += 1) {
    text.push(`${n + 1}. ${PARAGRAPHS[n % PARAGRAPHS.length]}`);
    size += text.at(-1).length + 1;
  }
  return text.join("\n");
}

export const environment = (cwd) =>
  `<environment_context>\n  <cwd>${cwd}</cwd>\n  <shell>bash</shell>\n</environment_context>`;

const task = (prompt, steps, answer) => ({ prompt, steps, answer });

export const tasks = {
  pagination: task(
    "Add pagination to GET /orders. Keep the old response for clients that send no page.",
    [
      [
        "rg -n 'router.get' src/orders",
        'src/orders/routes.ts:14:router.get("/orders", listOrders);',
      ],
      ["npm test -- orders", "12 passed, 0 failed"],
    ],
    "GET /orders takes `page` and `limit` (at most 100). Without them the response is as before. 12 tests pass, three are new.",
  ),
  rounding: task(
    "Invoices are off by one cent for some carts. Find out why.",
    [
      ["rg -n 'toFixed' src/invoice", "src/invoice/total.ts:31:  return Number(sum.toFixed(2));"],
      ["npm test -- invoice", "1 failed: rounds 1.005 up\n8 passed"],
      ["npm test -- invoice", "9 passed, 0 failed"],
    ],
    "The tax was rounded per line and again on the total. It is now summed in cents and rounded once; the failing cart is a test.",
  ),
  darkMode: task(
    "The checkout form is unreadable in dark mode.",
    [["rg -n 'color:' src/checkout/*.css", "src/checkout/form.css:22:  color: #111;"]],
    "The form used fixed colours. It takes the theme's variables now; contrast is 7.2 to 1 in both themes.",
  ),
  flaky: task(
    "The stock test fails every tenth run on CI. Make it honest.",
    [
      ["for i in 1 2 3 4 5; do npm test -- stock; done", "4 passed, 1 failed"],
      ["git log --oneline -3 -- src/stock", "9f3c1d2 reserve stock in one statement"],
    ],
    "Two reservations raced for the last item. The update checks the stock in its own condition; 200 runs in a row pass.",
  ),
  migrate: task(
    "Move the customer addresses into their own table, without downtime.",
    [
      ["ls migrations | tail -2", "0041_orders_index.sql\n0042_price_cents.sql"],
      ["npm run migrate -- --dry-run", "0043_addresses.sql: 3 statements"],
      ["npm test -- customers", "21 passed, 0 failed"],
    ],
    "Three steps: new table, double writes behind a switch, then the backfill. Each can be rolled back on its own.",
  ),
  search: task(
    "Search does not find products with umlauts.",
    [["npm test -- search", "2 failed: finds Müsli by musli\n17 passed"]],
    "Names and queries are normalised the same way (NFKD, marks dropped) before they are compared. All 19 tests pass.",
  ),
  deps: task(
    "Which of our dependencies are a major version behind?",
    [["npm outdated --json | jq 'keys'", '["express","pino","zod"]']],
    "Three: express, pino and zod. zod is the only one whose change touches our code (two schemas).",
  ),
  webhook: task(
    "Payment webhooks are handled twice when the provider retries.",
    [
      [
        "rg -n 'webhook' src/payments",
        'src/payments/webhook.ts:9:app.post("/hooks/payment", handle);',
      ],
      ["npm test -- payments", "15 passed, 0 failed"],
    ],
    "Each delivery id is stored with a unique index before it is handled; a second delivery gets 200 and does nothing.",
  ),
  look: task(
    "List the endpoints that need no login.",
    [["rg -n 'public: true' src", "src/products/routes.ts:8\nsrc/health.ts:3"]],
    "Two: GET /products and GET /health.",
  ),
  review: task(
    "Review the current changes against main.",
    [["git diff main --stat", " src/invoice/total.ts | 14 ++++++--------"]],
    "No findings. The rounding happens once, and the test would fail without the change.",
  ),
  approve: task(
    "Assess whether this command may run: git push origin main",
    [],
    '{"risk_level":"low","rationale":"The branch is the one that the user asked to publish."}',
  ),
};
