//! napi, with one type of future for all exports.
//!
//! napi-derive hands each `async fn` to `execute_tokio_future_with_finalize_callback`, which is generic in the future,
//! in its answer and in what makes a value of JavaScript of it: tokio's task and napi's promise were compiled for each
//! of thirty exports, half a megabyte of the addon. The files of this folder import this module as `napi`, so that the
//! code of the macro calls the function below, which hands over a boxed future of a boxed answer.

pub use ::napi::*;

/// The prelude that the macro's code names.
pub mod bindgen_prelude {
    use std::any::Any;
    use std::pin::Pin;

    pub use ::napi::bindgen_prelude::*;
    use ::napi::sys::{napi_env, napi_value};

    type Answer = Box<dyn Any + Send>;
    type Settle = Box<dyn FnOnce(napi_env, Answer) -> Result<napi_value>>;
    type Finalize = Box<dyn FnOnce(napi_env)>;

    /// Polls a future on tokio, and settles a promise with what `resolver` makes of its answer.
    ///
    /// # Errors
    ///
    /// When JavaScript cannot be given a promise.
    #[inline]
    pub fn execute_tokio_future_with_finalize_callback<T: Send + 'static>(
        env: napi_env,
        future: impl Future<Output = Result<T>> + Send + 'static,
        resolver: impl FnOnce(napi_env, T) -> Result<napi_value> + 'static,
        finalize: Option<Finalize>,
    ) -> Result<napi_value> {
        let future = async move { future.await.map(|answer| Box::new(answer) as Answer) };
        let settle = move |env, answer: Answer| match answer.downcast() {
            Ok(answer) => resolver(env, *answer),
            Err(_) => Err(Error::new(Status::GenericFailure, "the answer is of another call")),
        };
        execute(env, Box::pin(future), Box::new(settle), finalize)
    }

    fn execute(
        env: napi_env,
        future: Pin<Box<dyn Future<Output = Result<Answer>> + Send>>,
        settle: Settle,
        finalize: Option<Finalize>,
    ) -> Result<napi_value> {
        ::napi::bindgen_prelude::execute_tokio_future_with_finalize_callback(
            env, future, settle, finalize,
        )
    }
}
