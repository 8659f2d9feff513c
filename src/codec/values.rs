//! How the usual kinds of value are packed, and structures made of them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::codec::bytes::{Packed, Packer, Unpacker};

impl Packed for u64 {
    fn pack(&self, packer: &mut Packer) {
        packer.number(*self);
    }

    fn unpack(unpacker: &mut Unpacker<'_>) -> Option<Self> {
        unpacker.number()
    }
}

impl Packed for usize {
    fn pack(&self, packer: &mut Packer) {
        packer.number(*self as u64);
    }

    fn unpack(unpacker: &mut Unpacker<'_>) -> Option<Self> {
        unpacker.number()?.try_into().ok()
    }
}

impl Packed for i64 {
    fn pack(&self, packer: &mut Packer) {
        // The sign comes last, so that small negative numbers are short too.
        packer.number((*self << 1 ^ *self >> 63).cast_unsigned());
    }

    fn unpack(unpacker: &mut Unpacker<'_>) -> Option<Self> {
        let number = unpacker.number()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }
}

impl Packed for f64 {
    fn pack(&self, packer: &mut Packer) {
        packer.fixed(self.to_bits());
    }

    fn unpack(unpacker: &mut Unpacker<'_>) -> Option<Self> {
        unpacker.fixed().map(Self::from_bits)
    }
}

impl Packed for bool {
    fn pack(&self, packer: &mut Packer) {
        packer.number((*self).into());
    }

    fn unpack(unpacker: &mut Unpacker<'_>) -> Option<Self> {
        match unpacker.number()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Packed for String {
    fn pack(&self, packer: &mut Packer) {
        packer.text(self);
    }

    fn unpack(unpacker: &mut Unpacker<'_>) -> Option<Self> {
        unpacker.string()
    }
}

impl Packed for Arc<str> {
    fn pack(&self, packer: &mut Packer) {
        packer.text(self);
    }

    fn unpack(unpacker: &mut Unpacker<'_>) -> Option<Self> {
        unpacker.text()
    }
}

impl<T: Packed> Packed for Option<T> {
    fn pack(&self, packer: &mut Packer) {
        self.is_some().pack(packer);
        if let Some(value) = self {
            value.pack(packer);
        }
    }

    fn unpack(unpacker: &mut Unpacker<'_>) -> Option<Self> {
        if bool::unpack(unpacker)? { T::unpack(unpacker).map(Some) } else { Some(None) }
    }
}

impl<T: Packed> Packed for Vec<T> {
    fn pack(&self, packer: &mut Packer) {
        self.len().pack(packer);
        for value in self {
            value.pack(packer);
        }
    }

    fn unpack(unpacker: &mut Unpacker<'_>) -> Option<Self> {
        let length = usize::unpack(unpacker)?;
        // Every value takes a byte: more than there are bytes is no length.
        let mut values = Self::with_capacity(length.min(unpacker.left()));
        for _ in 0..length {
            values.push(T::unpack(unpacker)?);
        }
        Some(values)
    }
}

impl<T: Packed> Packed for VecDeque<T> {
    fn pack(&self, packer: &mut Packer) {
        self.len().pack(packer);
        for value in self {
            value.pack(packer);
        }
    }

    fn unpack(unpacker: &mut Unpacker<'_>) -> Option<Self> {
        Vec::unpack(unpacker).map(Self::from)
    }
}

impl<K: Packed + Ord, V: Packed> Packed for BTreeMap<K, V> {
    fn pack(&self, packer: &mut Packer) {
        self.len().pack(packer);
        for (key, value) in self {
            key.pack(packer);
            value.pack(packer);
        }
    }

    fn unpack(unpacker: &mut Unpacker<'_>) -> Option<Self> {
        Vec::<(K, V)>::unpack(unpacker).map(Self::from_iter)
    }
}

impl<A: Packed, B: Packed> Packed for (A, B) {
    fn pack(&self, packer: &mut Packer) {
        self.0.pack(packer);
        self.1.pack(packer);
    }

    fn unpack(unpacker: &mut Unpacker<'_>) -> Option<Self> {
        Some((A::unpack(unpacker)?, B::unpack(unpacker)?))
    }
}

/// Packs a structure field by field. A field that is forgotten does not compile.
macro_rules! packed_fields {
    ($type:ident { $($field:ident),+ $(,)? }) => {
        impl $crate::codec::bytes::Packed for $type {
            fn pack(&self, packer: &mut $crate::codec::bytes::Packer) {
                $($crate::codec::bytes::Packed::pack(&self.$field, packer);)+
            }

            fn unpack(unpacker: &mut $crate::codec::bytes::Unpacker<'_>) -> Option<Self> {
                Some(Self { $($field: $crate::codec::bytes::Packed::unpack(unpacker)?),+ })
            }
        }
    };
}

/// Packs an enumeration without fields by the place of its variants in the list.
macro_rules! packed_variants {
    ($type:ident { $($variant:ident),+ $(,)? }) => {
        impl $crate::codec::bytes::Packed for $type {
            fn pack(&self, packer: &mut $crate::codec::bytes::Packer) {
                let at = [$(Self::$variant),+].iter().position(|one| one == self);
                $crate::codec::bytes::Packed::pack(&at.unwrap_or_default(), packer);
            }

            fn unpack(unpacker: &mut $crate::codec::bytes::Unpacker<'_>) -> Option<Self> {
                let at: usize = $crate::codec::bytes::Packed::unpack(unpacker)?;
                [$(Self::$variant),+].get(at).copied()
            }
        }
    };
}

pub(crate) use {packed_fields, packed_variants};
