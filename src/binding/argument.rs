//! Arguments from JavaScript. A value of a wrong type is refused by the argument's name, as a rejection, and never
//! taken for another: a text in place of the options is not "no options", and −1 is not 4,294,967,295.
//!
//! napi's own conversion throws before there is a promise, so an argument of type `T` is declared as [`Given<T>`]; the
//! TypeScript declaration says `T`.

#![expect(
    unsafe_code,
    reason = "napi declares the conversion of a value `unsafe`; what is done with it here is not"
)]

use std::path::PathBuf;

use napi::bindgen_prelude::{FromNapiValue, JsValue, TypeName, Unknown, ValidateNapiValue};
use napi::{Error, Result, Status, ValueType, sys};

use crate::binding::scalar::{Scalar, refused};

/// The largest whole number that JavaScript holds exactly.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

/// The value that JavaScript gave where a `T` is expected.
pub struct Given<T: Expected>(T::Held);

/// A type that an argument may be declared with.
pub trait Expected: Sized + 'static {
    /// The form in which a value of any type is kept until the function looks at it.
    type Held: Send + 'static;

    /// Takes the value over on the JavaScript thread. Fails only with what JavaScript itself has thrown.
    fn hold(value: Unknown<'_>) -> Result<Self::Held>;
}

/// An object whose fields are an argument's.
pub trait Fields: FromNapiValue + Send + 'static {}

impl<T: Expected> TypeName for Given<T> {
    fn type_name() -> &'static str {
        "unknown"
    }

    fn value_type() -> ValueType {
        ValueType::Unknown
    }
}

impl<T: Expected> ValidateNapiValue for Given<T> {}

impl<T: Expected> FromNapiValue for Given<T> {
    unsafe fn from_napi_value(env: sys::napi_env, value: sys::napi_value) -> Result<Self> {
        // SAFETY: what the caller guarantees of `env` and `value` is all that this needs.
        let value = unsafe { Unknown::from_napi_value(env, value) }?;
        T::hold(value).map(Self)
    }
}

impl Expected for String {
    type Held = Scalar;

    fn hold(value: Unknown<'_>) -> Result<Scalar> {
        Scalar::new(value)
    }
}

impl Expected for f64 {
    type Held = Scalar;

    fn hold(value: Unknown<'_>) -> Result<Scalar> {
        Scalar::new(value)
    }
}

impl Expected for bool {
    type Held = Scalar;

    fn hold(value: Unknown<'_>) -> Result<Scalar> {
        Scalar::new(value)
    }
}

impl<T: Expected> Expected for Vec<T> {
    type Held = std::result::Result<Vec<Given<T>>, Scalar>;

    fn hold(value: Unknown<'_>) -> Result<Self::Held> {
        if value.is_array()? {
            return Vec::from_unknown(value).map(Ok);
        }
        Scalar::new(value).map(Err)
    }
}

/// The value that came in place of an object.
pub enum NoObject {
    /// Another type of value.
    Other(Scalar),
    /// An object that lacks a field, and what napi says of it.
    Incomplete(String),
}

impl<T: Fields> Expected for T {
    type Held = std::result::Result<T, NoObject>;

    fn hold(value: Unknown<'_>) -> Result<Self::Held> {
        if value.get_type()? != ValueType::Object {
            return Scalar::new(value).map(|other| Err(NoObject::Other(other)));
        }
        if value.is_array()? {
            return Ok(Err(NoObject::Other(Scalar::Other("an array"))));
        }
        match T::from_unknown(value) {
            Err(error) if error.status == Status::InvalidArg => {
                Ok(Err(NoObject::Incomplete(error.reason.clone())))
            }
            fields => fields.map(Ok),
        }
    }
}

impl<T: Expected> Given<T> {
    /// The value that JavaScript gave.
    pub(super) fn held(self) -> T::Held {
        self.0
    }
}

impl Given<String> {
    /// A path.
    pub(super) fn path(self, name: &str) -> Result<PathBuf> {
        self.text(name, "a path").map(PathBuf::from)
    }

    /// A text that is not empty.
    pub(super) fn text(self, name: &str, what: &str) -> Result<String> {
        match self.0 {
            Scalar::Text(text) if !text.is_empty() => Ok(text),
            other => Err(refused(name, what, &other)),
        }
    }

    /// A text of any length.
    pub(super) fn string(self, name: &str) -> Result<String> {
        match self.0 {
            Scalar::Text(text) => Ok(text),
            other => Err(refused(name, "a string", &other)),
        }
    }

    /// One of some names.
    fn choice<T>(self, name: &str, what: &str, from_name: impl Fn(&str) -> Option<T>) -> Result<T> {
        match self.0 {
            Scalar::Text(text) => {
                from_name(&text).ok_or_else(|| refused(name, what, &format_args!("`{text}`")))
            }
            other => Err(refused(name, what, &other)),
        }
    }
}

impl Given<f64> {
    /// A time in milliseconds. A fraction of a millisecond, as in `stat.mtimeMs`, is cut off.
    fn time_ms(self, name: &str) -> Result<i64> {
        match self.0 {
            Scalar::Number(ms) if ms.abs() <= MAX_SAFE_INTEGER => Ok(whole(ms.floor())),
            other => Err(refused(name, "a time in milliseconds since 1970", &other)),
        }
    }

    /// A number of things.
    pub(super) fn count(self, name: &str) -> Result<usize> {
        match self.0 {
            Scalar::Number(count)
                if (0.0..=MAX_SAFE_INTEGER).contains(&count) && count.fract() == 0.0 =>
            {
                Ok(usize::try_from(whole(count)).unwrap_or(usize::MAX))
            }
            other => Err(refused(name, "a whole number from 0 on", &other)),
        }
    }
}

impl Given<Vec<String>> {
    /// Texts that are not empty.
    pub(super) fn texts(self, name: &str, what: &str) -> Result<Vec<String>> {
        let list = self.0.map_err(|given| refused(name, "an array", &given))?;
        let texts = list.into_iter().enumerate();
        texts.map(|(at, given)| given.text(&format!("{name}[{at}]"), what)).collect()
    }
}

impl<T: Fields> Given<Vec<T>> {
    /// Objects.
    pub(super) fn objects(self, name: &str) -> Result<Vec<T>> {
        let list = self.0.map_err(|given| refused(name, "an array", &given))?;
        let objects = list.into_iter().enumerate();
        objects.map(|(at, given)| given.object(&format!("{name}[{at}]"))).collect()
    }
}

impl<T: Fields> Given<T> {
    /// The object.
    pub(super) fn object(self, name: &str) -> Result<T> {
        self.0.map_err(|given| match given {
            NoObject::Other(other) => refused(name, "an object", &other),
            NoObject::Incomplete(reason) => {
                Error::new(Status::InvalidArg, format!("`{name}`: {reason}"))
            }
        })
    }
}

/// The options; without any the default ones.
pub(super) fn options<T: Fields + Default>(given: Option<Given<T>>) -> Result<T> {
    given.map_or_else(|| Ok(T::default()), |given| given.object("options"))
}

/// A path that may be left out.
pub(super) fn optional_path(given: Option<Given<String>>, name: &str) -> Result<Option<PathBuf>> {
    optional(given, |given| given.path(name))
}

/// A text that is not empty, or is left out.
pub(super) fn optional_text(
    given: Option<Given<String>>,
    name: &str,
    what: &str,
) -> Result<Option<String>> {
    optional(given, |given| given.text(name, what))
}

/// Texts that are not empty, or no list.
pub(super) fn optional_texts(
    given: Option<Given<Vec<String>>>,
    name: &str,
    what: &str,
) -> Result<Option<Vec<String>>> {
    optional_list(given).map(|list| list.texts(name, what)).transpose()
}

/// Objects, or no list.
pub(super) fn optional_objects<T: Fields>(
    given: Option<Given<Vec<T>>>,
    name: &str,
) -> Result<Option<Vec<T>>> {
    optional_list(given).map(|list| list.objects(name)).transpose()
}

/// The list; `None` where it is `undefined` or `null`.
fn optional_list<T: Expected>(given: Option<Given<Vec<T>>>) -> Option<Given<Vec<T>>> {
    given.filter(|given| !matches!(given.0, Err(Scalar::Nothing)))
}

/// One of some names, or none.
pub(super) fn choice<T>(
    given: Option<Given<String>>,
    name: &str,
    what: &str,
    from_name: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>> {
    optional(given, |given| given.choice(name, what, from_name))
}

/// A time in milliseconds since 1970, or none.
pub(super) fn optional_time_ms(given: Option<Given<f64>>, name: &str) -> Result<Option<i64>> {
    optional(given, |given| given.time_ms(name))
}

/// A number of things, or none.
pub(super) fn optional_count(given: Option<Given<f64>>, name: &str) -> Result<Option<usize>> {
    optional(given, |given| given.count(name))
}

/// `true` or `false`; `false` where it is left out.
pub(super) fn flag(given: Option<Given<bool>>, name: &str) -> Result<bool> {
    let flag = optional(given, |given| match given.0 {
        Scalar::Boolean(flag) => Ok(flag),
        other => Err(refused(name, "true or false", &other)),
    })?;
    Ok(flag.unwrap_or(false))
}

/// Reads an argument that may be left out; `None` where it is `undefined` or `null`.
fn optional<T: Expected<Held = Scalar>, V>(
    given: Option<Given<T>>,
    read: impl FnOnce(Given<T>) -> Result<V>,
) -> Result<Option<V>> {
    let given = given.filter(|given| !matches!(given.0, Scalar::Nothing));
    given.map(read).transpose()
}

#[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
fn whole(number: f64) -> i64 {
    number as i64
}
