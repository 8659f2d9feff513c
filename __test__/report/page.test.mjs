/** The report as a browser shows it: nothing goes wrong, nothing goes out, nothing needs to be scrolled sideways. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { aoCodex, root } from "../support/command.mjs";
import { temporaryFolder } from "../support/home.mjs";
import { writeYear, YEAR } from "../cli/support/year.mjs";
import { hostileHome } from "../support/hostile-names.mjs";
import { Chromium } from "./chromium.mjs";

const HOMES = {
  "the sample home": () => join(root, "samples", "codex-home"),
  "a home of hostile names": hostileHome,
  "a week of some cents": (t) => writeYear(t, YEAR.slice(-36)).home,
};
const WIDTHS = [320, 390, 768, 1280, 1920];
const BACKGROUNDS = { light: "rgb(246, 246, 243)", dark: "rgb(19, 20, 23)" };

let browser;
before(() => {
  browser = new Chromium();
});
after(() => browser.close());

/** What a reader would see, measured. */
const MEASURE = `(() => {
  const shown = [...document.querySelectorAll("svg")].filter((svg) => svg.getBoundingClientRect().width > 0);
  const box = document.querySelector("main").getBoundingClientRect();
  return {
    title: document.title.split(":")[0],
    sideways: document.documentElement.scrollWidth - window.innerWidth,
    background: getComputedStyle(document.body).backgroundColor,
    charts: shown.length,
    sections: document.querySelectorAll(".chart").length,
    cut: shown.filter((svg) => [...svg.querySelectorAll("text")].some((text) => text.getBoundingClientRect().left < svg.getBoundingClientRect().left - 1)).length,
    outside: shown.filter((svg) => svg.getBoundingClientRect().right > box.right + 1).length,
    small: shown.flatMap((svg) => [...svg.querySelectorAll("text")]).filter((text) => text.getBoundingClientRect().height < 6).length,
    foreign: document.querySelectorAll("script, img, iframe, b, [onmouseover], [onload]").length,
  };
})()`;

for (const [what, homeOf] of Object.entries(HOMES)) {
  for (const [scheme, background] of Object.entries(BACKGROUNDS)) {
    test(`${what} in the ${scheme}, on every width`, async (t) => {
      const file = join(temporaryFolder(t), "report.html");
      const { code } = await aoCodex(["usage", "--html", file, "--codex-home", homeOf(t)]);
      assert.equal(code, 0);
      const url = pathToFileURL(file).href;
      for (const width of WIDTHS) {
        const page = await browser.page({ width, scheme });
        await page.open(url);
        // The tables as well.
        await page.evaluate(
          "document.querySelectorAll('details').forEach((one) => (one.open = true))",
        );
        const { charts, sections, ...seen } = await page.evaluate(MEASURE);
        assert.deepEqual(
          seen,
          {
            title: "What Codex cost",
            sideways: 0,
            background,
            cut: 0,
            outside: 0,
            small: 0,
            foreign: 0,
          },
          `at ${width}`,
        );
        assert.equal(charts, sections, `one picture of each chart at ${width}`);
        assert.ok(charts >= 3);
        const messages = page.events.filter(({ method }) =>
          /^(Runtime\.(exceptionThrown|consoleAPICalled)|Log\.entryAdded)$/.test(method),
        );
        assert.deepEqual(messages, []);
        const requests = page.events
          .filter(({ method }) => method === "Network.requestWillBeSent")
          .map(({ params }) => params.request.url);
        assert.deepEqual(requests, [url]);
        await page.close();
      }
    });
  }
}
