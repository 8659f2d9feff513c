//! The errors of the core, said so that a reader can act: the operation, the path and the cause.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// The result of every fallible function of the core.
pub type Result<T> = std::result::Result<T, Error>;

/// A failed operation on a path, with the reason.
///
/// Its text is `cannot <operation> <path>: <cause>`.
#[derive(Debug)]
pub struct Error {
    operation: &'static str,
    path: PathBuf,
    cause: Cause,
}

#[derive(Debug)]
enum Cause {
    Io(io::Error),
    Invalid(String),
    Cancelled,
}

impl Error {
    /// The operating system refused.
    #[cold]
    #[must_use]
    pub fn io(operation: &'static str, path: &Path, source: io::Error) -> Self {
        Self { operation, path: path.to_owned(), cause: Cause::Io(source) }
    }

    /// Something was found there, or given, that the operation cannot use.
    #[cold]
    #[must_use]
    pub fn invalid(operation: &'static str, path: &Path, reason: impl Into<String>) -> Self {
        Self { operation, path: path.to_owned(), cause: Cause::Invalid(reason.into()) }
    }

    /// The caller asked to stop.
    #[cold]
    #[must_use]
    pub fn cancelled(operation: &'static str, path: &Path) -> Self {
        Self { operation, path: path.to_owned(), cause: Cause::Cancelled }
    }

    /// The path of the operation.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The operating system's error, if it was one.
    #[must_use]
    pub fn io_error(&self) -> Option<&io::Error> {
        match &self.cause {
            Cause::Io(source) => Some(source),
            Cause::Invalid(_) | Cause::Cancelled => None,
        }
    }

    /// Tells whether the path is not there.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.io_error().is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
    }

    /// Tells whether the caller asked to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(self.cause, Cause::Cancelled)
    }

    /// Tells whether the input was at fault, not the system.
    #[must_use]
    pub fn is_invalid(&self) -> bool {
        matches!(self.cause, Cause::Invalid(_))
    }

    /// The cause alone, for a list that names the path already.
    #[must_use]
    pub fn reason(&self) -> String {
        match &self.cause {
            Cause::Io(source) => source.to_string(),
            Cause::Invalid(reason) => reason.clone(),
            Cause::Cancelled => "cancelled".to_owned(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} {}: {}", self.operation, self.path.display(), self.reason())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.io_error().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_operation_path_and_cause() {
        let error = Error::io(
            "read rollout",
            Path::new("/home/dev/.codex/x.jsonl"),
            io::ErrorKind::PermissionDenied.into(),
        );
        assert_eq!(
            error.to_string(),
            "cannot read rollout /home/dev/.codex/x.jsonl: permission denied"
        );
    }
}
