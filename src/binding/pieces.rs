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
use crate::packed::{Packed, pack, unpack};

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

/// A list in pieces, and the rest of the answer that it belongs to.
pub struct Pieces {
    /// The first piece as JSON.
    first: String,
    left: std::vec::IntoIter<Piece>,
    /// As JSON.
    rest: String,
    go_on: GoOn,
}

/// A piece of a list that waits for its turn, packed: as JSON it is five times as long.
struct Piece {
    packed: Vec<u8>,
    json: fn(&[u8]) -> io::Result<String>,
}

/// A list that is being cut.
#[derive(Default)]
pub(super) struct Cutter(Vec<Piece>);

impl Cutter {
    /// Adds a piece, of no more than a millisecond's work.
    pub(super) fn push<T: Packed + Serialize>(&mut self, piece: &Vec<T>) {
        if !piece.is_empty() {
            self.0.push(Piece { packed: pack(piece), json: unpacked_json::<T> });
        }
    }

    /// Adds a whole list.
    pub(super) fn extend<T: Packed + Serialize>(&mut self, mut list: impl Iterator<Item = T>) {
        loop {
            let piece: Vec<T> = list.by_ref().take(PIECE).collect();
            if piece.is_empty() {
                return;
            }
            self.push(&piece);
        }
    }

    /// The answer, whose `threads` will be this list.
    pub(super) fn finish(self, rest: &impl Serialize, go_on: GoOn) -> io::Result<Pieces> {
        let mut left = self.0.into_iter();
        let first = left.next().map_or_else(|| Ok("[]".to_owned()), |piece| piece.json())?;
        Ok(Pieces { first, left, rest: json(rest)?, go_on })
    }
}

impl Piece {
    fn json(&self) -> io::Result<String> {
        (self.json)(&self.packed)
    }
}

fn unpacked_json<T: Packed + Serialize>(packed: &[u8]) -> io::Result<String> {
    let piece: Vec<T> = unpack(packed).ok_or(io::ErrorKind::InvalidData)?;
    json(&piece)
}

impl Pieces {
    /// A promise of the whole answer.
    pub(super) fn collect(mut self, env: &Env) -> Result<Unknown<'_>> {
        let first = std::mem::take(&mut self.first);
        let first = parse(env, with_rest(&first, self.rest_behind_last()))?;
        let pieces = RefCell::new(self);
        let next: Next<'_> = env.create_function_from_closure("next", move |call| {
            let mut pieces = pieces.borrow_mut();
            let next = (pieces.go_on)().map(|()| pieces.next_later());
            promise(call.env, &QUESTIONS, next)
        })?;
        let collect: Collect<'_> = env.run_script(COLLECT)?;
        collect.call(FnArgs::from((first, next)))
    }

    /// The work of making the next piece.
    fn next_later(&mut self) -> Work {
        let piece = self.left.next();
        let rest = self.rest_behind_last().map(str::to_owned);
        Box::new(move || {
            thread::sleep(PAUSE);
            let json = piece.map_or_else(|| Ok("[]".to_owned()), |piece| piece.json());
            Ok(Answer::Json(with_rest(&json?, rest.as_deref())))
        })
    }

    /// The rest of the answer, once there is no other piece.
    fn rest_behind_last(&self) -> Option<&str> {
        (self.left.len() == 0).then_some(self.rest.as_str())
    }
}

/// `[piece]`, or `[piece, rest]`.
fn with_rest(piece: &str, rest: Option<&str>) -> String {
    rest.map_or_else(|| format!("[{piece}]"), |rest| format!("[{piece},{rest}]"))
}
