//! The document, its events, and members of JavaScript's objects.

use super::Passwordless;
use js_sys::Reflect;
use leptos::{
    ev::Event,
    prelude::*,
    wasm_bindgen::{JsCast, JsValue},
};
#[cfg(not(any(feature = "ssr", feature = "islands")))]
use web_sys::HtmlElement;
use web_sys::{FormData, HtmlFormElement, HtmlInputElement, UrlSearchParams};

/// The fields of a form as a query, for the server; without the name of the form, by which a form without JavaScript sends one
/// message however often it is submitted.
pub(super) fn query(fields: &FormData) -> Option<String> {
    let query = UrlSearchParams::new_with_str_sequence_sequence(fields).ok()?;
    query.delete("form");
    Some(query.to_string().into())
}

/// The fields of a form.
pub(crate) fn fields(form: &HtmlFormElement) -> Option<FormData> {
    FormData::new_with_form(form).ok()
}

/// A field by its name; empty if the form has none.
pub(super) fn field(fields: Option<&FormData>, name: &str) -> String {
    fields.and_then(|fields| fields.get(name).as_string()).unwrap_or_default()
}

/// Sets the value of a field if it differs: an assignment would move the caret.
pub(crate) fn write(field: &HtmlInputElement, text: &str) {
    if field.value() != text {
        field.set_value(text);
    }
}

/// Whether an `input` event is part of an input method's composition.
pub(crate) fn is_composing(event: &JsValue) -> bool {
    get(event, "isComposing").is_some_and(|is_composing| is_composing.is_truthy())
}

/// An element of this dialog, by the end of its id. Its type is not checked at run time: the dialog rendered it itself.
/// There is none once the dialog is removed.
pub(crate) fn element<T: JsCast>(passwordless: Passwordless, part: &str) -> Option<T> {
    let id = passwordless.is_readable().then(|| passwordless.element_id(part))?;
    Some(document().get_element_by_id(&id)?.unchecked_into())
}

/// The field that an event is about.
pub(crate) fn input_of(event: &Event) -> HtmlInputElement {
    event_target(event)
}

pub(crate) fn go_to(url: &str) {
    // If the browser refuses, the last screen still shows the link.
    drop(window().location().assign(url));
}

/// Follows a link to a page of the app, which its router takes; it replaces the current page in the history.
#[cfg(not(any(feature = "ssr", feature = "islands")))]
pub(crate) fn follow(url: &str) {
    let (Ok(link), Some(body)) = (document().create_element("a"), document().body()) else { return go_to(url) };
    if link.set_attribute("href", url).is_err() || body.append_child(&link).is_err() {
        return go_to(url);
    }
    set(&link, "replace", &true.into());
    link.unchecked_ref::<HtmlElement>().click();
    link.remove();
}

/// Sets a member. One function for all of them: each typed setter of web-sys would be an import of its own.
pub(crate) fn set(object: &JsValue, name: &str, value: &JsValue) {
    // Fails only for frozen objects and proxies.
    drop(Reflect::set(object, &name.into(), value));
}

/// A member that is neither undefined nor null.
pub(super) fn get(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &name.into()).ok().filter(|member| !member.is_undefined() && !member.is_null())
}
