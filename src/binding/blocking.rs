//! Runs work off the JavaScript thread, and says its errors in Node's terms.

use napi::{Env, Error, Result, Status};
use serde::Serialize;

use crate::binding::pool::QUESTIONS;
use crate::binding::promise::{Answer, Promise, Work, promise};
use crate::error;

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
    promise(env, &QUESTIONS, work)
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
