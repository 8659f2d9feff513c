/** The sizes of the homes. The seed makes each the same at every run. */

const MB = 1e6;

/** The sizes of real homes, which the targets are about. */
export const FULL = {
  rounds: 7,
  one: { files: 1, bytes: 1000 * MB, workspaces: 1, seed: 1 },
  many: { files: 3000, bytes: 3700 * MB, workspaces: 200, seed: 2 },
  // Every task has a worktree of its own, and four rollouts in it.
  heads: { files: 10_000, bytes: 350 * MB, workspaces: 2500, seed: 3 },
  rows: { responses: 1_000_000, threads: 1000 },
};

/** The shapes of real homes, small enough for a look while working. */
export const QUICK = {
  rounds: 5,
  one: { files: 1, bytes: 250 * MB, workspaces: 1, seed: 1 },
  many: { files: 200, bytes: 250 * MB, workspaces: 20, seed: 2 },
  heads: { files: 2000, bytes: 70 * MB, workspaces: 500, seed: 3 },
  rows: { responses: 100_000, threads: 100 },
};
