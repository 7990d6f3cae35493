use crate::{flow::Screen, headless::Passwordless, messages::Text};
use leptos::prelude::*;

/// The last screen: the browser is about to leave; if it does not, a link appears after a while.
///
/// The link is never focused automatically: a second Enter after the code would follow it and repeat the navigation.
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

/// Set only when it is shown: a live region announces changes.
fn thanks(passwordless: Passwordless) -> String {
    if continue_to(passwordless).is_empty() { String::new() } else { passwordless.text(Text::SignedIn) }
}
