/** A server of the Model Context Protocol over its standard streams: one tool, `look_up`. */
import { createInterface } from "node:readline";

const ANSWERS = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: "docs", version: "1.0.0" },
  }),
  "tools/list": () => ({
    tools: [
      {
        name: "look_up",
        description: `Looks something up for ${process.env.DOCS_FOR}.`,
        inputSchema: { type: "object", properties: { word: { type: "string" } } },
      },
    ],
  }),
};

createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const answer = ANSWERS[method];
  const said = answer ? { result: answer(params) } : { error: { code: -32601, message: method } };
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, ...said })}\n`);
});
