//! The one type of promise that Node gets.
//!
//! What napi and tokio do around a promise is compiled anew for every type of future and of answer, 20 KB of machine
//! code each. So the types of all functions end in a box here.

use std::future::Future;
use std::pin::Pin;

use napi::bindgen_prelude::{PromiseRaw, ToNapiValue, Unknown};
use napi::{Env, Result};

/// A promise of whatever the `ts_return_type` of its function says.
pub type Promise<'env> = PromiseRaw<'env, Unknown<'env>>;

type Convert = dyn FnOnce(&Env) -> Result<Unknown<'_>> + Send;

/// A value for Node, of whatever type.
pub struct Answer(Box<Convert>);

impl Answer {
    /// A value that becomes one of JavaScript's when the promise is resolved.
    pub(super) fn new<T: ToNapiValue + Send + 'static>(value: T) -> Self {
        Self(Box::new(|env| value.into_unknown(env)))
    }

    /// JavaScript's value.
    pub(super) fn convert(self, env: &Env) -> Result<Unknown<'_>> {
        (self.0)(env)
    }
}

/// A promise of what the future results in.
pub(super) fn promise(
    env: &Env,
    future: impl Future<Output = Result<Answer>> + Send + 'static,
) -> Result<Promise<'_>> {
    spawn(env, Box::pin(future))
}

fn spawn(
    env: &Env,
    future: Pin<Box<dyn Future<Output = Result<Answer>> + Send>>,
) -> Result<Promise<'_>> {
    env.spawn_future_with_callback(future, |env, answer| answer.convert(env))
}
