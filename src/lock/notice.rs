use super::state::Notice;
use crate::{headless::Passwordless, messages};
use leptos::prelude::*;

/// The id that fields name as their description.
pub(super) const ID: &str = "lock-notice";

/// Says what became of the last step. The element is always there, because a live region must exist before its text.
#[component]
pub(super) fn NoticeBar(passwordless: Passwordless) -> impl IntoView {
    let text = move || match passwordless.notice() {
        Some(Notice::Refused(refusal)) => messages::refusal(refusal),
        Some(Notice::Resent) => messages::RESENT.to_owned(),
        None => String::new(),
    };
    view! {
        <p id=ID class="lock-notice" class:lock-refused=move || passwordless.refusal().is_some() role="alert">
            {text}
        </p>
    }
}
