use crate::{flow::Screen, headless::Passwordless, messages::Text};
use leptos::prelude::*;

/// The last screen: the browser is about to leave; the link is for the one that does not, and shows late.
///
/// It never gets the focus by itself: who pressed Enter for the code would press it, and go the same way twice.
#[component]
pub(super) fn SignedIn(passwordless: Passwordless) -> impl IntoView {
    view! {
        <div class="lock-form" hidden=passwordless.when(|login| continue_to(login).is_empty())>
            <p
                class="lock-check"
                role="status"
                tabindex="-1"
                data-lock-focus=""
                translate="no"
                inner_html=passwordless.html(thanks)
            ></p>
            <a
                class="lock-late"
                href=passwordless.text_signal(continue_to)
                inner_html=passwordless.text_html(Text::Continue)
            ></a>
        </div>
    }
}

fn continue_to(passwordless: Passwordless) -> String {
    match passwordless.screen() {
        Screen::SignedIn { continue_to } => continue_to,
        _ => String::new(),
    }
}

/// Said when it is shown: a live region speaks of what changes.
fn thanks(passwordless: Passwordless) -> String {
    if continue_to(passwordless).is_empty() { String::new() } else { passwordless.text(Text::SignedIn) }
}
