//! Long lists, which JavaScript gets in pieces: thousands of objects made at once would hold up everybody else in the
//! process.
//!
//! A piece goes over as JSON, and is parsed in a turn of the event loop of its own: V8 makes objects from JSON in half of
//! the time that they take property by property. The last piece comes with the rest of the answer.

use std::io;
use std::time::Duration;

use napi::bindgen_prelude::{FnArgs, FromNapiValue, Function, FunctionRef, Unknown};
use napi::threadsafe_function::{ThreadsafeFunction, UnknownReturnValue};
use napi::{Env, Result, Status};
use serde::Serialize;

use crate::binding::promise::json;

/// How many objects are made in one turn: a millisecond's work.
const PIECE: usize = 250;

/// How long a piece waits behind the one before. Node takes all that is there in one turn, also what comes meanwhile: it
/// must not be there.
const PAUSE: Duration = Duration::from_millis(1);

/// Keeps the pieces that it is given, and at last puts all of them into the rest of the answer.
const COLLECT: &str = "(() => {
    const threads = [];
    return (piece, rest) => {
        for (const one of JSON.parse(piece)) threads.push(one);
        return rest && Object.assign(JSON.parse(rest), { threads });
    };
})()";

/// A piece, and the rest of the answer when it is the last one.
type Piece = FnArgs<(String, String)>;

/// `collect(piece, rest)`, called from any thread. It keeps no process alive.
type Collect = ThreadsafeFunction<Piece, UnknownReturnValue, Piece, Status, false, true>;

/// A list as JSON, in pieces.
#[derive(Default)]
pub(super) struct Pieces(Vec<String>);

impl Pieces {
    /// The pieces of a list.
    pub(super) fn new<T: Serialize>(mut list: impl Iterator<Item = T>) -> io::Result<Self> {
        let mut pieces = Self::default();
        loop {
            let piece: Vec<T> = list.by_ref().take(PIECE).collect();
            if piece.is_empty() {
                return Ok(pieces);
            }
            pieces.push(&piece)?;
        }
    }

    /// Adds a piece, of no more than a millisecond's work.
    pub(super) fn push<T: Serialize>(&mut self, piece: &[T]) -> io::Result<()> {
        if !piece.is_empty() {
            self.0.push(json(&piece)?);
        }
        Ok(())
    }
}

/// The end of a list's way that any thread may hold.
pub(super) struct Sender(Collect);

/// The end of its way in JavaScript.
pub(super) struct Receiver(FunctionRef<Piece, Unknown<'static>>);

/// The way of one list to JavaScript.
pub(super) fn way(env: Env) -> Result<(Sender, Receiver)> {
    let collect: Unknown<'_> = env.run_script(COLLECT)?;
    let sends: Function<'_, Piece, UnknownReturnValue> = Function::from_unknown(collect)?;
    let receives: Function<'_, Piece, Unknown<'static>> = Function::from_unknown(collect)?;
    Ok((
        Sender(sends.build_threadsafe_function().weak::<true>().build()?),
        Receiver(receives.create_ref()?),
    ))
}

impl Sender {
    /// Hands over all pieces but the last, which it gives back; a piece waits until the one before has arrived. `go_on`
    /// is asked before each.
    pub(super) async fn send(
        self,
        pieces: Pieces,
        go_on: impl Fn() -> Result<()>,
    ) -> Result<String> {
        let mut pieces = pieces.0.into_iter();
        let Some(mut last) = pieces.next() else { return Ok("[]".to_owned()) };
        for next in pieces {
            go_on()?;
            let piece = std::mem::replace(&mut last, next);
            self.0.call_async_catch(FnArgs::from((piece, String::new()))).await?;
            tokio::time::sleep(PAUSE).await;
        }
        Ok(last)
    }
}

impl Receiver {
    /// The answer with the whole list in it.
    pub(super) fn finish(self, env: &Env, last: String, rest: String) -> Result<Unknown<'_>> {
        self.0.borrow_back(env)?.call(FnArgs::from((last, rest)))
    }
}
