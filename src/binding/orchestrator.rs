//! The sessions of an orchestrator, as a caller names them.

use ::napi::Result;
use napi_derive::napi;

use crate::billing::report::SessionLabel;
use crate::binding::argument::{self, Fields, Given};
use crate::binding::erased as napi;

/// A session of an orchestrator, as its metadata describes it.
#[napi(object, object_to_js = false)]
pub struct OrchestratorSession {
    /// The session.
    pub id: Given<String>,
    /// Its branch.
    pub branch: Option<Given<String>>,
    /// Its pull request.
    pub pr: Option<Given<String>>,
    /// Its work tree.
    pub workspace_path: Option<Given<String>>,
    /// The threads that are known to be its own.
    pub thread_ids: Given<Vec<String>>,
}

impl Fields for OrchestratorSession {}

/// The sessions that options name.
pub(super) fn session_labels(
    given: Option<Given<Vec<OrchestratorSession>>>,
) -> Result<Vec<SessionLabel>> {
    let sessions = argument::optional_objects(given, "sessions")?;
    sessions.into_iter().flatten().map(session_label).collect()
}

fn session_label(session: OrchestratorSession) -> Result<SessionLabel> {
    let OrchestratorSession { id, branch, pr, workspace_path, thread_ids } = session;
    Ok(SessionLabel {
        id: id.text("id", "the id of a session")?,
        branch: argument::optional_text(branch, "branch", "the name of a branch")?,
        pr: argument::optional_text(pr, "pr", "a pull request")?,
        workspace: argument::optional_text(workspace_path, "workspacePath", "a path")?,
        thread_ids: thread_ids.texts("threadIds", "the id of a thread")?,
    })
}
