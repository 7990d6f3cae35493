use super::state::Request;
use crate::headless::Passwordless;
use leptos::prelude::*;

/// The button of a form: says what is under way, and cannot be pressed twice.
#[component]
pub(super) fn SubmitButton(
    passwordless: Passwordless,
    request: Request,
    label: &'static str,
    busy_label: &'static str,
) -> impl IntoView {
    let text = move || if passwordless.waiting_for() == Some(request) { busy_label } else { label };
    view! {
        <button
            type="submit"
            class="lock-submit"
            disabled=move || passwordless.waiting_for().is_some()
            aria-busy=move || passwordless.waiting_for().is_some().to_string()
        >
            {text}
        </button>
    }
}
