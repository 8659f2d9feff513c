//! Runs work off the JavaScript thread, and says its errors in Node's terms.

use napi::{Error, Result, Status};

use crate::error;

/// Runs `work` on a thread where it may block. A panic rejects the promise.
pub(super) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> error::Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result.map_err(|error| to_node(&error)),
        Err(failed) => Err(Error::new(Status::GenericFailure, failed.to_string())),
    }
}

/// The error that a program in Node sees.
pub(super) fn to_node(error: &error::Error) -> Error {
    let status = if error.is_cancelled() {
        Status::Cancelled
    } else if error.is_invalid() {
        Status::InvalidArg
    } else {
        Status::GenericFailure
    };
    Error::new(status, error.to_string())
}
