use crate::{headless::Passwordless, messages::Text};
use leptos::prelude::*;

/// The button of a form: shows the pending request and is disabled meanwhile.
#[component]
pub(super) fn SubmitButton(
    passwordless: Passwordless,
    text: fn(Passwordless) -> String,
    /// Whether it has the focus at the start.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    view! {
        <button
            type="submit"
            class="lock-submit"
            autofocus=autofocus
            data-lock-focus=""
            disabled=passwordless.when(Passwordless::is_busy)
            aria-busy=passwordless.aria(Passwordless::is_busy)
            translate="no"
            inner_html=passwordless.html(text)
        ></button>
    }
}

/// A text, or another while a request is pending.
pub(super) fn or_busy(passwordless: Passwordless, label: Text, busy_label: Text) -> String {
    passwordless.text(if passwordless.is_busy() { busy_label } else { label })
}
