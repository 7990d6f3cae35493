use super::part::{
    Binding::{Attribute, Content, When},
    Part,
};
use crate::{flow::Screen, headless::Passwordless, messages::Text};
use leptos::prelude::*;

pub(super) static SCREEN: Part =
    Part { name: "signed-in", bindings: &[When("hidden", |login| continue_to(login).is_empty())] };
pub(super) static THANKS: Part = Part { name: "thanks", bindings: &[Content(thanks)] };
pub(super) static CONTINUE: Part = Part { name: "continue", bindings: &[Attribute("href", continue_to)] };

/// The last screen: the browser is about to leave; if it does not, a link appears after a while.
///
/// The link is never focused automatically: a second Enter after the code would follow it and repeat the navigation.
#[component]
pub(super) fn SignedIn(passwordless: Passwordless) -> impl IntoView {
    view! {
        <div class="lock-form" {..SCREEN.of(passwordless)}>
            <p
                class="lock-check"
                role="status"
                tabindex="-1"
                data-lock-focus=""
                translate="no"
                {..THANKS.of(passwordless)}
            ></p>
            <a
                class="lock-late"
                inner_html=passwordless.text_html(Text::Continue)
                {..CONTINUE.of(passwordless)}
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
