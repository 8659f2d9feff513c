//! Runs work off the JavaScript thread, and says its errors in Node's terms.

use napi::bindgen_prelude::ToNapiValue;
use napi::{Env, Error, Result, Status};
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinHandle, spawn_blocking};

use crate::binding::promise::{Answer, Promise, promise};
use crate::error;

/// How many calls are worked on at once: fifty sessions that are asked for together wait for one look at the home, and
/// need not wait on fifty threads.
const MAX_AT_ONCE: usize = 16;

static TURNS: Semaphore = Semaphore::const_new(MAX_AT_ONCE);

/// Work that may block.
pub(super) type Work<T = Answer> = Box<dyn FnOnce() -> error::Result<T> + Send>;

/// Runs what `prepare` returns on a thread where it may block. `prepare` itself judges the arguments, at once and on
/// the JavaScript thread; what it refuses rejects the promise, and so does a panic of the work.
pub(super) fn off_thread<T: ToNapiValue + Send + 'static, W>(
    env: &Env,
    prepare: impl FnOnce() -> Result<W>,
) -> Result<Promise<'_>>
where
    W: FnOnce() -> error::Result<T> + Send + 'static,
{
    let work = prepare().map(|work| -> Work { Box::new(|| work().map(Answer::new)) });
    promise(env, begin(work))
}

async fn begin(work: Result<Work>) -> Result<Answer> {
    let work = work?;
    let _turn = TURNS.acquire().await;
    answer_of(start(work).await)
}

/// Begins with the work, on a thread of its own.
pub(super) fn start<T: Send + 'static>(work: Work<T>) -> JoinHandle<error::Result<T>> {
    spawn_blocking(work)
}

/// What became of the work.
pub(super) fn answer_of<T>(ended: std::result::Result<error::Result<T>, JoinError>) -> Result<T> {
    match ended {
        Ok(answer) => answer.map_err(|error| to_node(&error)),
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
