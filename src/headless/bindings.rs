//! Bindings between a view and the state. They are function pointers behind few types on purpose: a closure in a view is
//! a type of its own, with a copy of leptos' rendering code in the wasm.

use super::Passwordless;
use crate::messages::Text;
use leptos::prelude::*;

/// Escapes text for HTML.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// As the value of an attribute, in double quotes.
pub(crate) fn escaped_attribute(text: &str) -> String {
    escaped(text).replace('"', "&quot;")
}

/// For the attributes, texts and handlers of a view.
///
/// ```
/// use leptos::prelude::*;
/// use leptos_passwordless::Passwordless;
///
/// #[component]
/// fn Resend(passwordless: Passwordless) -> impl IntoView {
///     view! {
///         <form method="post" action=passwordless.resend_path() on:submit=passwordless.on(Passwordless::resend)>
///             <button
///                 disabled=passwordless.when(Passwordless::must_wait)
///                 inner_html=passwordless.html(Passwordless::resend_label)
///             ></button>
///         </form>
///     }
/// }
/// ```
impl Passwordless {
    /// A text that depends on the state.
    pub fn text_signal(self, read: fn(Self) -> String) -> Signal<String> {
        Signal::derive(move || read(self))
    }

    /// The same as HTML, for `inner_html`: browsers that translate a page replace its text nodes, which would never be
    /// updated again.
    pub fn html(self, read: fn(Self) -> String) -> Signal<String> {
        Signal::derive(move || escaped(&read(self)))
    }

    /// A text in the language of the page as HTML, for `inner_html`.
    pub fn text_html(self, text: Text) -> String {
        escaped(&self.text(text))
    }

    /// A condition that depends on the state.
    pub fn when(self, is: fn(Self) -> bool) -> Signal<bool> {
        Signal::derive(move || is(self))
    }

    /// The same for an ARIA attribute, which needs an explicit `false`.
    pub fn aria(self, is: fn(Self) -> bool) -> Signal<String> {
        Signal::derive(move || if is(self) { "true" } else { "false" }.to_owned())
    }

    /// A handler of a DOM event.
    ///
    /// If the page is of another version than the script, nothing handles it but the browser.
    pub fn on<E: 'static>(self, act: fn(Self, &E)) -> impl FnMut(E) + Send + 'static {
        move |event| {
            if self.is_readable() {
                act(self, &event);
            }
        }
    }
}
