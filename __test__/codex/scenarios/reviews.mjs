import { run, say } from "../steps.mjs";
import { isAtMost } from "../versions.mjs";

const REVIEWS_SINCE = "0.80.0";
const GUARDIAN_SINCE = "0.118.0";
/** Up to this version the reviewer of approvals goes by its first name. */
const GUARDIAN_SUBAGENT_UNTIL = "0.125.0";

export const review = {
  name: "review",
  since: REVIEWS_SINCE,
  async play(lab) {
    await lab.withAppServer(async (server) => {
      const thread = await server.startThread();
      await server.turn(thread, [run("echo one"), say()]);
      await server.review(thread, [run("echo looking"), say("Looks good.")]);
      await server.turn(thread, [say()]);
    });
  },
};

/** A command that needs approval, which a subagent gives; it has a model of its own. */
export const guardian = {
  name: "guardian",
  since: GUARDIAN_SINCE,
  features: { guardian_approval: true },
  async play(lab) {
    const risky = () =>
      run(`touch '${lab.folder}/approved'`, {
        sandbox_permissions: "require_escalated",
        justification: "The file is wanted.",
      });
    const approvalsReviewer = isAtMost(lab.version, GUARDIAN_SUBAGENT_UNTIL)
      ? "guardian_subagent"
      : "auto_review";
    await lab.withAppServer(async (server) => {
      const settings = { approvalPolicy: "on-request", approvalsReviewer, sandbox: "read-only" };
      const thread = await server.startThread(settings);
      await server.turn(thread, [risky(), say()]);
      await server.turn(thread, [risky(), say()]);
    });
  },
};
