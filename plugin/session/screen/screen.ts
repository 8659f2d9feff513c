/**
 * The screen of a terminal, read as a state. The last resort: screens change with every version, records do not.
 */

import type { ActivityState } from "../../host.js";

/** A question that waits for a person: current menus, then the words of older versions. */
const QUESTIONS = [
  /\bWould you like to (run|make|grant|send|apply)\b.*\?/i,
  // The last line of every menu, in the words of one version or another.
  /\benter\b( to)? (confirm|continue|select|submit|choose)\b/i,
  // The dialog about a model that has a successor, and the choice of a login.
  /\benter\/esc\b.*\bconfirm\b/i,
  /\bSign in with ChatGPT\b/i,
  /\bDo you trust the contents of this directory\?/i,
  /\bHooks need review\b/i,
  /\bapproval required\b/i,
  /\(y\)es\b.*\(n\)o\b/i,
  /\[y\/n\]/i,
  /\bAllow command\?/i,
];

/** Codex at work. The key to interrupt is named by every version; the bullet says that the line is Codex's own. */
const WORKING = [/\besc to interrupt\b/i, /^\s*[•◦]\s+(Working|Running|Thinking|Exploring)\b/];

/**
 * The place where the user types: `›` in current versions, `❯`, `>`, `$` or `#` alone in older ones and in a shell,
 * whose prompt may also say where it is (`dev@host:~/project$`).
 */
const PROMPT = /^\s*[›❯>▌](\s|$)|^\s*[$#]\s*$|^\S*[@:~]\S*[$#]$/;

/** The line below the prompt of versions (0.169 and later) that end each turn with `Worked for 7s`. */
const MARKS_ENDS = /^\s*← for agents\b/;

/** A line of an answer, and none of those that stand there when a turn is over, or before the first one. */
const ANSWER = /^(• | {2})(?!Worked for |Tip: |>_ |└ |Model changed )\S/;

/** The number of lines, from the bottom up, that are looked at: Codex leaves what it said before above them. */
const LINES = 14;

/** Tells whether the bottom of a pane shows that Codex works and asks nothing. */
export function isWorking(terminalOutput: string): boolean {
  return (
    WORKING.some((pattern) => terminalOutput.split("\n").some((line) => pattern.test(line))) &&
    readScreen(terminalOutput) === "active"
  );
}

/** The state that the bottom of a pane shows. */
export function readScreen(terminalOutput: string): ActivityState {
  const lines = terminalOutput
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")
    .slice(-LINES);
  if (lines.length === 0) return "idle";
  const shows = (patterns: RegExp[]) =>
    lines.findLastIndex((line) => patterns.some((pattern) => pattern.test(line)));
  const question = shows(QUESTIONS);
  const working = shows(WORKING);
  const prompt = shows([PROMPT]);
  // The lower one is the newer one; the last line of a form names the key to interrupt, too. A menu has its own `›` in
  // front of the chosen answer.
  if (question >= 0 && question >= working && question >= promptBelow(lines, question))
    return "waiting_input";
  // The prompt stays on the screen below the line that says that Codex works.
  if (working !== -1) return "active";
  return prompt === -1 || isStreaming(lines, prompt) ? "active" : "idle";
}

/** While an answer is written, no line says that Codex works, and older versions show nothing else either. */
function isStreaming(lines: readonly string[], prompt: number): boolean {
  return MARKS_ENDS.test(lines.at(-1) ?? "") && ANSWER.test(lines[prompt - 1] ?? "");
}

/** The last line where the user types, other than the chosen answer of a menu (`› 1. Yes`). */
function promptBelow(lines: string[], question: number): number {
  const below = lines.findLastIndex((line) => PROMPT.test(line) && !/^\s*[›❯>]\s*\d+\./.test(line));
  return below > question ? below : -1;
}
