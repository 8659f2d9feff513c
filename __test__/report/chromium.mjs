/** A headless Chromium, driven over its debugging pipe: no port is opened, and nothing of its own goes out. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
  "--hide-scrollbars",
  "--remote-debugging-pipe",
];

export class Chromium {
  #child;
  #profile;
  #waiting = new Map();
  #listeners = [];
  #last = 0;

  constructor(program = "chromium") {
    this.#profile = mkdtempSync(join(tmpdir(), "ao-codex-chromium-"));
    this.#child = spawn(program, [...FLAGS, `--user-data-dir=${this.#profile}`, "about:blank"], {
      // 3 is what it reads, 4 what it writes.
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    });
    let buffered = "";
    this.#child.stdio[4].setEncoding("utf8").on("data", (text) => {
      const messages = (buffered + text).split("\0");
      buffered = messages.pop();
      for (const message of messages) this.#receive(JSON.parse(message));
    });
  }

  async close() {
    const closed = new Promise((resolve) => this.#child.once("close", resolve));
    // It ends its own processes, and answers or has gone already.
    this.send("Browser.close").catch(() => {});
    await closed;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  /** A page of this width and colour scheme, on which nothing has been loaded. */
  async page({ width, height = 900, scheme }) {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    const send = (method, params) => this.send(method, params, sessionId);
    const events = [];
    this.#listeners.push((message) => message.sessionId === sessionId && events.push(message));
    for (const domain of ["Page", "Runtime", "Log", "Network"]) await send(`${domain}.enable`);
    await send("Emulation.setDeviceMetricsOverride", {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: false,
    });
    const features = [{ name: "prefers-color-scheme", value: scheme }];
    await send("Emulation.setEmulatedMedia", { features });
    return {
      events,
      open: async (url) => {
        const loaded = this.#next(sessionId, "Page.loadEventFired");
        await send("Page.navigate", { url });
        await loaded;
      },
      evaluate: async (expression) =>
        (await send("Runtime.evaluate", { expression, returnByValue: true })).result.value,
      screenshot: async () => {
        const { cssContentSize } = await send("Page.getLayoutMetrics");
        const clip = { x: 0, y: 0, width, height: cssContentSize.height, scale: 1 };
        const { data } = await send("Page.captureScreenshot", {
          clip,
          captureBeyondViewport: true,
        });
        return Buffer.from(data, "base64");
      },
      close: () => this.send("Target.closeTarget", { targetId }),
    };
  }

  send(method, params = {}, sessionId) {
    const id = (this.#last += 1);
    this.#child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #receive(message) {
    for (const listener of this.#listeners) listener(message);
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.error) waiting?.reject(new Error(message.error.message));
    else waiting?.resolve(message.result);
  }

  #next(sessionId, method) {
    return new Promise((resolve) => {
      this.#listeners.push((message) => {
        if (message.sessionId === sessionId && message.method === method) resolve(message.params);
      });
    });
  }
}
