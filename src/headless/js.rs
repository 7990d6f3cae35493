//! Members of JavaScript's objects.

use js_sys::Reflect;
use leptos::wasm_bindgen::JsValue;

/// A member that is there.
pub(super) fn get(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &name.into()).ok().filter(|member| !member.is_undefined() && !member.is_null())
}
