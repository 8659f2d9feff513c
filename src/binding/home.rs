//! Which homes a call is about: Codex's and the orchestrator's.

use std::path::PathBuf;

use napi::{Error, Result, Status};
use napi_derive::napi;

use crate::binding::argument::Given;
use crate::fs::user_dirs::Directories;
use crate::rollout::codex_home::CodexHome;

/// Which Codex home to read.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct HomeOptions {
    /// The home; `$CODEX_HOME`, else `~/.codex`, when it is not given.
    #[napi(ts_type = "string | null")]
    pub codex_home: Option<Given>,
}

/// The home that is meant.
pub(super) fn codex_home(given: Option<Given>) -> Result<CodexHome> {
    match given.unwrap_or_default().optional_path("codexHome")? {
        Some(path) => Ok(CodexHome::new(path)),
        None => CodexHome::from_env().ok_or_else(|| {
            let reason =
                "cannot find the Codex home: neither CODEX_HOME nor a home directory is set";
            Error::new(Status::GenericFailure, reason)
        }),
    }
}

/// The orchestrator's home where none is given.
pub(super) fn ao_home() -> Result<PathBuf> {
    Directories::from_env().ao_home.ok_or_else(|| {
        let reason =
            "cannot find the orchestrator's home: neither AO_HOME nor a home directory is set";
        Error::new(Status::GenericFailure, reason)
    })
}
