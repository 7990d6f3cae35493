use super::{country_picker::CountryPicker, notice, state::Request, submit_button::SubmitButton};
use crate::{api::START_PATH, headless::Passwordless, messages};
use leptos::{html::Input, prelude::*};

/// The first screen: country and phone number.
#[component]
pub(super) fn EnterPhone(passwordless: Passwordless, field: NodeRef<Input>) -> impl IntoView {
    view! {
        <form
            class="lock-form"
            method="post"
            action=START_PATH
            novalidate
            on:submit=move |ev| passwordless.send_code(&ev)
        >
            <p>{messages::PHONE_INSTRUCTIONS}</p>
            <CountryPicker passwordless />
            <label class="lock-field">
                <span>{messages::PHONE_LABEL}</span>
                <input
                    type="tel"
                    name="phone_number"
                    autocomplete="tel"
                    dir="ltr"
                    autofocus
                    required
                    value=untrack(|| passwordless.phone_number())
                    readonly=move || passwordless.waiting_for().is_some()
                    aria-invalid=move || passwordless.refusal().is_some().to_string()
                    aria-describedby=notice::ID
                    node_ref=field
                />
            </label>
            <input type="hidden" name="return_to" value=passwordless.return_to() />
            <SubmitButton
                passwordless
                request=Request::Start
                label=messages::SEND_CODE
                busy_label=messages::SENDING
            />
        </form>
    }
}
