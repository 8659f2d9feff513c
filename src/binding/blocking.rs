//! Runs work off the JavaScript thread, and says its errors in Node's terms.

use napi::{Env, Error, Result, Status};
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinHandle, spawn_blocking};

use crate::binding::promise::{Answer, Promise, promise};
use crate::error;

/// How many calls are worked on at once: fifty sessions that are asked for together wait for one look at the home, and
/// need not wait on fifty threads.
const MAX_AT_ONCE: usize = 16;

static TURNS: Semaphore = Semaphore::const_new(MAX_AT_ONCE);

/// Work that may block.
pub(super) type Work<T = Answer> = Box<dyn FnOnce() -> Result<T> + Send>;

/// Runs what `prepare` returns on a thread where it may block. `prepare` itself judges the arguments, at once and on
/// the JavaScript thread; what it refuses rejects the promise, and so does a panic of the work.
pub(super) fn off_thread<T: Serialize + 'static, W>(
    env: &Env,
    prepare: impl FnOnce() -> Result<W>,
) -> Result<Promise<'_>>
where
    W: FnOnce() -> error::Result<T> + Send + 'static,
{
    answered(env, prepare, |value| Answer::new(&value))
}

/// The same for a value that becomes an answer in a way of its own.
pub(super) fn answered<T: 'static, W>(
    env: &Env,
    prepare: impl FnOnce() -> Result<W>,
    answer: fn(T) -> Result<Answer>,
) -> Result<Promise<'_>>
where
    W: FnOnce() -> error::Result<T> + Send + 'static,
{
    let work = prepare()
        .map(|work| -> Work { Box::new(move || work().map_err(to_node).and_then(answer)) });
    promise(env, begin(work))
}

async fn begin(work: Result<Work>) -> Result<Answer> {
    let work = work?;
    let _turn = TURNS.acquire().await;
    answer_of(start(work).await)
}

/// Begins with the work, on a thread of its own.
pub(super) fn start<T: Send + 'static>(work: Work<T>) -> JoinHandle<Result<T>> {
    spawn_blocking(work)
}

/// What became of the work.
pub(super) fn answer_of<T>(ended: std::result::Result<Result<T>, JoinError>) -> Result<T> {
    ended.unwrap_or_else(|failed| Err(Error::new(Status::GenericFailure, failed.to_string())))
}

/// The error that a program in Node sees.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
pub(super) fn to_node(error: error::Error) -> Error {
    let status = if error.is_cancelled() {
        Status::Cancelled
    } else if error.is_invalid() {
        Status::InvalidArg
    } else {
        Status::GenericFailure
    };
    Error::new(status, error.to_string())
}
