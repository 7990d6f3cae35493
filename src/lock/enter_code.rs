use super::{
    enter_phone::EDIT,
    login_name::LoginName,
    notice,
    part::{
        Binding::{Aria, Content, On, When},
        Part,
    },
    submit_button::{BUSY, DISABLED, SubmitButton},
};
use crate::{
    flow::{Request, Screen},
    headless::Passwordless,
    messages::Text,
};
use leptos::{prelude::*, wasm_bindgen::JsCast};

pub(super) static SCREEN: Part =
    Part { name: "enter-code", bindings: &[When("hidden", |login| login.screen() != Screen::EnterCode)] };
pub(super) static FORM: Part =
    Part { name: "code-form", bindings: &[On("submit", |login, submit| login.verify(submit.unchecked_ref()))] };
pub(super) static INSTRUCTIONS: Part = Part { name: "sent-to", bindings: &[Content(instructions)] };
pub(super) static FIELD: Part = Part {
    name: "code",
    bindings: &[
        When("readonly", Passwordless::is_busy),
        Aria("aria-invalid", Passwordless::is_refused),
        On("input", Passwordless::type_code),
        On("compositionend", Passwordless::type_code),
    ],
};
pub(super) static EXPIRY: Part = Part { name: "expiry", bindings: &[Content(Passwordless::expiry_label)] };
pub(super) static SUBMIT: Part = Part { name: "verify", bindings: &[DISABLED, BUSY, Content(submit_label)] };
pub(super) static RESEND_FORM: Part =
    Part { name: "resend-form", bindings: &[On("submit", |login, submit| login.resend(submit.unchecked_ref()))] };
/// Disabled while the countdown runs.
pub(super) static RESEND: Part = Part {
    name: "resend",
    bindings: &[When("disabled", Passwordless::must_wait), Content(Passwordless::resend_label)],
};

/// The second screen: the code, another code, another number.
#[component]
pub(super) fn EnterCode(passwordless: Passwordless, autofocus: bool) -> impl IntoView {
    let sent_to = passwordless.element_id("sent-to");
    let expiry = passwordless.element_id("expiry");
    let described_by = [&sent_to, " ", &expiry, " ", &passwordless.element_id(notice::ID)].concat();
    view! {
        <div {..SCREEN.of(passwordless)}>
        <form
            class="lock-form"
            method="post"
            action=passwordless.verify_path()
            novalidate
            {..FORM.of(passwordless)}
        >
            <p id=sent_to translate="no" {..INSTRUCTIONS.of(passwordless)}></p>
            <label class="lock-field">
                <span inner_html=passwordless.text_html(Text::CodeLabel)></span>
                <input
                    type="text"
                    id=passwordless.element_id("code")
                    name="code"
                    inputmode="numeric"
                    autocomplete="one-time-code"
                    aria-describedby=described_by
                    dir="ltr"
                    autofocus=autofocus
                    required
                    data-lock-focus=""
                    {..FIELD.of(passwordless)}
                />
            </label>
            <p id=expiry class="lock-hint" translate="no" {..EXPIRY.of(passwordless)}></p>
            <LoginName passwordless />
            <SubmitButton passwordless part=&SUBMIT />
        </form>
        <div class="lock-actions">
            <form method="post" action=passwordless.resend_path() {..RESEND_FORM.of(passwordless)}>
                <LoginName passwordless />
                <button type="submit" class="lock-link" translate="no" {..RESEND.of(passwordless)}></button>
            </form>
            <a
                href="?edit"
                inner_html=passwordless.text_html(Text::EditNumber)
                {..EDIT.of(passwordless)}
            ></a>
        </div>
        </div>
    }
}

fn instructions(passwordless: Passwordless) -> String {
    passwordless.messages(|messages| messages.with_phone(Text::CodeInstructions, &passwordless.sent_to()))
}

fn submit_label(passwordless: Passwordless) -> String {
    let is_checked = passwordless.waiting_for() == Some(Request::Verify);
    passwordless.text(if is_checked { Text::Verifying } else { Text::LogIn })
}
