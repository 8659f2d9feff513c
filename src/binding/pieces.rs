//! Long lists, which JavaScript gets in pieces: thousands of objects made at once would hold up everybody else in the
//! process. Each piece is parsed in a turn of the event loop of its own, and the last one comes with the rest of the
//! answer.

use std::cell::RefCell;
use std::io;
use std::thread;
use std::time::Duration;

use napi::bindgen_prelude::{FnArgs, Function, Unknown};
use napi::{Env, Result};
use serde::Serialize;

use crate::binding::pool::QUESTIONS;
use crate::binding::promise::{Answer, Promise, Work, json, parse, promise};

/// How many objects are made in one turn: a millisecond's work.
const PIECE: usize = 250;

/// How long a piece waits behind the one before. Node takes all that is there in one turn, also what comes meanwhile: it
/// must not be there.
const PAUSE: Duration = Duration::from_millis(1);

/// Asks for one piece after the other, and puts all of them into the rest of the answer.
const COLLECT: &str = "(async ([piece, rest], next) => {
    const threads = [];
    for (;;) {
        for (const one of piece) threads.push(one);
        if (rest) return Object.assign(rest, { threads });
        [piece, rest] = await next();
    }
})";

/// `collect(first, next)`.
type Collect<'env> = Function<'env, FnArgs<(Unknown<'env>, Next<'env>)>, Unknown<'env>>;

/// `next()`, a promise of the next piece.
type Next<'env> = Function<'env, (), Promise<'env>>;

/// Whether JavaScript shall get another piece.
pub(super) type GoOn = Box<dyn Fn() -> Result<()> + Send>;

/// A list as JSON, in pieces, and the rest of the answer that it belongs to.
pub struct Pieces {
    left: std::vec::IntoIter<String>,
    rest: String,
    go_on: GoOn,
}

/// A list that is being cut.
#[derive(Default)]
pub(super) struct Cutter(Vec<String>);

impl Cutter {
    /// Adds a piece, of no more than a millisecond's work.
    pub(super) fn push<T: Serialize>(&mut self, piece: &[T]) -> io::Result<()> {
        if !piece.is_empty() {
            self.0.push(json(&piece)?);
        }
        Ok(())
    }

    /// Adds a whole list.
    pub(super) fn extend<T: Serialize>(
        &mut self,
        mut list: impl Iterator<Item = T>,
    ) -> io::Result<()> {
        loop {
            let piece: Vec<T> = list.by_ref().take(PIECE).collect();
            if piece.is_empty() {
                return Ok(());
            }
            self.push(&piece)?;
        }
    }

    /// The answer, whose `threads` will be this list.
    pub(super) fn finish(self, rest: &impl Serialize, go_on: GoOn) -> io::Result<Pieces> {
        Ok(Pieces { left: self.0.into_iter(), rest: json(rest)?, go_on })
    }
}

impl Pieces {
    /// A promise of the whole answer.
    pub(super) fn collect(mut self, env: &Env) -> Result<Unknown<'_>> {
        let first = parse(env, self.next())?;
        let pieces = RefCell::new(self);
        let next: Next<'_> = env.create_function_from_closure("next", move |call| {
            let mut pieces = pieces.borrow_mut();
            let next = (pieces.go_on)().map(|()| pieces.next_later());
            promise(call.env, &QUESTIONS, next)
        })?;
        let collect: Collect<'_> = env.run_script(COLLECT)?;
        collect.call(FnArgs::from((first, next)))
    }

    /// `[piece]`, or `[piece, rest]` with the last one.
    fn next(&mut self) -> String {
        let piece = self.left.next();
        let piece = piece.as_deref().unwrap_or("[]");
        if self.left.len() == 0 { format!("[{piece},{}]", self.rest) } else { format!("[{piece}]") }
    }

    fn next_later(&mut self) -> Work {
        let json = self.next();
        Box::new(|| {
            thread::sleep(PAUSE);
            Ok(Answer::Json(json))
        })
    }
}
