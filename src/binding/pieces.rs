//! Long lists, which JavaScript gets in pieces: thousands of objects made at once would hold up everybody else in the
//! process. Each piece is parsed in a turn of the event loop of its own, and the last one comes with the rest of the
//! answer.

use std::cell::RefCell;
use std::io;

use napi::bindgen_prelude::{FnArgs, Function, Unknown};
use napi::{Env, Error, Result};
use serde::Serialize;

use crate::binding::pool::Pool;
use crate::binding::promise::{Answer, Promise, Work, json, parse, promise};
use crate::codec::{Packed, pack, unpack};

/// How many objects are made in one turn: a millisecond's work.
const PIECE: usize = 100;

/// How many times larger a piece is as JSON, at most: a text that grows while it is written is copied again and again.
const MOST_LARGER: usize = 8;

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
    /// The first piece as JSON, and the rest where there is no other.
    first: String,
    left: std::vec::IntoIter<Piece>,
    /// As JSON.
    rest: String,
    go_on: GoOn,
    /// Where the other pieces are made: where the answer was, so that they take the memory that it has left.
    pool: &'static Pool,
}

/// A piece of a list that waits for its turn, packed: as JSON it is several times as long.
struct Piece {
    packed: Box<[u8]>,
    write: fn(&[u8], &mut Vec<u8>) -> io::Result<()>,
}

/// A list that is being cut.
#[derive(Default)]
pub(super) struct Cutter(Vec<Piece>);

impl Cutter {
    /// Adds a piece, of no more than a millisecond's work.
    pub(super) fn push<T: Packed + Serialize>(&mut self, piece: &Vec<T>) {
        if !piece.is_empty() {
            let packed = pack(piece).into_boxed_slice();
            self.0.push(Piece { packed, write: write_unpacked::<T> });
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
    pub(super) fn finish(
        self,
        rest: &impl Serialize,
        go_on: GoOn,
        pool: &'static Pool,
    ) -> io::Result<Pieces> {
        let mut left = self.0.into_iter();
        let (first, rest) = (left.next(), json(rest)?);
        let first = text(first.as_ref(), (left.len() == 0).then_some(&rest))?;
        Ok(Pieces { first, left, rest, go_on, pool })
    }
}

fn write_unpacked<T: Packed + Serialize>(packed: &[u8], text: &mut Vec<u8>) -> io::Result<()> {
    let piece: Vec<T> = unpack(packed).ok_or(io::ErrorKind::InvalidData)?;
    Ok(serde_json::to_writer(text, &piece)?)
}

impl Pieces {
    /// A promise of the whole answer.
    pub(super) fn collect(mut self, env: &Env) -> Result<Unknown<'_>> {
        let first = std::mem::take(&mut self.first);
        let first = parse(env, &first)?;
        let pieces = RefCell::new(self);
        let next: Next<'_> = env.create_function_from_closure("next", move |call| {
            let mut pieces = pieces.borrow_mut();
            let next = (pieces.go_on)().map(|()| pieces.next_later());
            promise(call.env, pieces.pool, next)
        })?;
        let collect: Collect<'_> = env.run_script(COLLECT)?;
        collect.call(FnArgs::from((first, next)))
    }

    /// The work of making the next piece.
    fn next_later(&mut self) -> Work {
        let piece = self.left.next();
        let rest = (self.left.len() == 0).then(|| self.rest.clone());
        Box::new(move || {
            let text = text(piece.as_ref(), rest.as_ref());
            text.map(Answer::Json).map_err(|failed| Error::from_reason(failed.to_string()))
        })
    }
}

/// `[piece]`, or `[piece, rest]`.
fn text(piece: Option<&Piece>, rest: Option<&String>) -> io::Result<String> {
    let length = piece.map_or(0, |piece| piece.packed.len() * MOST_LARGER);
    let mut text = Vec::with_capacity(length + rest.map_or(0, String::len));
    text.push(b'[');
    match piece {
        Some(Piece { packed, write }) => write(packed, &mut text)?,
        None => text.extend_from_slice(b"[]"),
    }
    if let Some(rest) = rest {
        text.push(b',');
        text.extend_from_slice(rest.as_bytes());
    }
    text.push(b']');
    String::from_utf8(text).map_err(|_| io::ErrorKind::InvalidData.into())
}
