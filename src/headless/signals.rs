//! Signals and handlers of few types for all that changes on a screen, and all that is done there: each closure in a
//! view would bring code of its own to the browser for the same work.

use super::Passwordless;
use leptos::prelude::*;

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
///             <button disabled=passwordless.when(Passwordless::must_wait)>
///                 {passwordless.says(Passwordless::resend_label)}
///             </button>
///         </form>
///     }
/// }
/// ```
impl Passwordless {
    /// A text that follows the login.
    pub fn says(self, read: fn(Self) -> String) -> Signal<String> {
        Signal::derive(move || read(self))
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
