use super::{notice, state::Request, submit_button::SubmitButton};
use crate::{
    api::{RESEND_PATH, VERIFY_PATH},
    headless::Passwordless,
    messages,
};
use leptos::{html::Input, prelude::*};

/// The second screen: the code, another code, another number.
#[component]
pub(super) fn EnterCode(passwordless: Passwordless, field: NodeRef<Input>) -> impl IntoView {
    view! {
        <form
            class="lock-form"
            method="post"
            action=VERIFY_PATH
            novalidate
            on:submit=move |ev| passwordless.verify(&ev)
        >
            <p id="lock-sent-to">{move || messages::code_instructions(&passwordless.sent_to())}</p>
            <label class="lock-field">
                <span>{messages::CODE_LABEL}</span>
                <input
                    type="text"
                    name="code"
                    inputmode="numeric"
                    autocomplete="one-time-code"
                    dir="ltr"
                    autofocus
                    required
                    readonly=move || passwordless.waiting_for().is_some()
                    aria-invalid=move || passwordless.refusal().is_some().to_string()
                    aria-describedby=format!("lock-sent-to {}", notice::ID)
                    node_ref=field
                />
            </label>
            <SubmitButton
                passwordless
                request=Request::Verify
                label=messages::VERIFY
                busy_label=messages::VERIFYING
            />
        </form>
        <div class="lock-actions">
            <form method="post" action=RESEND_PATH on:submit=move |ev| passwordless.resend(&ev)>
                <ResendButton passwordless />
            </form>
            <a href="?edit" on:click=move |ev| passwordless.edit_number(&ev)>
                {messages::EDIT_NUMBER}
            </a>
        </div>
    }
}

/// Disabled while the countdown runs.
#[component]
fn ResendButton(passwordless: Passwordless) -> impl IntoView {
    view! {
        <button type="submit" class="lock-link" disabled=move || passwordless.hydrated() && !passwordless.can_resend()>
            {move || passwordless.resend_label()}
        </button>
    }
}
