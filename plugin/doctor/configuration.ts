/** The orchestrator's configuration, where one can be found, as far as it is about Codex. */

import { basename, dirname, join, resolve } from "node:path";
import { trustedDirectories } from "../launch/work-tree.js";
import { isFile } from "./files.js";
import { textBehindLinks } from "../safe-file.js";
import { expandHome, homeDirectory, realPath } from "../paths.js";
import type { KnownSession } from "./session.js";
import { originOf } from "./session.js";
import { isScalar, parseDocument, visit } from "./yaml.js";

type Settings = Record<string, unknown>;

export interface Project {
  id: string;
  path: string | null;
  /** True if the workspace belongs to it. */
  isMeant: boolean;
  /** As written. */
  settings: Settings;
}

export interface Configuration {
  path: string;
  /** Those whose agent is Codex. */
  projects: Project[];
  /** The reason why nothing of it could be read. */
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
    globalPath(env),
  ];
  const path = candidates.find(isFile);
  return path === undefined ? null : read(path, workspace, session, env);
}

/** The place where later orchestrators register projects. */
function globalPath(env: NodeJS.ProcessEnv): string {
  const { AO_GLOBAL_CONFIG: named, XDG_CONFIG_HOME: xdg } = env;
  if (named) return resolve(named);
  return xdg
    ? join(xdg, "agent-orchestrator", "config.yaml")
    : join(homeDirectory(), ".agent-orchestrator", "config.yaml");
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
    const document = documentOf(path);
    const places = new Set([workspace, ...trustedDirectories(workspace)].map(realPath));
    const known = env["AO_PROJECT_ID"] || session?.metadata["project"] || projectOf(session);
    const isMeant = ({ id, path: place }: Omit<Project, "isMeant">) =>
      known ? id === known : place !== null && places.has(realPath(place));
    const isFlat = !("projects" in document) && NAMES.includes(basename(path));
    const registry = isFlat ? registryOf(env) : document;
    const registered = projectsIn(registry);
    // The file that stands in the work tree is the one that its main checkout has.
    const all = isFlat
      ? [flatProject(path, document, registered.find(isMeant))]
      : registered.map(withOwnFile);
    const defaults = object(registry["defaults"]);
    const projects = all
      .filter(({ settings }) => usesCodex(settings, defaults))
      .map((project) => ({ ...project, isMeant: isFlat || isMeant(project) }));
    return { path, projects, broken: null };
  } catch (error) {
    const [reason = ""] = String(error instanceof Error ? error.message : error).split("\n");
    return { path, projects: [], broken: reason };
  }
}

/** Later orchestrators keep a project's metadata in a directory of its name. */
function projectOf(session: KnownSession | null): string | null {
  const directory = session?.dataDir == null ? null : dirname(session.dataDir);
  const isLater = directory !== null && basename(dirname(directory)) === "projects";
  return isLater ? basename(directory) : null;
}

function registryOf(env: NodeJS.ProcessEnv): Settings {
  try {
    return documentOf(globalPath(env));
  } catch {
    // What it says is said of it when it is the one that is looked at.
    return {};
  }
}

type Registered = Omit<Project, "isMeant">;

function projectsIn(document: Settings): Registered[] {
  return Object.entries(object(document["projects"])).map(([id, value]) => {
    const settings = object(value);
    const place = settings["path"];
    return { id, path: typeof place === "string" ? expandHome(place) : null, settings };
  });
}

/** A project's own file in later orchestrators: what stands under `projects.<id>` in others, without the project. */
function flatProject(file: string, settings: Settings, entry: Registered | undefined): Registered {
  const place = entry?.path ?? dirname(file);
  return {
    id: entry?.id ?? basename(place),
    path: place,
    settings: { ...entry?.settings, ...settings },
  };
}

/** A registered project with what its own file says; one that cannot be read says nothing. */
function withOwnFile(project: Registered): Registered {
  const { path: place, settings } = project;
  const file = place === null ? undefined : NAMES.map((name) => join(place, name)).find(isFile);
  if (file === undefined) return project;
  try {
    const own = documentOf(file);
    return "projects" in own ? project : { ...project, settings: { ...settings, ...own } };
  } catch {
    return project;
  }
}

function documentOf(path: string): Settings {
  return object(parse(textBehindLinks(path, LIMIT_BYTES) ?? ""));
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
  const agentOf = (role: string) =>
    object(settings[role])["agent"] ?? object(defaults[role])["agent"];
  const agents = [
    settings["agent"] ?? defaults["agent"],
    agentOf("worker"),
    agentOf("orchestrator"),
  ];
  return agents.includes("codex");
}

function object(value: unknown): Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Settings)
    : {};
}
