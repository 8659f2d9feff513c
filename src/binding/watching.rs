//! How JavaScript watches a scan: the signal that stops it, and the function that is told how far it is.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::Duration;

use napi::bindgen_prelude::{
    FnArgs, FromNapiValue, Function, FunctionRef, JsObjectValue, Object, ObjectRef, Unknown,
};
use napi::threadsafe_function::{
    ThreadsafeFunction, ThreadsafeFunctionCallMode, UnknownReturnValue,
};
use napi::{Env, Error, Result, Status, ValueType};
use napi_derive::napi;

use crate::binding::answer::count;
use crate::binding::argument::{a, refused};
use crate::index::reading::progress::{Progress, Watch};

/// `signal.addEventListener(event, listener)`, and `removeEventListener`.
type Listen<'a> = Function<'a, FnArgs<(&'a str, Function<'a, (), ()>)>, ()>;

/// `onProgress(progress)`, called from any thread. It keeps no process alive.
type OnProgress = ThreadsafeFunction<
    FnArgs<(ScanProgress,)>,
    UnknownReturnValue,
    FnArgs<(ScanProgress,)>,
    Status,
    false,
    true,
>;

/// How far a scan is.
#[napi(object)]
pub struct ScanProgress {
    /// Rollouts that were read.
    pub files_done: i64,
    /// Rollouts to read.
    pub files_total: i64,
    /// Bytes that were read.
    pub bytes_done: i64,
    /// Bytes to read.
    pub bytes_total: i64,
}

/// The listener that ends a scan when a signal is aborted.
pub(super) struct Stopper {
    signal: ObjectRef<false>,
    listener: FunctionRef<(), ()>,
}

impl Stopper {
    /// Listens to `signal` beside whoever else does; ends the scan at once if it is aborted already.
    pub(super) fn new(env: Env, signal: Unknown<'_>, watch: &Arc<Watch>) -> Result<Option<Self>> {
        const WHAT: &str = "an AbortSignal";
        let signal = match signal.get_type()? {
            ValueType::Undefined | ValueType::Null => return Ok(None),
            ValueType::Object => Object::from_unknown(signal)?,
            other => return Err(refused("signal", WHAT, &a(other))),
        };
        let is = |name: &str, kind: ValueType| -> Result<bool> {
            let value: Option<Unknown<'_>> = signal.get(name)?;
            Ok(value.is_some_and(|value| value.get_type().is_ok_and(|is| is == kind)))
        };
        if !is("aborted", ValueType::Boolean)?
            || !is("addEventListener", ValueType::Function)?
            || !is("removeEventListener", ValueType::Function)?
        {
            return Err(refused("signal", WHAT, &a(ValueType::Object)));
        }
        if signal.get::<bool>("aborted")?.unwrap_or(false) {
            watch.cancel();
            return Ok(None);
        }
        let watch = Arc::clone(watch);
        let listener = env.create_function_from_closure::<(), (), _>("onAbort", move |_| {
            watch.cancel();
            Ok(())
        })?;
        let kept = listener.create_ref()?;
        let listen: Listen<'_> = signal.get_named_property("addEventListener")?;
        listen.apply(signal, FnArgs::from(("abort", listener)))?;
        Ok(Some(Self { signal: signal.create_ref()?, listener: kept }))
    }

    /// Stops listening: a signal may live as long as the program, and hear of many scans.
    pub(super) fn remove(self, env: Env) -> Result<()> {
        let signal = self.signal.get_value(&env)?;
        let listener = self.listener.borrow_back(&env)?;
        let unlisten: Listen<'_> = signal.get_named_property("removeEventListener")?;
        unlisten.apply(signal, FnArgs::from(("abort", listener)))?;
        self.signal.unref(&env)
    }
}

/// Tells a function how far a scan is.
pub(super) struct Reporter {
    function: OnProgress,
    thrown: Arc<Mutex<Option<Error>>>,
    /// Calls that the function has not returned from.
    pending: Arc<AtomicUsize>,
}

/// How often a scan reports its progress.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

/// How long the end of a scan waits for the function to return, in milliseconds: JavaScript may be busy.
const PATIENCE_MS: u32 = 1_000;

impl Reporter {
    /// A reporter to `function`, where there is one.
    pub(super) fn new(function: Unknown<'_>) -> Result<Option<Self>> {
        let function = match function.get_type()? {
            ValueType::Undefined | ValueType::Null => return Ok(None),
            ValueType::Function => {
                Function::<'_, FnArgs<(ScanProgress,)>, UnknownReturnValue>::from_unknown(function)?
            }
            other => return Err(refused("onProgress", "a function", &a(other))),
        };
        let function = function.build_threadsafe_function().weak::<true>().build()?;
        Ok(Some(Self { function, thrown: Arc::default(), pending: Arc::default() }))
    }

    /// Calls the function, some time soon.
    fn report(&self, progress: Progress) {
        let thrown = Arc::clone(&self.thrown);
        let pending = Arc::clone(&self.pending);
        pending.fetch_add(1, Ordering::Relaxed);
        self.function.call_with_return_value(
            FnArgs::from((scan_progress(progress),)),
            ThreadsafeFunctionCallMode::NonBlocking,
            move |returned, _| {
                // Without this the exception would be nobody's, and end the process.
                if let Err(error) = returned {
                    thrown.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                }
                pending.fetch_sub(1, Ordering::Release);
                Ok(())
            },
        );
    }

    /// Calls the function again and again; ends the scan when it throws.
    fn report_while(&self, is_working: &AtomicBool, watch: &Watch) {
        loop {
            thread::park_timeout(PROGRESS_INTERVAL);
            if !is_working.load(Ordering::Relaxed) {
                return;
            }
            if self.has_thrown() {
                watch.cancel();
                return;
            }
            self.report(watch.progress());
        }
    }

    /// Waits until the function has returned from every call, so that nothing it throws is lost.
    fn settle(&self) {
        for _ in 0..PATIENCE_MS {
            if self.pending.load(Ordering::Acquire) == 0 {
                return;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn has_thrown(&self) -> bool {
        self.lock().is_some()
    }

    /// What the function has thrown.
    fn thrown(&self) -> Option<Error> {
        self.lock().take()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Error>> {
        self.thrown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does the work of a scan, and reports meanwhile from another thread how far it is. What the reporter's function throws
/// ends the scan, and is the error.
pub(super) fn reporting<T>(
    reporter: Option<Reporter>,
    watch: &Watch,
    work: impl FnOnce() -> Result<T>,
) -> Result<T> {
    let Some(reporter) = reporter else { return work() };
    reporter.report(watch.progress());
    let is_working = AtomicBool::new(true);
    let ended = thread::scope(|scope| {
        // Where there is no other thread, nobody hears of the progress.
        let other = thread::Builder::new()
            .spawn_scoped(scope, || reporter.report_while(&is_working, watch))
            .map(|other| other.thread().clone());
        let _end = End { is_working: &is_working, other: other.ok() };
        work()
    });
    reporter.settle();
    reporter.thrown().map_or(ended, Err)
}

/// The end of work, also by a panic.
struct End<'w> {
    is_working: &'w AtomicBool,
    other: Option<Thread>,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.is_working.store(false, Ordering::Relaxed);
        if let Some(other) = &self.other {
            other.unpark();
        }
    }
}

fn scan_progress(progress: Progress) -> ScanProgress {
    ScanProgress {
        files_done: count(progress.files_done),
        files_total: count(progress.files_total),
        bytes_done: count(progress.bytes_done),
        bytes_total: count(progress.bytes_total),
    }
}
