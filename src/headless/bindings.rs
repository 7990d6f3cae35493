//! Signals and handlers of few types for all that changes on a screen, and all that is done there: each closure in a
//! view would bring code of its own to the browser for the same work.

use super::Passwordless;
use crate::messages::Text;
use leptos::prelude::*;

/// Text as HTML.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// For the attributes, texts and handlers of a view.
///
/// ```
/// use leptos::prelude::*;
/// use leptos_passwordless::{Passwordless, api::RESEND_PATH};
///
/// #[component]
/// fn Resend(passwordless: Passwordless) -> impl IntoView {
///     view! {
///         <form method="post" action=RESEND_PATH on:submit=passwordless.on(Passwordless::resend)>
///             <button
///                 disabled=passwordless.when(Passwordless::must_wait)
///                 inner_html=passwordless.html(Passwordless::resend_label)
///             ></button>
///         </form>
///     }
/// }
/// ```
impl Passwordless {
    /// A text that follows the login.
    pub fn text_signal(self, read: fn(Self) -> String) -> Signal<String> {
        Signal::derive(move || read(self))
    }

    /// The same as HTML, for `inner_html`. A text node would be lost to a browser that translates the page, and would say
    /// the first thing for ever.
    pub fn html(self, read: fn(Self) -> String) -> Signal<String> {
        Signal::derive(move || escaped(&read(self)))
    }

    /// A text in the language of the page as HTML, for `inner_html`.
    pub fn text_html(self, text: Text) -> String {
        escaped(&self.text(text))
    }

    /// A condition that follows the login.
    pub fn when(self, is: fn(Self) -> bool) -> Signal<bool> {
        Signal::derive(move || is(self))
    }

    /// The same for an ARIA attribute, which is said to be false as well.
    pub fn aria(self, is: fn(Self) -> bool) -> Signal<String> {
        Signal::derive(move || if is(self) { "true" } else { "false" }.to_owned())
    }

    /// What is done about an event of the browser.
    pub fn on<E: 'static>(self, act: fn(Self, &E)) -> impl FnMut(E) + Send + 'static {
        move |event| act(self, &event)
    }
}
