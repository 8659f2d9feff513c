//! The functions that Node calls: plain objects in and out, all work on threads of their own.
//!
//! Nothing is computed here. Each function names its arguments, hands them to the core, and turns the answer into
//! objects; `null` means that there is none, and a rejection says what could not be done, with a `code` of
//! `InvalidArg`, `Cancelled` or `GenericFailure`.

#![expect(
    unreachable_pub,
    reason = "what Node calls is exported by the macro, which wants it public"
)]

mod answer;
mod argument;
mod bill;
mod binary;
mod blocking;
mod document;
mod events;
mod home;
mod json;
mod pieces;
mod places;
mod pool;
mod prices;
mod promise;
mod records;
mod threads;
mod usage;
mod watching;
mod wrapper;
