/** What the documents say of files, settings and checks is so. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { checks } from "../../dist/doctor/checks.js";
import { readAgentSettings } from "../../dist/settings.js";
import { DOCUMENTS, root } from "../../scripts/documents/list.mjs";
import { aoCodex } from "../support/command.mjs";
import { temporaryFolder, writeFile } from "../support/home.mjs";

const text = (name) => readFileSync(join(root, name), "utf8");
const blocks = (name, language) =>
  [...text(name).matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, "gm"))].map(
    ([, body]) => body,
  );

/** What `npm test` takes for a suite. */
const SUITES = new Set(["core", "slow", "fuzz", ...readdirSync(join(root, "__test__"))]);

/** As GitHub makes an anchor of a heading. */
const anchor = (heading) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
const anchors = (name) =>
  [...text(name).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchor(heading));

test("the troubleshooting page has a section for each check of the doctor, in its order", () => {
  const sections = [...text("docs/troubleshooting.md").matchAll(/^## (.*)$/gm)].map(
    ([, name]) => name,
  );
  assert.deepEqual(
    sections,
    checks.map(({ id }) => id),
  );
});

for (const name of DOCUMENTS) {
  test(`every link of ${name} leads somewhere`, () => {
    const links = [...text(name).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link);
    const dead = links
      .filter((link) => !/^https?:/.test(link))
      .filter((link) => {
        const [path, section] = link.split("#");
        const target = path === "" ? name : join(dirname(name), path);
        if (!existsSync(join(root, target))) return true;
        return section !== undefined && !anchors(target).includes(section);
      });
    assert.deepEqual(dead, []);
  });

  test(`the files, programs and scripts that ${name} names are there`, () => {
    const { scripts } = JSON.parse(text("package.json"));
    const runs = [...text(name).matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => script);
    assert.deepEqual(
      runs.filter((script) => !(script in scripts)),
      [],
    );
    const suites = [...text(name).matchAll(/npm test -- (\w+)/g)].map(([, suite]) => suite);
    assert.deepEqual(
      suites.filter((suite) => !SUITES.has(suite)),
      [],
    );
    const paths = [
      ...text(name).matchAll(/`((?:src|plugin|scripts|docs|shell|benches|__test__)\/[\w./-]+)`/g),
    ];
    assert.deepEqual(
      paths.map(([, path]) => path).filter((path) => !existsSync(join(root, path))),
      [],
    );
  });

  test(`every agentConfig in ${name} is one that the plugin takes`, () => {
    for (const block of blocks(name, "yaml")) {
      const { projects = {}, plugins = [] } = parse(block);
      for (const { agent, agentConfig, worker, orchestrator } of Object.values(projects)) {
        assert.equal(agent, "codex");
        for (const config of [agentConfig, worker?.agentConfig, orchestrator?.agentConfig])
          assert.deepEqual(readAgentSettings(config ?? {}).problems, []);
      }
      for (const { package: named } of plugins)
        assert.equal(named, JSON.parse(text("package.json")).name);
    }
  });

  test(`every price file in ${name} is one that ao-codex takes`, async (t) => {
    for (const block of blocks(name, "json")) {
      const config = temporaryFolder(t);
      writeFile(config, "ao-codex/prices.json", block);
      const args = ["usage", "--json", "--codex-home", join(root, "samples", "codex-home")];
      const { code, stderr } = await aoCodex(args, { env: { XDG_CONFIG_HOME: config } });
      assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    }
  });
}

test("the configuration page names every variable that the plugin reads", () => {
  const sources = readdirSync(join(root, "plugin"), { recursive: true }).filter((name) =>
    name.endsWith(".ts"),
  );
  const read = sources.flatMap((name) =>
    [...text(join("plugin", name)).matchAll(/"((?:AO_CODEX|CODEX)_[A-Z_]+|AO_HOME)"/g)].map(
      ([, variable]) => variable,
    ),
  );
  const inner = new Set(["AO_CODEX_WRAPPERS", "AO_CODEX_USER_BASH_ENV", "AO_CODEX_USER_ZDOTDIR"]);
  const page = text("docs/configuration.md");
  assert.deepEqual(
    [...new Set(read)].filter((name) => !inner.has(name) && !page.includes(`\`${name}\``)),
    [],
  );
});

test("the configuration page names every option of create()", () => {
  const [, options] = /export interface PluginOptions \{([^]*?)^\}/m.exec(
    text("plugin/options.ts"),
  );
  const names = [...options.matchAll(/^ {2}(\w+)\?:/gm)].map(([, name]) => name);
  const page = text("docs/configuration.md");
  assert.ok(names.length >= 4);
  assert.deepEqual(
    names.filter((name) => !page.includes(`| \`${name}\``)),
    [],
  );
});
