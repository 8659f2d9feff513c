//! The export of what was billed, for many machines.

use std::collections::BTreeMap;

use ::napi::Result;
use napi_derive::napi;

use crate::binding::answer::{SkippedFile, count};
use crate::binding::argument::{self, Fields, Given};
use crate::binding::erased as napi;
use crate::binding::home::codex_home;
use crate::binding::orchestrator::{OrchestratorSession, session_labels};
use crate::binding::scalar::invalid;
use crate::binding::scan::{AbortSignal, OnProgress, scan};
use crate::export::export;
use crate::export::options::{DAY_MS, Options, Paths};
use crate::export::row::Sessions;
use crate::fs::user_dirs::Directories;
use crate::index::homes::store_of;
use crate::rollout::codex_home::CodexHome;

/// The directory of an export, and the columns that stand in every row.
#[napi(object, object_to_js = false)]
pub struct ExportOptions {
    /// The directory; it is made, private to the user, where it is not there.
    pub directory: Given<String>,
    /// The name of this machine: letters, digits, `.`, `_` and `-`.
    pub host: Given<String>,
    /// The homes; `$CODEX_HOME`, else `~/.codex`, when none is given.
    pub codex_homes: Option<Given<Vec<String>>>,
    /// The labels that every row has besides, `key=value` each.
    pub labels: Option<Given<Vec<String>>>,
    /// The part of the names of directories, repositories and branches that is written; `full` when it is not given.
    #[napi(ts_type = "'full' | 'repo' | 'hash' | null")]
    pub paths: Option<Given<String>>,
    /// Only days from that of this time on, in milliseconds since 1970.
    pub since_ms: Option<Given<f64>>,
    /// The sessions that threads belong to.
    pub sessions: Option<Given<Vec<OrchestratorSession>>>,
}

impl Fields for ExportOptions {}

/// The result of an export.
#[napi(object, object_from_js = false)]
pub struct ExportResult {
    /// The threads of the homes.
    pub threads: i64,
    /// Those of them that were read for their responses: new ones, and those that have changed.
    pub threads_read: i64,
    /// The responses of these.
    pub responses: i64,
    /// The files that were written.
    pub written: Vec<String>,
    /// The rollouts that could not be read, or count already.
    pub skipped: Vec<SkippedFile>,
}

/// Writes what homes were billed to a directory, one row for each response, in a file a day and host:
/// `day=2026-11-28/host=NAME/responses.ndjson.gz`. What lies there already is kept; where nothing is new nothing is
/// written.
///
/// `signal` and `onProgress` are those of `homeUsage`. Rejects with `InvalidArg` when the host or a label cannot be
/// part of a path or a column, and when a home cannot be read, a file cannot be written, or another export of the host
/// has not ended after five minutes; files are whole all the same.
#[napi]
pub async fn export_responses(
    options: Given<ExportOptions>,
    signal: Option<Given<AbortSignal>>,
    #[napi(ts_arg_type = "((progress: ScanProgress) => void) | undefined | null")]
    on_progress: Option<Given<OnProgress>>,
) -> Result<ExportResult> {
    scan(signal, on_progress, |watch| {
        let given = options.object("options")?;
        let directory = given.directory.path("directory")?;
        let homes = match argument::optional_texts(given.codex_homes, "codexHomes", "a path")? {
            Some(homes) => homes.iter().map(CodexHome::new).collect(),
            None => vec![codex_home(None)?],
        };
        let names = "full, repo or hash";
        let paths = argument::choice(given.paths, "paths", names, Paths::parse)?;
        let labels = argument::optional_texts(given.labels, "labels", "a text")?;
        let mut by_key = BTreeMap::new();
        for label in labels.into_iter().flatten() {
            let (key, value) = label
                .split_once('=')
                .ok_or_else(|| invalid(format!("the label {label:?} must be key=value")))?;
            by_key.insert(key.to_owned(), value.to_owned());
        }
        let since = argument::optional_time_ms(given.since_ms, "sinceMs")?;
        let since_day = since.map(|since| since.div_euclid(DAY_MS));
        let host = given.host.text("host", "the name of a host")?;
        let options =
            Options::new(&host, by_key, paths.unwrap_or_default(), since_day).map_err(invalid)?;
        let sessions = session_labels(given.sessions)?;
        Ok(move || {
            let stores: Vec<_> = homes.iter().map(store_of).collect();
            let sessions = Sessions::new(&sessions);
            let cache = Directories::from_env().cache;
            let facts = |thread: &_| sessions.facts_of(thread);
            let done = export(&stores, &directory, &options, cache.as_deref(), facts, &watch)?;
            Ok(ExportResult {
                threads: count(done.threads),
                threads_read: count(done.threads_read),
                responses: count(done.responses),
                written: done.written.iter().map(|path| path.display().to_string()).collect(),
                skipped: done.skipped.into_iter().map(SkippedFile::from).collect(),
            })
        })
    })
    .await
}
