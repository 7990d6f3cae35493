use super::part::{
    Binding::{Aria, Html},
    Part,
};
use crate::{
    flow::{FlashKind, Notice},
    headless::{Passwordless, escaped},
    messages::Text,
};
use leptos::prelude::*;

/// The end of the id by which fields reference the notice as their description.
pub(super) const ID: &str = "notice";

pub(super) static NOTICE: Part = Part { name: "notice", bindings: &[Aria("data-refused", is_bad_news), Html(html)] };

/// Shows the outcome of the last step. The element always exists, because a live region must be there before its text.
#[component]
pub(super) fn NoticeBar(passwordless: Passwordless) -> impl IntoView {
    view! {
        <p
            id=passwordless.element_id(ID)
            class="lock-notice"
            role="alert"
            translate="no"
            {..NOTICE.of(passwordless)}
        ></p>
    }
}

fn is_bad_news(passwordless: Passwordless) -> bool {
    match passwordless.notice() {
        Some(Notice::Refused(_)) => passwordless.is_refused(),
        Some(Notice::Flash(flash)) => flash.kind == FlashKind::Error,
        Some(Notice::Resent) | None => false,
    }
}

/// Where a proof of work is asked for, the server adds the script that calculates it; it takes itself out of the sentence.
#[cfg(feature = "ssr")]
fn html(passwordless: Passwordless) -> String {
    escaped(&text(passwordless)) + &crate::server::proof_of_work::script(passwordless)
}

#[cfg(not(feature = "ssr"))]
fn html(passwordless: Passwordless) -> String {
    escaped(&text(passwordless))
}

fn text(passwordless: Passwordless) -> String {
    match passwordless.notice() {
        Some(Notice::Refused(_)) => passwordless.failure(),
        Some(Notice::Resent) => passwordless.text(Text::Sent),
        Some(Notice::Flash(flash)) => flash.text,
        None => String::new(),
    }
}
