//! A value of JavaScript where a simple one is expected, and how it is refused.

use std::fmt;

use napi::bindgen_prelude::{FromNapiValue, Unknown};
use napi::{Error, Result, Status, ValueType};

/// A text, a number, a boolean, or what came in its place.
#[derive(Debug, Default)]
pub enum Scalar {
    /// `undefined`, `null`, or no argument at all.
    #[default]
    Nothing,
    /// A string.
    Text(String),
    /// A number, NaN and the infinities among them.
    Number(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// Anything else.
    Other(&'static str),
}

impl Scalar {
    /// Takes the value over, whatever its type.
    pub(super) fn new(value: Unknown<'_>) -> Result<Self> {
        Ok(match value.get_type()? {
            ValueType::Undefined | ValueType::Null => Self::Nothing,
            ValueType::String => Self::Text(String::from_unknown(value)?),
            ValueType::Number => Self::Number(f64::from_unknown(value)?),
            ValueType::Boolean => Self::Boolean(bool::from_unknown(value)?),
            other => Self::Other(a(other)),
        })
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::Text(text) if text.is_empty() => f.write_str("an empty string"),
            Self::Text(_) => f.write_str("a string"),
            Self::Number(number) if number.is_infinite() => f.write_str("an infinite number"),
            Self::Number(number) => write!(f, "the number {number}"),
            Self::Boolean(_) => f.write_str("a boolean"),
            Self::Other(kind) => f.write_str(kind),
        }
    }
}

/// The error of an argument that has the right type and cannot be taken.
#[cold]
pub(super) fn invalid(reason: String) -> Error {
    Error::new(Status::InvalidArg, reason)
}

/// The error of an argument that is not what it should be.
#[cold]
pub(super) fn refused(name: &str, what: &str, given: &impl fmt::Display) -> Error {
    Error::new(Status::InvalidArg, format!("expected `{name}` to be {what}, got {given}"))
}

/// The type of a value, with its article.
pub(super) fn a(kind: ValueType) -> &'static str {
    match kind {
        ValueType::Undefined | ValueType::Null => "nothing",
        ValueType::Boolean => "a boolean",
        ValueType::Number => "a number",
        ValueType::String => "a string",
        ValueType::Symbol => "a symbol",
        ValueType::Object => "an object",
        ValueType::Function => "a function",
        ValueType::BigInt => "a bigint",
        _ => "something else",
    }
}
