//! The threads that calls are worked on, and the errors that they end with.
//!
//! The threads belong to the process, which may load this addon into many threads of JavaScript. napi polls each `async
//! fn` on its tokio runtime, which is made here; what blocks goes to tokio's blocking threads.

use std::any::Any;
use std::time::Duration;

use napi::{Error, Result, Status};
use tokio::runtime::Builder;
use tokio::sync::Semaphore;
use tokio::task::{self, JoinError};

use crate::error;

/// Threads that poll futures: they only pass work on to blocking threads and answers to JavaScript.
const WORKERS: usize = 1;

/// Questions that are worked on at once: fifty sessions that are asked for together wait for one look at the home, and
/// need not wait on fifty threads.
const MAX_QUESTIONS: usize = 16;

/// Bills of whole homes that are worked on at once. A first one of a huge home takes minutes: the others wait for a
/// permit, not on a thread that a question may need.
const MAX_BILLS: usize = 4;

/// The time that a thread waits for work: a program that asks every few seconds does not start one each time.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

static BILLS: Semaphore = Semaphore::const_new(MAX_BILLS);

#[napi_derive::module_init]
fn make_runtime() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .max_blocking_threads(MAX_QUESTIONS + MAX_BILLS)
        .thread_keep_alive(KEEP_ALIVE)
        .thread_name("ao-codex")
        .enable_time()
        .build();
    // Where no thread can be started napi makes a runtime of its own, or says that it cannot.
    if let Ok(runtime) = runtime {
        napi::bindgen_prelude::create_custom_tokio_runtime(runtime);
    }
}

/// Does a question's work on a thread where it may block. A panic rejects this one promise.
pub(super) fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> error::Result<T> + Send + 'static,
) -> impl Future<Output = Result<T>> + Send {
    answered(on_blocking_thread(erased(work)))
}

/// The answer to any call: tokio's tasks are compiled for one type of work, not for each export.
pub(super) type Answer = Box<dyn Any + Send>;

/// The work of any call.
pub(super) type Work = Box<dyn FnOnce() -> error::Result<Answer> + Send>;

/// The work of a call as that of any.
pub(super) fn erased<T: Send + 'static>(
    work: impl FnOnce() -> error::Result<T> + Send + 'static,
) -> Work {
    Box::new(move || work().map(|answer| Box::new(answer) as Answer))
}

/// The answer of [`erased`] work, as what it is.
pub(super) async fn answered<T: 'static>(
    answer: impl Future<Output = Result<Answer>> + Send,
) -> Result<T> {
    let other = |_| Error::new(Status::GenericFailure, "the answer is of another call");
    Ok(*answer.await?.downcast::<T>().map_err(other)?)
}

async fn on_blocking_thread(work: Work) -> Result<Answer> {
    let ended = task::spawn_blocking(work).await;
    ended.map_err(|panic| panicked(&panic))?.map_err(to_node)
}

/// Does the work of a bill, when fewer than [`MAX_BILLS`] others are being made.
pub(super) async fn bill(work: Work) -> Result<Answer> {
    let permit = BILLS.acquire().await;
    let done = on_blocking_thread(work).await;
    drop(permit);
    done
}

/// The error of work that did not end well.
pub(super) fn panicked(panic: &JoinError) -> Error {
    Error::new(Status::GenericFailure, panic.to_string())
}

/// The error that a program in Node sees.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn to_node(error: error::Error) -> Error {
    let status = if error.is_cancelled() {
        Status::Cancelled
    } else if error.is_invalid() {
        Status::InvalidArg
    } else {
        Status::GenericFailure
    };
    Error::new(status, error.to_string())
}
