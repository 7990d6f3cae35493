use super::{
    enter_phone::EDIT,
    part::{Binding::When, Part},
};
use crate::{flow::Screen, headless::Passwordless, messages::Text};
use leptos::prelude::*;

pub(super) static SCREEN: Part =
    Part { name: "unrecoverable", bindings: &[When("hidden", |login| login.screen() != Screen::Unrecoverable)] };

/// No login is possible at the moment, as the notice explains; the link starts over.
#[component]
pub(super) fn Unrecoverable(passwordless: Passwordless) -> impl IntoView {
    view! {
        <div class="lock-form" {..SCREEN.of(passwordless)}>
            <a
                class="lock-submit"
                href="?edit"
                data-lock-focus=""
                inner_html=passwordless.text_html(Text::Retry)
                {..EDIT.of(passwordless)}
            ></a>
        </div>
    }
}
