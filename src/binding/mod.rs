//! The functions that Node calls: plain objects in and out, all work on threads that may block.
//!
//! Nothing is computed here. Each function names its arguments, hands them to the core, and turns the answer into
//! objects; `null` means that there is none, and a rejection says what could not be done, with a `code` of
//! `InvalidArg`, `Cancelled` or `GenericFailure`.
//!
//! # An export
//!
//! ```ignore
//! /// Says how many records a rollout has; `null` when it is not there.   (the comment becomes docs/api.md)
//! #[napi]
//! pub async fn count_records(
//!     rollout_path: Given<String>,               // `rolloutPath: string`
//!     options: Option<Given<HomeOptions>>,       // `options?: HomeOptions | undefined | null`
//! ) -> Result<Option<i64>> {                     // `Promise<number | null>`
//!     let path = rollout_path.path("rolloutPath")?;
//!     let home = home_of(options)?;
//!     blocking(move || core::count_records(&home, &path)).await
//! }
//! ```
//!
//! - Every argument, and every field of an object that is one, is a [`Given`](argument::Given), so that a wrong type
//!   rejects the promise with the argument's name. Such an object is `#[napi(object, object_to_js = false)]`, and
//!   `impl Fields`.
//! - An answer is `#[napi(object, object_from_js = false, use_nullable = true)]`: an `Option` field is `T | null`. In a
//!   list write `Vec<Either<T, Null>>`. A union of names keeps its `ts_type`.
//! - An answer with a list of all threads is `InTurns<T>`, so that the event loop goes on while it becomes objects.
//! - [`blocking`](runtime::blocking) does the work of a question, [`scan`](scan::scan) that of a bill, which may be
//!   stopped and watched.

#![expect(
    unreachable_pub,
    reason = "what Node calls is exported by the macro, which wants it public"
)]

mod answer;
mod argument;
mod bill;
mod binary;
mod erased;
mod events;
mod export;
mod home;
mod limits;
mod orchestrator;
mod places;
mod prices;
mod question;
mod records;
mod runtime;
mod scalar;
mod scan;
mod session;
mod threads;
mod titles;
mod turns;
mod usage;
mod wrapper;
