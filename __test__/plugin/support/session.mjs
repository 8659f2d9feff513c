/** A session as the orchestrator hands it over. */
export const sessionOf = ({ id = "ao-1", workspacePath = null, metadata = {}, ...rest } = {}) => ({
  id,
  projectId: "app",
  status: "working",
  activity: null,
  branch: "feat/x",
  issueId: null,
  pr: null,
  workspacePath,
  runtimeHandle: { id, runtimeName: "tmux", data: {} },
  agentInfo: null,
  createdAt: new Date(),
  lastActivityAt: new Date(),
  metadata,
  ...rest,
});
