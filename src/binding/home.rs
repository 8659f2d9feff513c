//! Which Codex home a call is about.

use std::path::PathBuf;

use napi::{Error, Result, Status};
use napi_derive::napi;

use crate::codex_home::CodexHome;

/// Which Codex home to read.
#[napi(object)]
#[derive(Default)]
pub struct HomeOptions {
    /// The home; `$CODEX_HOME`, else `~/.codex`, when it is not given.
    pub codex_home: Option<String>,
}

/// The home that is meant.
pub(super) fn codex_home(given: Option<String>) -> Result<CodexHome> {
    match given {
        Some(path) if path.is_empty() => Err(empty("codexHome")),
        Some(path) => Ok(CodexHome::new(path)),
        None => CodexHome::from_env().ok_or_else(|| {
            let reason =
                "cannot find the Codex home: neither CODEX_HOME nor a home directory is set";
            Error::new(Status::GenericFailure, reason)
        }),
    }
}

/// The path that an argument names.
pub(super) fn path(argument: &str, given: String) -> Result<PathBuf> {
    if given.is_empty() { Err(empty(argument)) } else { Ok(PathBuf::from(given)) }
}

fn empty(argument: &str) -> Error {
    Error::new(
        Status::InvalidArg,
        format!("expected `{argument}` to be a path, got an empty string"),
    )
}
