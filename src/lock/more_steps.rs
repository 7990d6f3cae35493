use crate::{flow::Screen, headless::Passwordless, messages::Text};
use leptos::prelude::*;

/// The tenant requires more than a code, as the notice explains; the link leads to its own login page.
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
