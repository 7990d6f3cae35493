use crate::{flow::Screen, headless::Passwordless, messages::Text};
use leptos::prelude::*;

/// The tenant asks for more than a code, which the notice says; its own login page has what it asks for.
#[component]
pub(super) fn MoreSteps(passwordless: Passwordless) -> impl IntoView {
    view! {
        <div class="lock-form" hidden=passwordless.when(|login| login.screen() != Screen::MoreSteps)>
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
