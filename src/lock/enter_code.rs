use super::{login_name::LoginName, notice, submit_button::SubmitButton};
use crate::{
    flow::{Request, Screen},
    headless::Passwordless,
    messages::Text,
};
use leptos::{ev::CompositionEvent, prelude::*};

/// The second screen: the code, another code, another number.
#[component]
pub(super) fn EnterCode(passwordless: Passwordless, autofocus: bool) -> impl IntoView {
    let sent_to = passwordless.element_id("sent-to");
    let expiry = passwordless.element_id("expiry");
    let described_by = [&sent_to, " ", &expiry, " ", &passwordless.element_id(notice::ID)].concat();
    view! {
        <div hidden=passwordless.when(|login| login.screen() != Screen::EnterCode)>
        <form
            class="lock-form"
            method="post"
            action=passwordless.verify_path()
            novalidate
            on:submit=passwordless.on(Passwordless::verify)
        >
            <p id=sent_to translate="no" inner_html=passwordless.html(instructions)></p>
            <label class="lock-field">
                <span inner_html=passwordless.text_html(Text::CodeLabel)></span>
                <input
                    type="text"
                    id=passwordless.element_id("code")
                    name="code"
                    inputmode="numeric"
                    autocomplete="one-time-code"
                    dir="ltr"
                    autofocus=autofocus
                    required
                    data-lock-focus=""
                    readonly=passwordless.when(Passwordless::is_busy)
                    aria-invalid=passwordless.aria(Passwordless::is_refused)
                    aria-describedby=described_by
                    on:input=passwordless.on(Passwordless::type_code)
                    on:compositionend=passwordless.on(|login, end: &CompositionEvent| login.type_code(end))
                />
            </label>
            <p
                id=expiry
                class="lock-hint"
                translate="no"
                inner_html=passwordless.html(Passwordless::expiry_label)
            ></p>
            <LoginName passwordless />
            <SubmitButton passwordless text=submit_label />
        </form>
        <div class="lock-actions">
            <form method="post" action=passwordless.resend_path() on:submit=passwordless.on(Passwordless::resend)>
                <LoginName passwordless />
                <ResendButton passwordless />
            </form>
            <a
                href="?edit"
                on:click=passwordless.on(Passwordless::edit_number)
                inner_html=passwordless.text_html(Text::EditNumber)
            ></a>
        </div>
        </div>
    }
}

fn instructions(passwordless: Passwordless) -> String {
    passwordless.messages(|messages| messages.with_phone(Text::CodeInstructions, &passwordless.sent_to()))
}

/// Disabled while the countdown runs.
#[component]
fn ResendButton(passwordless: Passwordless) -> impl IntoView {
    view! {
        <button
            type="submit"
            class="lock-link"
            disabled=passwordless.when(Passwordless::must_wait)
            translate="no"
            inner_html=passwordless.html(Passwordless::resend_label)
        ></button>
    }
}

fn submit_label(passwordless: Passwordless) -> String {
    let is_checked = passwordless.waiting_for() == Some(Request::Verify);
    passwordless.text(if is_checked { Text::Verifying } else { Text::LogIn })
}
