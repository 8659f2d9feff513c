//! What JavaScript gave for an argument. A value of a wrong type is refused here, by the argument's name, and never
//! taken for another: a text in place of the options is not "no options", and −1 is not 4,294,967,295.

#![expect(
    unsafe_code,
    reason = "napi declares the conversion of a value `unsafe`; what is done with it here is not"
)]

use std::fmt;
use std::path::PathBuf;

use napi::bindgen_prelude::{FromNapiValue, JsValue, TypeName, Unknown, ValidateNapiValue};
use napi::{Error, Result, Status, ValueType, sys};

/// The largest whole number that JavaScript holds exactly.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

/// A value, of whatever type.
#[derive(Debug, Default)]
pub enum Given {
    /// `undefined`, `null`, or no argument at all.
    #[default]
    Nothing,
    /// A string.
    Text(String),
    /// A number, NaN and the infinities among them.
    Number(f64),
    /// Anything else.
    Other(ValueType),
}

impl TypeName for Given {
    fn type_name() -> &'static str {
        "unknown"
    }

    fn value_type() -> ValueType {
        ValueType::Unknown
    }
}

impl ValidateNapiValue for Given {}

impl FromNapiValue for Given {
    unsafe fn from_napi_value(env: sys::napi_env, value: sys::napi_value) -> Result<Self> {
        // SAFETY: what the caller guarantees of `env` and `value` is all that this needs.
        let value = unsafe { Unknown::from_napi_value(env, value) }?;
        Ok(match value.get_type()? {
            ValueType::Undefined | ValueType::Null => Self::Nothing,
            ValueType::String => Self::Text(String::from_unknown(value)?),
            ValueType::Number => Self::Number(f64::from_unknown(value)?),
            other => Self::Other(other),
        })
    }
}

impl Given {
    /// A path that may be left out.
    pub(super) fn optional_path(self, name: &str) -> Result<Option<PathBuf>> {
        Ok(self.optional_text(name, "a path")?.map(PathBuf::from))
    }

    /// A path.
    pub(super) fn path(self, name: &str) -> Result<PathBuf> {
        self.text(name, "a path").map(PathBuf::from)
    }

    /// A text that is not empty.
    pub(super) fn text(self, name: &str, what: &str) -> Result<String> {
        self.optional_text(name, what)?.ok_or_else(|| refused(name, what, &Self::Nothing))
    }

    /// A text that is not empty, or may be left out.
    pub(super) fn optional_text(self, name: &str, what: &str) -> Result<Option<String>> {
        match self {
            Self::Nothing => Ok(None),
            Self::Text(text) if !text.is_empty() => Ok(Some(text)),
            other => Err(refused(name, what, &other)),
        }
    }

    /// One of some names, or none.
    pub(super) fn choice<T>(
        self,
        name: &str,
        what: &str,
        from_name: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>> {
        let chosen = match &self {
            Self::Nothing => return Ok(None),
            Self::Text(text) => from_name(text),
            Self::Number(_) | Self::Other(_) => None,
        };
        chosen.map(Some).ok_or_else(|| match &self {
            Self::Text(text) => refused(name, what, &format_args!("`{text}`")),
            other => refused(name, what, other),
        })
    }

    /// A time in milliseconds, or none. A fraction of a millisecond, as in `stat.mtimeMs`, is cut off.
    pub(super) fn time_ms(self, name: &str) -> Result<Option<i64>> {
        match self {
            Self::Nothing => Ok(None),
            Self::Number(ms) if ms.abs() <= MAX_SAFE_INTEGER => Ok(Some(whole(ms.floor()))),
            other => Err(refused(name, "a time in milliseconds since 1970", &other)),
        }
    }

    /// A number of things.
    pub(super) fn count(self, name: &str) -> Result<usize> {
        match self {
            Self::Number(count)
                if (0.0..=MAX_SAFE_INTEGER).contains(&count) && count.fract() == 0.0 =>
            {
                Ok(usize::try_from(whole(count)).unwrap_or(usize::MAX))
            }
            other => Err(refused(name, "a whole number from 0 on", &other)),
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
fn whole(number: f64) -> i64 {
    number as i64
}

impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::Text(text) if text.is_empty() => f.write_str("an empty string"),
            Self::Text(_) => f.write_str("a string"),
            Self::Number(number) if number.is_infinite() => f.write_str("an infinite number"),
            Self::Number(number) => write!(f, "the number {number}"),
            Self::Other(kind) => f.write_str(a(*kind)),
        }
    }
}

/// A list of values.
pub struct GivenList(std::result::Result<Vec<Given>, Given>);

impl TypeName for GivenList {
    fn type_name() -> &'static str {
        "array"
    }

    fn value_type() -> ValueType {
        ValueType::Object
    }
}

impl ValidateNapiValue for GivenList {}

impl FromNapiValue for GivenList {
    unsafe fn from_napi_value(env: sys::napi_env, value: sys::napi_value) -> Result<Self> {
        // SAFETY: what the caller guarantees of `env` and `value` is all that this needs.
        let value = unsafe { Unknown::from_napi_value(env, value) }?;
        Ok(Self(if value.is_array()? {
            Ok(Vec::from_unknown(value)?)
        } else {
            Err(Given::from_unknown(value)?)
        }))
    }
}

impl GivenList {
    /// Texts that are not empty.
    pub(super) fn texts(self, name: &str, what: &str) -> Result<Vec<String>> {
        let list = self.0.map_err(|given| refused(name, "an array", &given))?;
        let texts = list.into_iter().enumerate();
        texts.map(|(at, given)| given.text(&format!("{name}[{at}]"), what)).collect()
    }
}

/// An object of options, where one is expected.
pub struct Options<T>(Option<Result<T>>);

impl<T> TypeName for Options<T> {
    fn type_name() -> &'static str {
        "object"
    }

    fn value_type() -> ValueType {
        ValueType::Object
    }
}

impl<T> ValidateNapiValue for Options<T> {}

impl<T: FromNapiValue> FromNapiValue for Options<T> {
    unsafe fn from_napi_value(env: sys::napi_env, value: sys::napi_value) -> Result<Self> {
        // SAFETY: what the caller guarantees of `env` and `value` is all that this needs.
        let value = unsafe { Unknown::from_napi_value(env, value) }?;
        Ok(Self(match value.get_type()? {
            ValueType::Undefined | ValueType::Null => None,
            ValueType::Object if value.is_array()? => {
                Some(Err(refused("options", "an object", &"an array")))
            }
            ValueType::Object => Some(Ok(T::from_unknown(value)?)),
            _ => {
                let given = Given::from_unknown(value)?;
                Some(Err(refused("options", "an object", &given)))
            }
        }))
    }
}

impl<T: Default> Options<T> {
    /// The options; without any the default ones.
    pub(super) fn get(self) -> Result<T> {
        self.0.unwrap_or_else(|| Ok(T::default()))
    }
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
