use super::part::{
    Binding::{self, Aria, When},
    Part,
};
use crate::{headless::Passwordless, messages::Text};
use leptos::prelude::*;

/// What every such button has besides its text.
pub(super) const DISABLED: Binding = When("disabled", Passwordless::is_busy);
pub(super) const BUSY: Binding = Aria("aria-busy", Passwordless::is_busy);

/// The button of a form: shows the pending request and is disabled meanwhile.
#[component]
pub(super) fn SubmitButton(
    passwordless: Passwordless,
    part: &'static Part,
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
            translate="no"
            {..part.of(passwordless)}
        ></button>
    }
}

/// A text, or another while a request is pending.
pub(super) fn or_busy(passwordless: Passwordless, label: Text, busy_label: Text) -> String {
    passwordless.text(if passwordless.is_busy() { busy_label } else { label })
}
