//! The encoding of the usual kinds of value, and of structures made of them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::codec::bytes::{Codec, Decoder, Encoder};

impl Codec for u64 {
    fn encode(&self, encoder: &mut Encoder) {
        encoder.number(*self);
    }

    fn decode(decoder: &mut Decoder<'_>) -> Option<Self> {
        decoder.number()
    }
}

impl Codec for usize {
    fn encode(&self, encoder: &mut Encoder) {
        encoder.number(*self as u64);
    }

    fn decode(decoder: &mut Decoder<'_>) -> Option<Self> {
        decoder.number()?.try_into().ok()
    }
}

impl Codec for i64 {
    fn encode(&self, encoder: &mut Encoder) {
        // The sign comes last, so that small negative numbers are short too.
        encoder.number((*self << 1 ^ *self >> 63).cast_unsigned());
    }

    fn decode(decoder: &mut Decoder<'_>) -> Option<Self> {
        let number = decoder.number()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }
}

impl Codec for f64 {
    fn encode(&self, encoder: &mut Encoder) {
        encoder.fixed(self.to_bits());
    }

    fn decode(decoder: &mut Decoder<'_>) -> Option<Self> {
        decoder.fixed().map(Self::from_bits)
    }
}

impl Codec for bool {
    fn encode(&self, encoder: &mut Encoder) {
        encoder.number((*self).into());
    }

    fn decode(decoder: &mut Decoder<'_>) -> Option<Self> {
        match decoder.number()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Codec for String {
    fn encode(&self, encoder: &mut Encoder) {
        encoder.text(self);
    }

    fn decode(decoder: &mut Decoder<'_>) -> Option<Self> {
        decoder.string()
    }
}

impl Codec for Box<[u8]> {
    fn encode(&self, encoder: &mut Encoder) {
        encoder.raw(self);
    }

    fn decode(decoder: &mut Decoder<'_>) -> Option<Self> {
        decoder.raw().map(Self::from)
    }
}

impl Codec for Arc<str> {
    fn encode(&self, encoder: &mut Encoder) {
        encoder.text(self);
    }

    fn decode(decoder: &mut Decoder<'_>) -> Option<Self> {
        decoder.text()
    }
}

impl<T: Codec> Codec for Option<T> {
    fn encode(&self, encoder: &mut Encoder) {
        self.is_some().encode(encoder);
        if let Some(value) = self {
            value.encode(encoder);
        }
    }

    fn decode(decoder: &mut Decoder<'_>) -> Option<Self> {
        if bool::decode(decoder)? { T::decode(decoder).map(Some) } else { Some(None) }
    }
}

impl<T: Codec> Codec for Vec<T> {
    fn encode(&self, encoder: &mut Encoder) {
        self.len().encode(encoder);
        for value in self {
            value.encode(encoder);
        }
    }

    fn decode(decoder: &mut Decoder<'_>) -> Option<Self> {
        let length = usize::decode(decoder)?;
        // Every value takes a byte: more than there are bytes is no length.
        let mut values = Self::with_capacity(length.min(decoder.left()));
        for _ in 0..length {
            values.push(T::decode(decoder)?);
        }
        Some(values)
    }
}

impl<T: Codec> Codec for VecDeque<T> {
    fn encode(&self, encoder: &mut Encoder) {
        self.len().encode(encoder);
        for value in self {
            value.encode(encoder);
        }
    }

    fn decode(decoder: &mut Decoder<'_>) -> Option<Self> {
        Vec::decode(decoder).map(Self::from)
    }
}

impl<K: Codec + Ord, V: Codec> Codec for BTreeMap<K, V> {
    fn encode(&self, encoder: &mut Encoder) {
        self.len().encode(encoder);
        for (key, value) in self {
            key.encode(encoder);
            value.encode(encoder);
        }
    }

    fn decode(decoder: &mut Decoder<'_>) -> Option<Self> {
        Vec::<(K, V)>::decode(decoder).map(Self::from_iter)
    }
}

impl<A: Codec, B: Codec> Codec for (A, B) {
    fn encode(&self, encoder: &mut Encoder) {
        self.0.encode(encoder);
        self.1.encode(encoder);
    }

    fn decode(decoder: &mut Decoder<'_>) -> Option<Self> {
        Some((A::decode(decoder)?, B::decode(decoder)?))
    }
}

/// Encodes a structure field by field. A field that is forgotten does not compile.
macro_rules! codec_fields {
    ($type:ident { $($field:ident),+ $(,)? }) => {
        impl $crate::codec::bytes::Codec for $type {
            fn encode(&self, encoder: &mut $crate::codec::bytes::Encoder) {
                $($crate::codec::bytes::Codec::encode(&self.$field, encoder);)+
            }

            fn decode(decoder: &mut $crate::codec::bytes::Decoder<'_>) -> Option<Self> {
                Some(Self { $($field: $crate::codec::bytes::Codec::decode(decoder)?),+ })
            }
        }
    };
}

/// Encodes an enumeration without fields by the place of its variants in the list.
macro_rules! codec_variants {
    ($type:ident { $($variant:ident),+ $(,)? }) => {
        impl $crate::codec::bytes::Codec for $type {
            fn encode(&self, encoder: &mut $crate::codec::bytes::Encoder) {
                let at = [$(Self::$variant),+].iter().position(|one| one == self);
                $crate::codec::bytes::Codec::encode(&at.unwrap_or_default(), encoder);
            }

            fn decode(decoder: &mut $crate::codec::bytes::Decoder<'_>) -> Option<Self> {
                let at: usize = $crate::codec::bytes::Codec::decode(decoder)?;
                [$(Self::$variant),+].get(at).copied()
            }
        }
    };
}

pub(crate) use {codec_fields, codec_variants};
