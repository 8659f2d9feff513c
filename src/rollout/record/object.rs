//! Values in records that must be JSON objects.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};

use crate::rollout::record::item::Malformed;

/// A value that is written as an object. (Serde alone would also take an array for one, its elements for the fields in
/// their order.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

/// Reads a JSON object. (Serde would also take an array for one, its elements for the fields in their order.)
pub(super) fn object<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, Malformed> {
    if !json.trim_ascii_start().starts_with(b"{") {
        return Err(Malformed);
    }
    serde_json::from_slice(json).map_err(|_| Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize, PartialEq, Eq)]
    struct Point {
        x: u8,
    }

    #[test]
    fn an_object_is_read_and_an_array_is_none() {
        let read = |json| serde_json::from_str::<Object<Point>>(json).ok();
        assert_eq!(read(r#"{"x":1,"y":2}"#), Some(Object(Point { x: 1 })));
        assert_eq!(read("[1]"), None);
        assert_eq!(read("null"), None);
    }
}
