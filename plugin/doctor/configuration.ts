/** The orchestrator's configuration, where one can be found, as far as it is about Codex. */

import { dirname, join, resolve } from "node:path";
import { isScalar, parseDocument, visit } from "yaml";
import { trustedDirectories } from "../launch/work-tree.js";
import { isFile } from "./files.js";
import { textBehindLinks } from "../launch/safe-file.js";
import { expandHome, homeDirectory, realPath } from "../paths.js";
import type { KnownSession } from "./session.js";
import { originOf } from "./session.js";

type Settings = Record<string, unknown>;

export interface Project {
  id: string;
  path: string | null;
  /** Whether the workspace belongs to it. */
  isMeant: boolean;
  /** As written. */
  settings: Settings;
}

export interface Configuration {
  path: string;
  /** Those whose agent is Codex. */
  projects: Project[];
  /** Why nothing of it could be read. */
  broken: string | null;
}

/** Configurations are a few kilobytes. */
const LIMIT_BYTES = 4 * 1024 * 1024;

const NAMES = ["agent-orchestrator.yaml", "agent-orchestrator.yml"];

/** The orchestrator's own order, and before the home directory the one that the session's project was started from. */
export function findConfiguration(
  workspace: string,
  session: KnownSession | null,
  env: NodeJS.ProcessEnv,
): Configuration | null {
  const named = env["AO_CONFIG_PATH"];
  const home = homeDirectory();
  const candidates = [
    ...(named ? [resolve(named)] : []),
    ...upwards(workspace).flatMap((dir) => NAMES.map((name) => join(dir, name))),
    ...originCandidates(session),
    ...NAMES.map((name) => join(home, `.${name}`)),
    join(home, ".config", "agent-orchestrator", "config.yaml"),
  ];
  const path = candidates.find(isFile);
  return path === undefined ? null : read(path, workspace, session, env);
}

function upwards(start: string): string[] {
  const parent = dirname(start);
  return parent === start ? [start] : [start, ...upwards(parent)];
}

function originCandidates(session: KnownSession | null): string[] {
  const origin = session === null ? null : originOf(session);
  const path = origin === null ? null : textBehindLinks(origin, LIMIT_BYTES);
  return path === null ? [] : [path.trim()];
}

function read(
  path: string,
  workspace: string,
  session: KnownSession | null,
  env: NodeJS.ProcessEnv,
): Configuration {
  try {
    const document = object(parse(textBehindLinks(path, LIMIT_BYTES) ?? ""));
    const defaults = object(document["defaults"]);
    const places = new Set([workspace, ...trustedDirectories(workspace)].map(realPath));
    const known = env["AO_PROJECT_ID"] || session?.metadata["project"];
    const projects = Object.entries(object(document["projects"]))
      .map(([id, value]): Project => {
        const settings = object(value);
        const place = settings["path"];
        const projectPath = typeof place === "string" ? expandHome(place) : null;
        const isHere = projectPath !== null && places.has(realPath(projectPath));
        return { id, path: projectPath, isMeant: known ? id === known : isHere, settings };
      })
      .filter(({ settings }) => usesCodex(settings, defaults));
    return { path, projects, broken: null };
  } catch (error) {
    const [reason = ""] = String(error instanceof Error ? error.message : error).split("\n");
    return { path, projects: [], broken: reason };
  }
}

/**
 * The value of a YAML text. The library compares every key of a map with every other one, which takes a minute for
 * 60,000, so that is done here; and it would write what it doubts to the terminal as it stands.
 */
function parse(text: string): unknown {
  const document = parseDocument(text, { uniqueKeys: false, logLevel: "error" });
  const [error] = document.errors;
  if (error !== undefined) throw error;
  visit(document, {
    Map(_key, map) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? key.value : key;
        if (seen.has(name)) throw new Error(`${String(name)} is there twice`);
        seen.add(name);
      }
    },
  });
  return document.toJS();
}

function usesCodex(settings: Settings, defaults: Settings): boolean {
  const roles = ["worker", "orchestrator"].map((role) => object(settings[role])["agent"]);
  return [settings["agent"] ?? defaults["agent"], ...roles].includes("codex");
}

function object(value: unknown): Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Settings)
    : {};
}
