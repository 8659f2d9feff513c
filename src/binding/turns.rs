//! An answer with a long list in it, which becomes objects over several turns of the event loop: thousands of them at
//! once would hold up everybody else in the process.

#![expect(
    unsafe_code,
    reason = "napi declares the conversion of a value `unsafe`; what is done with it here is not"
)]

use std::cell::RefCell;

use napi::bindgen_prelude::{Array, Function, JsObjectValue, JsValue, Object, ToNapiValue};
use napi::threadsafe_function::ThreadsafeFunction;
use napi::{Env, Result, Status, sys};

/// Elements that become objects in one turn: a millisecond's work.
const ELEMENTS: usize = 40;

/// Puts the next elements into the list, and says how many are left.
type Append = ThreadsafeFunction<(), u32, (), Status, false>;

/// An answer whose list is empty, and the list.
pub struct InTurns<T: Long> {
    answer: T,
    list: Vec<T::Element>,
}

/// An answer with a long list in it.
pub trait Long: ToNapiValue + Sized {
    /// The type of the list's elements.
    type Element: ToNapiValue + Send + 'static;
    /// The list's name in JavaScript.
    const NAME: &'static str;

    /// Takes the list out.
    fn take_list(&mut self) -> Vec<Self::Element>;
}

impl<T: Long> From<T> for InTurns<T> {
    fn from(mut answer: T) -> Self {
        let list = answer.take_list();
        Self { answer, list }
    }
}

impl<T: Long> ToNapiValue for InTurns<T> {
    unsafe fn to_napi_value(env: sys::napi_env, value: Self) -> Result<sys::napi_value> {
        // SAFETY: what the caller guarantees of `env` is all that this needs.
        let answer = unsafe { T::to_napi_value(env, value.answer) }?;
        let answer = Object::from_raw(env, answer);
        let env = Env::from_raw(env);
        let mut elements = value.list.into_iter();
        let mut list: Array<'_> = answer.get_named_property(T::NAME)?;
        append(&mut list, elements.by_ref().take(ELEMENTS))?;
        if elements.len() == 0 {
            return Ok(answer.raw());
        }
        let elements = RefCell::new(elements);
        let next = env.create_function_from_closure::<(), u32, _>("append", move |call| {
            let mut elements = elements.borrow_mut();
            let mut list: Array<'_> = call.this::<Object<'_>>()?.get_named_property(T::NAME)?;
            append(&mut list, elements.by_ref().take(ELEMENTS))?;
            Ok(u32::try_from(elements.len()).unwrap_or(u32::MAX))
        })?;
        filled(env, answer, next)
    }
}

/// A promise of the answer, for when nothing is left.
fn filled(env: Env, answer: Object<'_>, next: Function<'_, (), u32>) -> Result<sys::napi_value> {
    let next: Append = next.bind(answer)?.build_threadsafe_function().build()?;
    let whole = answer.create_ref::<false>()?;
    let appended = async move {
        while next.call_async_catch(()).await? > 0 {}
        Ok(())
    };
    let promise = env.spawn_future_with_callback(appended, move |env, ()| {
        let answer = whole.get_value(env)?;
        whole.unref(env)?;
        Ok(answer)
    })?;
    Ok(promise.raw())
}

fn append<T: ToNapiValue>(list: &mut Array<'_>, elements: impl Iterator<Item = T>) -> Result<()> {
    for element in elements {
        list.insert(element)?;
    }
    Ok(())
}
