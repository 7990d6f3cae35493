use crate::{flow::Screen, headless::Passwordless, messages::Text};
use leptos::prelude::*;

/// No login is possible at the moment, as the notice explains; the link starts over.
#[component]
pub(super) fn Unrecoverable(passwordless: Passwordless) -> impl IntoView {
    view! {
        <div class="lock-form" hidden=passwordless.when(|login| login.screen() != Screen::Unrecoverable)>
            <a
                class="lock-submit"
                href="?edit"
                data-lock-focus=""
                on:click=passwordless.on(Passwordless::edit_number)
                inner_html=passwordless.text_html(Text::Retry)
            ></a>
        </div>
    }
}
