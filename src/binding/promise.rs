//! What Node gets: answers, and the one type of promise that they come with.
//!
//! An answer is made where the work is done, as a JSON text, and one `JSON.parse` makes it a value of JavaScript: sooner
//! than property by property, and by the same few instructions for all types. What napi does around a promise is compiled
//! anew for every type of value too, so there is one.

#![expect(
    unsafe_code,
    reason = "napi declares the conversion of a value `unsafe`; what is done with it here is not"
)]

use std::any::Any;
use std::io;
use std::panic::{self, AssertUnwindSafe};

use napi::bindgen_prelude::{
    Buffer, FnArgs, Function, JsObjectValue, JsValue, Object, PromiseRaw, ToNapiValue, Unknown,
};
use napi::{Env, Error, JsDeferred, JsString, Result, Status, sys};
use serde::Serialize;

use crate::binding::pieces::Pieces;
use crate::binding::pool::Pool;
use crate::binding::records::RolloutRecord;

/// A promise of whatever the `ts_return_type` of its function says.
pub type Promise<'env> = PromiseRaw<'env, Unknown<'env>>;

/// What is resolved.
pub enum Answer {
    /// `undefined`.
    Nothing,
    /// Anything that is written as JSON.
    Json(String),
    /// Buffers.
    Bytes(Vec<Vec<u8>>),
    /// Texts of any length: V8 would read each of their characters to parse them, and just copies them so.
    Records(Vec<RolloutRecord>),
    /// An answer with a long list in it.
    Pieces(Pieces),
}

/// Work that may block.
pub(super) type Work = Box<dyn FnOnce() -> Result<Answer> + Send>;

/// Makes the answer on the JavaScript thread.
type Resolver = Box<dyn FnOnce(Env) -> Result<Answer>>;

/// `JSON.parse(text)`.
type Parse<'env> = Function<'env, FnArgs<(JsString<'env>,)>, Unknown<'env>>;

impl Answer {
    /// An answer of whatever type; `None` becomes `null`.
    pub(super) fn new(value: &impl Serialize) -> Result<Self> {
        json(value).map(Self::Json).map_err(|failed| Error::from_reason(failed.to_string()))
    }

    fn convert(self, env: &Env) -> Result<Unknown<'_>> {
        match self {
            Self::Nothing => ().into_unknown(env),
            Self::Json(text) => parse(env, &text),
            Self::Bytes(pieces) => {
                let buffers: Vec<Buffer> = pieces.into_iter().map(Buffer::from).collect();
                buffers.into_unknown(env)
            }
            Self::Records(records) => records.into_unknown(env),
            Self::Pieces(pieces) => pieces.collect(env),
        }
    }
}

impl ToNapiValue for Answer {
    unsafe fn to_napi_value(env: sys::napi_env, answer: Self) -> Result<sys::napi_value> {
        answer.convert(&Env::from_raw(env)).map(|value| value.raw())
    }
}

/// A value as JSON.
pub(super) fn json(value: &impl Serialize) -> io::Result<String> {
    Ok(serde_json::to_string(value)?)
}

/// JavaScript's value of a JSON text.
pub(super) fn parse<'env>(env: &'env Env, text: &str) -> Result<Unknown<'env>> {
    // A text that is ASCII is copied as it is; another one is decoded, which takes longer than to parse it.
    let text =
        if text.is_ascii() { env.create_string_latin1(text) } else { env.create_string(text) };
    let json: Object<'_> = env.get_global()?.get_named_property("JSON")?;
    let parse: Parse<'_> = json.get_named_property("parse")?;
    parse.call(FnArgs::from((text?,)))
}

/// A promise of what the work results in. An error in place of it rejects the promise, and so does a panic.
pub(super) fn promise<'env>(
    env: &Env,
    pool: &'static Pool,
    work: Result<Work>,
) -> Result<Promise<'env>> {
    let (deferred, promise) = env.create_deferred::<Answer, Resolver>()?;
    match work {
        Ok(work) => pool.run(Call { work, deferred }),
        Err(refused) => deferred.reject(refused),
    }
    Ok(PromiseRaw::new(env.raw(), promise.raw()))
}

/// Work, and the promise of what it results in.
pub(super) struct Call {
    work: Work,
    deferred: JsDeferred<Answer, Resolver>,
}

impl Call {
    /// Does the work.
    pub(super) fn answer(self) {
        let Self { work, deferred } = self;
        let ended = panic::catch_unwind(AssertUnwindSafe(work));
        match ended.unwrap_or_else(|payload| Err(panicked(payload.as_ref()))) {
            Ok(answer) => deferred.resolve(Box::new(|_| Ok(answer))),
            Err(failed) => deferred.reject(failed),
        }
    }

    /// Says that the work cannot be done.
    pub(super) fn refuse(self, reason: &io::Error) {
        let reason = format!("cannot start a thread: {reason}");
        self.deferred.reject(Error::new(Status::GenericFailure, reason));
    }
}

fn panicked(payload: &(dyn Any + Send)) -> Error {
    let text = payload.downcast_ref::<&str>().copied();
    let message = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let reason = format!("the work panicked: {}", message.unwrap_or("it did not say why"));
    Error::new(Status::GenericFailure, reason)
}
