use crate::{flow::Screen, headless::Passwordless, messages::Text};
use leptos::prelude::*;

/// Nobody can log in at the moment, which the notice says; the way on is another try.
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
