use super::{
    enter_phone::EDIT,
    login_name::LoginName,
    part::{
        Binding::{Content, On, When},
        Part,
    },
    submit_button::{BUSY, DISABLED, SubmitButton, or_busy},
    terms::TermsBox,
};
use crate::{flow::Screen, headless::Passwordless, messages::Text};
use leptos::{prelude::*, wasm_bindgen::JsCast};

pub(super) static SCREEN: Part = Part {
    name: "last-login",
    bindings: &[When("hidden", |login| !matches!(login.screen(), Screen::LastLogin { .. }))],
};
pub(super) static FORM: Part = Part {
    name: "last-login-form",
    bindings: &[On("submit", |login, submit| login.use_last_login(submit.unchecked_ref()))],
};
pub(super) static QUESTION: Part = Part { name: "last-login-question", bindings: &[Content(instructions)] };
pub(super) static SUBMIT: Part = Part { name: "last-login-submit", bindings: &[DISABLED, BUSY, Content(submit_label)] };

/// The screen before the first: logs in with the number of the last login, in one press.
#[component]
pub(super) fn LastLogin(passwordless: Passwordless, autofocus: bool, show_terms: bool) -> impl IntoView {
    view! {
        <div {..SCREEN.of(passwordless)}>
            <form
                class="lock-form"
                method="post"
                action=passwordless.start_path()
                novalidate
                {..FORM.of(passwordless)}
            >
                <p translate="no" {..QUESTION.of(passwordless)}></p>
                <TermsBox passwordless show_terms />
                <input type="hidden" name="phone_number" />
                <input type="hidden" name="last_login" value="on" />
                <input type="hidden" name="return_to" value=passwordless.return_to() />
                <LoginName passwordless />
                <SubmitButton passwordless part=&SUBMIT autofocus />
            </form>
            <div class="lock-actions">
                <a
                    href="?edit"
                    inner_html=passwordless.text_html(Text::NotYourAccount)
                    {..EDIT.of(passwordless)}
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
