//! The watch of JavaScript over a scan: the signal that stops it, and the function that is told how far it is.

use std::sync::Arc;
use std::time::Duration;

use napi::bindgen_prelude::{
    FnArgs, FromNapiValue, Function, JsObjectValue, JsValue, Object, Unknown,
};
use napi::threadsafe_function::{ThreadsafeFunction, UnknownReturnValue};
use napi::{Env, Result, Status, ValueType};
use napi_derive::napi;
use tokio::time::timeout;

use crate::binding::answer::count;
use crate::binding::argument::{Expected, Given};
use crate::binding::runtime::{Answer, Work, answered, bill, erased, panicked};
use crate::binding::scalar::{a, refused};
use crate::error;
use crate::index::reading::progress::{Progress, Watch};

/// A function that is called from any thread. It keeps no process alive.
type Callback<T> = ThreadsafeFunction<T, UnknownReturnValue, T, Status, false, true>;

/// `signal.addEventListener("abort", listener)`.
type Listen<'a> = Function<'a, FnArgs<(&'a str, Function<'a, (), ()>)>, ()>;

/// `signal.removeEventListener.bind(signal, "abort", listener)`.
type Bind<'a> = Function<
    'a,
    FnArgs<(Object<'a>, &'a str, Function<'a, (), ()>)>,
    Function<'a, (), UnknownReturnValue>,
>;

/// The interval at which a scan reports its progress.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

/// The progress of a scan.
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

/// An `AbortSignal` that ends a scan.
pub struct AbortSignal {
    watch: Arc<Watch>,
    /// Stops listening; nothing where the signal was aborted already.
    unlisten: Option<Callback<()>>,
}

/// A function that is told how far a scan is.
pub struct OnProgress(Callback<ScanProgress>);

impl Expected for AbortSignal {
    type Held = std::result::Result<Self, &'static str>;

    fn hold(value: Unknown<'_>) -> Result<Self::Held> {
        let kind = value.get_type()?;
        if kind != ValueType::Object {
            return Ok(Err(a(kind)));
        }
        let signal = Object::from_unknown(value)?;
        if !is_signal(&signal)? {
            return Ok(Err(a(kind)));
        }
        Self::listen(signal).map(Ok)
    }
}

fn is_signal(object: &Object<'_>) -> Result<bool> {
    let is = |name: &str, kind: ValueType| -> Result<bool> {
        let value: Option<Unknown<'_>> = object.get(name)?;
        Ok(value.is_some_and(|value| value.get_type().is_ok_and(|is| is == kind)))
    };
    Ok(is("aborted", ValueType::Boolean)?
        && is("addEventListener", ValueType::Function)?
        && is("removeEventListener", ValueType::Function)?)
}

impl AbortSignal {
    /// Listens to `signal` beside whoever else does.
    fn listen(signal: Object<'_>) -> Result<Self> {
        let watch = Arc::new(Watch::default());
        if signal.get::<bool>("aborted")?.unwrap_or(false) {
            watch.cancel();
            return Ok(Self { watch, unlisten: None });
        }
        let heard = Arc::clone(&watch);
        let env = Env::from_raw(signal.value().env);
        let listener = env.create_function_from_closure::<(), (), _>("onAbort", move |_| {
            heard.cancel();
            Ok(())
        })?;
        let remove: Function<'_> = signal.get_named_property("removeEventListener")?;
        let bind: Bind<'_> = remove.get_named_property("bind")?;
        let unlisten = bind.apply(remove, FnArgs::from((signal, "abort", listener)))?;
        let unlisten = unlisten.build_threadsafe_function().weak::<true>().build()?;
        let listen: Listen<'_> = signal.get_named_property("addEventListener")?;
        listen.apply(signal, FnArgs::from(("abort", listener)))?;
        Ok(Self { watch, unlisten: Some(unlisten) })
    }
}

impl Expected for OnProgress {
    type Held = std::result::Result<Self, &'static str>;

    fn hold(value: Unknown<'_>) -> Result<Self::Held> {
        let kind = value.get_type()?;
        if kind != ValueType::Function {
            return Ok(Err(a(kind)));
        }
        let function: Function<'_, ScanProgress, UnknownReturnValue> =
            Function::from_unknown(value)?;
        Ok(Ok(Self(function.build_threadsafe_function().weak::<true>().build()?)))
    }
}

/// Does the work of a bill while JavaScript watches it. `prepare` judges the other arguments.
pub(super) async fn scan<T, W>(
    signal: Option<Given<AbortSignal>>,
    on_progress: Option<Given<OnProgress>>,
    prepare: impl FnOnce(Arc<Watch>) -> Result<W>,
) -> Result<T>
where
    T: Send + 'static,
    W: FnOnce() -> error::Result<T> + Send + 'static,
{
    let signal = signal.map(Given::signal).transpose()?;
    let watch = signal.as_ref().map_or_else(Arc::default, |signal| Arc::clone(&signal.watch));
    let judged = on_progress.map(Given::function).transpose();
    let judged = judged.and_then(|report| Ok((report, erased(prepare(Arc::clone(&watch))?))));
    answered(listened(signal, watch, judged)).await
}

/// Does the work, if it was judged well, and listens to the signal no longer than that.
async fn listened(
    signal: Option<AbortSignal>,
    watch: Arc<Watch>,
    judged: Result<(Option<OnProgress>, Work)>,
) -> Result<Answer> {
    let ended = match judged {
        Ok((report, work)) => reported(report, &watch, work).await,
        Err(refused) => Err(refused),
    };
    // A signal may live as long as the program, and hear of many scans.
    if let Some(unlisten) = signal.and_then(|signal| signal.unlisten) {
        // Where it cannot be called there is no JavaScript left.
        let _ = unlisten.call_async_catch(()).await;
    }
    ended
}

/// Does the work, and reports meanwhile how far it is. An exception of `report` ends the scan, and is the error.
async fn reported(report: Option<OnProgress>, watch: &Watch, work: Work) -> Result<Answer> {
    let Some(OnProgress(report)) = report else { return bill(work).await };
    let mut work = tokio::spawn(bill(work));
    loop {
        let progress = scan_progress(watch.progress());
        if let Err(thrown) = report.call_async_catch(progress).await {
            watch.cancel();
            let _cancelled = work.await;
            return Err(thrown);
        }
        if let Ok(ended) = timeout(PROGRESS_INTERVAL, &mut work).await {
            return ended.map_err(|panic| panicked(&panic))?;
        }
    }
}

impl Given<AbortSignal> {
    fn signal(self) -> Result<AbortSignal> {
        self.held().map_err(|given| refused("signal", "an AbortSignal", &given))
    }
}

impl Given<OnProgress> {
    fn function(self) -> Result<OnProgress> {
        self.held().map_err(|given| refused("onProgress", "a function", &given))
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
