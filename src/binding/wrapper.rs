//! The wrappers and the section of AGENTS.md, for Node.

use std::path::PathBuf;

use ::napi::Result;
use napi_derive::napi;

use crate::binding::argument::{self, Fields, Given};
use crate::binding::erased as napi;
use crate::binding::home::ao_home;
use crate::binding::runtime::blocking;

#[cfg_attr(not(unix), path = "wrapper/elsewhere.rs")]
mod unix;

/// The directories of the wrappers and of what they need.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct InstallWrappersOptions {
    /// The orchestrator's home; the wrappers go into its `bin`, or into `codex/bin` where another program's are in
    /// `bin`. `$AO_HOME`, else `~/.ao`, when it is not given.
    pub ao_home: Option<Given<String>>,
    /// The node that the metadata helper writes JSON with, by its absolute path: `process.execPath`. Without it the
    /// helper uses `jq`.
    pub node_path: Option<Given<String>>,
    /// Install into `bin`, in place of what the orchestrator or a newer version of this package has installed there.
    pub force: Option<Given<bool>>,
}

impl Fields for InstallWrappersOptions {}

/// The wrappers that are meant.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct WrappersOptions {
    /// The orchestrator's home. `$AO_HOME`, else `~/.ao`, when it is not given.
    pub ao_home: Option<Given<String>>,
}

impl Fields for WrappersOptions {}

/// The wrappers to remove.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct RemoveWrappersOptions {
    /// The orchestrator's home. `$AO_HOME`, else `~/.ao`, when it is not given.
    pub ao_home: Option<Given<String>>,
    /// Remove also what somebody else has installed.
    pub force: Option<Given<bool>>,
    /// Remove nothing, and say what would go.
    pub dry_run: Option<Given<bool>>,
}

impl Fields for RemoveWrappersOptions {}

/// The way in which something is taken away.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct RemovalOptions {
    /// Remove nothing, and say what would go.
    pub dry_run: Option<Given<bool>>,
    /// Other workspaces from which the same is taken away: an `info/exclude` that they share needs no line for them.
    pub besides: Option<Given<Vec<String>>>,
}

impl Fields for RemovalOptions {}

/// One file of the set.
#[napi(object, object_from_js = false)]
pub struct WrapperFile {
    /// `gh`, `git`, `ao-codex-hook` or `ao-metadata-helper.sh`.
    pub name: String,
    /// `changed` is ours but not as this version installs it; `foreign` is not ours.
    #[napi(ts_type = "'current' | 'changed' | 'foreign' | 'notExecutable' | 'missing'")]
    pub state: String,
}

/// The wrappers of another program, which keeps them in the orchestrator's `bin`.
#[napi(object, object_from_js = false)]
pub struct HostWrappers {
    /// The directory.
    pub directory: String,
    /// The version that their marker names.
    pub version: String,
}

/// Our wrappers, where they are.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct WrappersStatus {
    /// The directory: the orchestrator's `bin`, or our own `codex/bin` where `host` names another program's set.
    pub directory: String,
    /// Another program's set in the orchestrator's `bin`, which is left as it is.
    pub host: Option<HostWrappers>,
    /// Whose set it is by its marker: this version's (`current`), another version of ours (`older`, `newer`), the
    /// orchestrator's or another program's (`foreign`), an outdated one of the orchestrator (`old`), or none.
    #[napi(ts_type = "'current' | 'older' | 'newer' | 'foreign' | 'old' | 'none'")]
    pub owner: String,
    /// The version that the marker names.
    pub version: Option<String>,
    /// True if the set is this version's, complete and executable.
    pub ok: bool,
    /// The files of the set.
    pub files: Vec<WrapperFile>,
    /// The node that the helper writes JSON with.
    pub node_path: Option<String>,
}

/// The outcome of an installation of the wrappers.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct WrappersChange {
    /// `left`: a newer set of ours is there and was not touched.
    #[napi(ts_type = "'written' | 'current' | 'left'")]
    pub outcome: String,
    /// The state after it.
    pub status: WrappersStatus,
}

/// The outcome of a removal of the wrappers.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct WrappersRemoval {
    /// `left`: there is only somebody else's set, which was not touched.
    #[napi(ts_type = "'removed' | 'left' | 'absent'")]
    pub outcome: String,
    /// The files that are gone, or would be.
    pub files: Vec<String>,
    /// The directory of somebody else's set, and somebody else's files among ours: they stay.
    pub left: Vec<String>,
    /// The state after it.
    pub status: WrappersStatus,
}

/// The outcome of a change to the section of AGENTS.md.
#[napi(object, object_from_js = false)]
pub struct AgentsSectionChange {
    /// The file.
    pub path: String,
    /// `left`: the orchestrator's own section is there, or the file is none that may be changed.
    #[napi(ts_type = "'created' | 'added' | 'updated' | 'unchanged' | 'left'")]
    pub outcome: String,
}

/// The outcome of a removal from a workspace.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct WorkspaceRemoval {
    /// The file.
    pub path: String,
    /// `absent`: there was nothing of ours in it.
    #[napi(ts_type = "'removed' | 'absent'")]
    pub outcome: String,
    /// The repository's `info/exclude`, where our line for the file was taken out of it, or would be.
    pub exclude_path: Option<String>,
}

/// The outcome for the activity log.
#[napi(object, object_from_js = false)]
pub struct ActivityLogChange {
    /// The file.
    pub path: String,
    /// `left`: a link, or something else that is no log, is in its place, or git could not be told to pass it over.
    #[napi(ts_type = "'noted' | 'left'")]
    pub outcome: String,
}

/// Installs the `gh` and `git` that note branches and pull requests in a session's metadata. Does nothing where they
/// are installed already; any number of processes may call this at once. Rejects, with the old set whole, where a file
/// cannot be written or the machine has no bash.
#[napi]
pub async fn install_wrappers(
    options: Option<Given<InstallWrappersOptions>>,
) -> Result<WrappersChange> {
    let InstallWrappersOptions { ao_home: home, node_path, force } = argument::options(options)?;
    let home = ao_home(home)?;
    let node = argument::optional_path(node_path, "nodePath")?;
    let force = argument::flag(force, "force")?;
    blocking(move || unix::install(&home, node, force)).await
}

/// Installs only the program that Codex runs at the events of a session's life, beside the wrappers, and answers with
/// its path. Whatever else is there stays as it is. Rejects where another program's file is in its place, it cannot be
/// written, or the machine has no bash.
#[napi]
pub async fn install_hook(options: Option<Given<WrappersOptions>>) -> Result<String> {
    let home = ao_home(argument::options(options)?.ao_home)?;
    blocking(move || unix::install_hook(&home)).await
}

/// The directory of our wrappers, whether or not they are there: the orchestrator's `bin`, or `codex/bin` where `bin`
/// is another program's. Synchronous because the orchestrator's `getLaunchCommand` is: one read of a few bytes.
#[napi(catch_unwind)]
pub fn wrappers_directory_sync(options: Option<Given<WrappersOptions>>) -> Result<String> {
    let home = ao_home(argument::options(options)?.ao_home)?;
    Ok(unix::directory(&home).to_string_lossy().into_owned())
}

/// Says what there is of our wrappers; where there is no such directory every file is missing. Rejects where it cannot
/// be read, and on Windows.
#[napi]
pub async fn wrappers_status(options: Option<Given<WrappersOptions>>) -> Result<WrappersStatus> {
    let home = ao_home(argument::options(options)?.ao_home)?;
    blocking(move || unix::status(&home)).await
}

/// Removes the wrappers that `installWrappers` has installed. Rejects where a file cannot be removed, and on Windows.
#[napi]
pub async fn remove_wrappers(
    options: Option<Given<RemoveWrappersOptions>>,
) -> Result<WrappersRemoval> {
    let RemoveWrappersOptions { ao_home: home, force, dry_run } = argument::options(options)?;
    let home = ao_home(home)?;
    let force = argument::flag(force, "force")?;
    let is_dry = argument::flag(dry_run, "dryRun")?;
    blocking(move || unix::remove(&home, force, is_dry)).await
}

/// Sees to it that the `AGENTS.md` of a workspace tells an agent of the wrappers. Creates the file where there is none
/// and lists it in the repository's `info/exclude` then; leaves every other byte of it alone. Rejects where either
/// cannot be read or written, and on Windows.
#[napi]
pub async fn install_agents_section(workspace_path: Given<String>) -> Result<AgentsSectionChange> {
    let workspace = workspace_path.path("workspacePath")?;
    blocking(move || unix::install_agents_section(&workspace)).await
}

/// Takes away what `installAgentsSection` has added, and its line of `info/exclude` also where the file is a person's
/// or gone by now. Rejects where one cannot be read or written, and on Windows.
#[napi]
pub async fn remove_agents_section(
    workspace_path: Given<String>,
    options: Option<Given<RemovalOptions>>,
) -> Result<WorkspaceRemoval> {
    let workspace = workspace_path.path("workspacePath")?;
    let removing = removal(options)?;
    blocking(move || unix::remove_agents_section(&workspace, removing)).await
}

/// Begins the activity log of a workspace, `.ao/activity.jsonl`, and keeps it out of commits: what this package noted
/// there before goes, what others wrote stays. No link is followed on the way to it. Rejects where the workspace is not
/// there or the log cannot be written, and on Windows.
#[napi]
pub async fn begin_activity_log(workspace_path: Given<String>) -> Result<ActivityLogChange> {
    let workspace = workspace_path.path("workspacePath")?;
    blocking(move || unix::begin_activity_log(&workspace)).await
}

/// Notes a state in the activity log of a workspace, from which dashboards without this plugin learn it; `trigger` says
/// why somebody has to act. No line of ours makes the log exceed 32 KB. Rejects where it cannot be written, and on
/// Windows.
#[napi]
pub async fn note_activity(
    workspace_path: Given<String>,
    state: Given<String>,
    trigger: Option<Given<String>>,
) -> Result<ActivityLogChange> {
    let workspace = workspace_path.path("workspacePath")?;
    let state = state.text("state", "a state")?;
    let trigger = argument::optional_text(trigger, "trigger", "a reason")?;
    blocking(move || unix::note_activity(&workspace, &state, trigger.as_deref())).await
}

/// Takes our lines out of the activity log of a workspace, the log itself where nobody else has written into it, and
/// its line of `info/exclude`. Rejects where one cannot be removed, and on Windows.
#[napi]
pub async fn remove_activity_log(
    workspace_path: Given<String>,
    options: Option<Given<RemovalOptions>>,
) -> Result<WorkspaceRemoval> {
    let workspace = workspace_path.path("workspacePath")?;
    let removing = removal(options)?;
    blocking(move || unix::remove_activity_log(&workspace, removing)).await
}

/// The way in which something is taken away from a workspace.
#[cfg_attr(not(unix), expect(dead_code, reason = "nothing of ours is there to be taken away"))]
struct Removing {
    is_dry: bool,
    besides: Vec<PathBuf>,
}

fn removal(options: Option<Given<RemovalOptions>>) -> Result<Removing> {
    let RemovalOptions { dry_run, besides } = argument::options(options)?;
    let is_dry = argument::flag(dry_run, "dryRun")?;
    let besides = argument::optional_texts(besides, "besides", "a path")?.unwrap_or_default();
    Ok(Removing { is_dry, besides: besides.into_iter().map(PathBuf::from).collect() })
}
