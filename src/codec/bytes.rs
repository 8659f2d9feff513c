//! Encoder and decoder: bytes that values are added to, and taken from.

use std::sync::Arc;

use crate::codec::uuid::{ID_LENGTH, spell, uuid};

/// The number of texts that can be referred to: a search through them must stay cheap.
const MAX_REFERRED: usize = 64;

/// The marks before a text: of an id, a text that is spelled out, or (from 2 on) a reference.
const UUID: u64 = 0;
const SPELLED: u64 = 1;
const FIRST_REFERENCE: u64 = 2;

/// A value that can be encoded as bytes, and decoded.
pub trait Codec: Sized {
    /// Adds the value to the bytes.
    fn encode(&self, encoder: &mut Encoder);

    /// Takes the value from the front of the bytes; `None` when they are of something else.
    fn decode(decoder: &mut Decoder<'_>) -> Option<Self>;
}

/// The bytes of a value.
pub fn encode(value: &impl Codec) -> Vec<u8> {
    let mut encoder = Encoder::default();
    value.encode(&mut encoder);
    encoder.finish()
}

/// The value of bytes that [`encode`] gave.
#[must_use]
pub fn decode<T: Codec>(bytes: &[u8]) -> Option<T> {
    let mut decoder = Decoder::new(bytes);
    let value = T::decode(&mut decoder)?;
    decoder.bytes.is_empty().then_some(value)
}

/// Takes values and gives bytes.
#[derive(Debug, Default)]
pub struct Encoder {
    bytes: Vec<u8>,
    /// The offset at which the texts that can be referred to are spelled out.
    texts: Vec<(usize, usize)>,
}

impl Encoder {
    /// The bytes.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    /// Adds a number, seven bits a byte.
    pub fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.bytes.push(number.to_le_bytes()[0]);
    }

    /// Adds a number that is as often large as small.
    pub fn fixed(&mut self, number: u64) {
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }

    /// Adds bytes of any kind.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
    }

    /// Adds a text.
    pub fn text(&mut self, text: &str) {
        if let Some(id) = uuid(text) {
            self.number(UUID);
            self.bytes.extend_from_slice(&id);
            return;
        }
        let known =
            |&(start, end): &(usize, usize)| self.bytes.get(start..end) == Some(text.as_bytes());
        if let Some(at) = self.texts.iter().position(known) {
            self.number(FIRST_REFERENCE + at as u64);
            return;
        }
        self.number(SPELLED);
        self.number(text.len() as u64);
        let start = self.bytes.len();
        self.bytes.extend_from_slice(text.as_bytes());
        if self.texts.len() < MAX_REFERRED {
            self.texts.push((start, self.bytes.len()));
        }
    }
}

/// Takes bytes and gives values.
#[derive(Debug)]
pub struct Decoder<'b> {
    bytes: &'b [u8],
    /// The texts that can be referred to, and those among them that were shared.
    texts: Vec<(&'b str, Option<Arc<str>>)>,
}

/// A text as it is in the bytes.
enum Text<'b> {
    Id([u8; ID_LENGTH]),
    Spelled(&'b str),
    /// It is among those that can be referred to, in this place.
    Known(usize),
}

impl<'b> Decoder<'b> {
    fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(taken)
    }

    /// The values of some bytes.
    #[must_use]
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, texts: Vec::new() }
    }

    /// The number of bytes that are left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.bytes.len()
    }

    /// Takes a number.
    pub fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = *self.take(1)?.first()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// Takes a number that is as often large as small.
    pub fn fixed(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    /// Takes bytes of any kind.
    pub fn raw(&mut self) -> Option<&'b [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.take(length)
    }

    /// Takes a text. One that is referred to is the same text, not another one with the same letters.
    pub fn text(&mut self) -> Option<Arc<str>> {
        Some(match self.next_text()? {
            Text::Id(id) => Arc::from(str::from_utf8(&id).ok()?),
            Text::Spelled(text) => Arc::from(text),
            Text::Known(at) => {
                let (text, shared) = self.texts.get_mut(at)?;
                Arc::clone(shared.get_or_insert_with(|| Arc::from(*text)))
            }
        })
    }

    /// Takes a text of its own.
    pub fn string(&mut self) -> Option<String> {
        Some(match self.next_text()? {
            Text::Id(id) => str::from_utf8(&id).ok()?.to_owned(),
            Text::Spelled(text) => text.to_owned(),
            Text::Known(at) => self.texts.get(at)?.0.to_owned(),
        })
    }

    fn next_text(&mut self) -> Option<Text<'b>> {
        Some(match self.number()? {
            UUID => Text::Id(spell(self.take(16)?.try_into().ok()?)),
            SPELLED => {
                let length = usize::try_from(self.number()?).ok()?;
                let text = str::from_utf8(self.take(length)?).ok()?;
                if self.texts.len() == MAX_REFERRED {
                    Text::Spelled(text)
                } else {
                    self.texts.push((text, None));
                    Text::Known(self.texts.len() - 1)
                }
            }
            reference => {
                let at = usize::try_from(reference - FIRST_REFERENCE).ok()?;
                // What is not there is noticed by who looks for it.
                Text::Known(at)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "019b7f37-8646-7b42-af3b-3a02bcaed870";

    proptest! {
        #[test]
        fn whatever_is_encoded_is_decoded(
            numbers in any::<Vec<(u64, i64)>>(),
            texts in any::<Vec<Option<String>>>(),
            flag in any::<bool>(),
        ) {
            let value = ((numbers, texts.clone()), (flag, texts));
            let bytes = encode(&value);
            prop_assert_eq!(decode(&bytes), Some(value));
        }

        #[test]
        fn no_bytes_are_too_strange(bytes in any::<Vec<u8>>()) {
            let _ = decode::<Vec<(Option<String>, (u64, i64))>>(&bytes);
        }
    }

    #[test]
    fn an_id_takes_17_bytes_and_keeps_its_spelling() {
        assert_eq!(encode(&ID.to_owned()).len(), 17);
        for text in [ID.to_owned(), ID.to_uppercase(), ID.replace('-', "0"), ID.replace('9', "g")] {
            assert_eq!(decode(&encode(&text)), Some(text));
        }
    }

    #[test]
    fn a_text_that_comes_again_takes_a_byte_and_is_one() {
        let texts: Vec<Arc<str>> = vec![Arc::from("/home/dev/shop"), Arc::from("/home/dev/shop")];
        let bytes = encode(&texts);
        assert_eq!(bytes.len(), 1 + 2 + 14 + 1);
        let texts: Vec<Arc<str>> = decode(&bytes).unwrap();
        assert!(Arc::ptr_eq(&texts[0], &texts[1]));
    }

    #[test]
    fn bytes_that_are_left_over_are_of_something_else() {
        assert_eq!(decode::<u64>(&[1, 2]), None);
        assert_eq!(decode::<u64>(&[]), None);
    }
}
