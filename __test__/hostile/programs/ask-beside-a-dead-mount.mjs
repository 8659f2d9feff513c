/**
 * `node ask-beside-a-dead-mount.mjs HOME ALIVE DEAD SENT`: what is said of a home some of whose threads began below
 * DEAD, and of a work tree SENT whose repository does, twice, and how many threads of ours wait for it.
 */
import { spawn } from "node:child_process";
import { copyFileSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { create } from "@ao/plugin-codex";
import * as native from "@ao/plugin-codex/native";

const [codexHome, alive, dead, sent] = process.argv.slice(2);
const options = { codexHome };
const codexPath = join(alive, "codex");
copyFileSync("/bin/sleep", codexPath);
const codex = spawn(codexPath, ["600"]);

const idOf = (found) => found && found.threadId;
const idsOf = ({ threads }) => threads.map(idOf).toSorted();

const agent = create({ codexHome, aoHome: join(alive, "ao"), binary: codexPath });

function isLaunched(workspacePath) {
  const projectConfig = { path: workspacePath, agentConfig: { permissions: "auto-edit" } };
  const config = { sessionId: "ao-1", projectConfig, workspacePath, prompt: "work" };
  return / -- '?work'?$/.test(agent.getLaunchCommand(config));
}

const reasonOf = (call) =>
  call.then(
    () => null,
    ({ message }) => message.split(": ").at(-1),
  );

async function ask() {
  const places = [dead, alive, join(dead, "tree"), join(dead, "none")];
  const sessions = places.map((workspacePath, at) => ({
    sessionId: `ao-${at}`,
    workspacePath,
    pid: codex.pid,
    withInfo: true,
  }));
  sessions.push({ sessionId: "ao-4", workspacePath: alive, pid: codex.pid, withInfo: true });
  const evidence = await native.sessionEvidence(sessions, { ...options, aoHome: codexHome });
  const workspacePath = alive;
  return {
    resumed: await Promise.all(
      places.map(async (place) => idOf(await native.findRollout(place, options))),
    ),
    sessions: evidence.map(({ failure, process, seenState, thread }) => [
      failure,
      process,
      seenState,
      idOf(thread),
    ]),
    listed: idsOf(await native.listThreads({ ...options, workspacePath })),
    billed: idsOf(await native.homeUsage({ ...options, workspacePath })),
    byRepository: (await native.homeUsage({ ...options, by: "repo" })).groups.length,
    removed: await native.removeOldEvents({ aoHome: codexHome }),
    launched: [dead, sent, alive].map(isLaunched),
    setUp: await Promise.all(
      [dead, sent].map((place) => reasonOf(native.installAgentsSection(place))),
    ),
    // Far more at once than threads that work on questions.
    dead: [
      ...new Set(
        await Promise.all(
          Array.from({ length: 50 }, () =>
            reasonOf(native.findRollout(alive, { codexHome: dead })),
          ),
        ),
      ),
    ],
  };
}

const names = () =>
  readdirSync("/proc/self/task").map((task) =>
    readFileSync(`/proc/self/task/${task}/wchan`, "utf8"),
  );

const answers = [await ask(), await ask()];
const waiting = names().filter((name) => name === "request_wait_answer").length;
codex.kill("SIGKILL");
process.stdout.write(JSON.stringify({ answers, waiting }), () => process.exit(0));
