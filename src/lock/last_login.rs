use super::{
    login_name::LoginName,
    submit_button::{SubmitButton, or_busy},
    terms::TermsBox,
};
use crate::{flow::Screen, headless::Passwordless, messages::Text};
use leptos::prelude::*;

/// The screen before the first: logs in with the number of the last login, in one press.
#[component]
pub(super) fn LastLogin(passwordless: Passwordless, autofocus: bool, show_terms: bool) -> impl IntoView {
    view! {
        <div hidden=passwordless.when(|login| !matches!(login.screen(), Screen::LastLogin { .. }))>
            <form
                class="lock-form"
                method="post"
                action=passwordless.start_path()
                novalidate
                on:submit=passwordless.on(Passwordless::use_last_login)
            >
                <p translate="no" inner_html=passwordless.html(instructions)></p>
                <TermsBox passwordless show_terms />
                <input type="hidden" name="phone_number" />
                <input type="hidden" name="last_login" value="on" />
                <input type="hidden" name="return_to" value=passwordless.return_to() />
                <LoginName passwordless />
                <SubmitButton passwordless text=submit_label autofocus />
            </form>
            <div class="lock-actions">
                <a
                    href="?edit"
                    on:click=passwordless.on(Passwordless::edit_number)
                    inner_html=passwordless.text_html(Text::NotYourAccount)
                ></a>
            </div>
        </div>
    }
}

fn instructions(passwordless: Passwordless) -> String {
    match passwordless.screen() {
        Screen::LastLogin { phone_number } => {
            passwordless.messages(|messages| messages.with_phone(Text::LastLogin, &phone_number))
        }
        _ => String::new(),
    }
}

fn submit_label(passwordless: Passwordless) -> String {
    or_busy(passwordless, Text::LastLoginAction, Text::Sending)
}
