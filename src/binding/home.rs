//! The homes that a call is about: Codex's and the orchestrator's.

use std::path::PathBuf;

use napi::{Error, Result, Status};
use napi_derive::napi;

use crate::binding::argument::{self, Fields, Given};
use crate::fs::user_dirs::Directories;
use crate::rollout::codex_home::CodexHome;

/// The Codex home to read.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct HomeOptions {
    /// The home; `$CODEX_HOME`, else `~/.codex`, when it is not given.
    pub codex_home: Option<Given<String>>,
}

impl Fields for HomeOptions {}

/// The home that options name.
pub(super) fn home_of(options: Option<Given<HomeOptions>>) -> Result<CodexHome> {
    codex_home(argument::options(options)?.codex_home)
}

/// The home that is meant.
pub(super) fn codex_home(given: Option<Given<String>>) -> Result<CodexHome> {
    home_at(argument::optional_path(given, "codexHome")?)
}

/// The home at a path; the default one when there is none.
pub(super) fn home_at(path: Option<PathBuf>) -> Result<CodexHome> {
    match path {
        Some(path) => Ok(CodexHome::new(path)),
        None => CodexHome::from_env().ok_or_else(|| {
            let reason =
                "cannot find the Codex home: neither CODEX_HOME nor a home directory is set";
            Error::new(Status::GenericFailure, reason)
        }),
    }
}

/// The orchestrator's home that is meant.
pub(super) fn ao_home(given: Option<Given<String>>) -> Result<PathBuf> {
    let given = argument::optional_path(given, "aoHome")?;
    given.or_else(|| Directories::from_env().ao_home).ok_or_else(|| {
        let reason =
            "cannot find the orchestrator's home: neither AO_HOME nor a home directory is set";
        Error::new(Status::GenericFailure, reason)
    })
}
