use super::part::{Binding::When, Part};
use crate::{flow::Screen, headless::Passwordless, messages::Text};
use leptos::prelude::*;

pub(super) static SCREEN: Part =
    Part { name: "more-steps", bindings: &[When("hidden", |login| login.screen() != Screen::MoreSteps)] };

/// The tenant requires more than a code, as the notice explains; the link leads to its own login page.
#[component]
pub(super) fn MoreSteps(passwordless: Passwordless) -> impl IntoView {
    view! {
        <div class="lock-form" {..SCREEN.of(passwordless)}>
            <a
                class="lock-submit"
                href=passwordless.hosted_page()
                rel="external"
                data-lock-focus=""
                inner_html=passwordless.text_html(Text::Continue)
            ></a>
        </div>
    }
}
