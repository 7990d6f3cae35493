use super::{
    country_picker::CountryPicker,
    login_name::LoginName,
    notice,
    submit_button::{SubmitButton, or_busy},
    terms::TermsBox,
};
use crate::{flow::Screen, headless::Passwordless, messages::Text};
use leptos::prelude::*;

/// The first screen: country and phone number.
#[component]
pub(super) fn EnterPhone(passwordless: Passwordless, autofocus: bool, show_terms: bool) -> impl IntoView {
    let preview_id = passwordless.element_id("preview");
    let described_by = [&preview_id, " ", &passwordless.element_id(notice::ID)].concat();
    view! {
        <form
            id=passwordless.element_id("phone")
            class="lock-form"
            method="post"
            action=passwordless.start_path()
            novalidate
            hidden=passwordless.when(|login| login.screen() != Screen::EnterPhone)
            on:submit=passwordless.on(Passwordless::send_code)
        >
            <p inner_html=passwordless.text_html(Text::PhoneInstructions)></p>
            <CountryPicker passwordless />
            <label class="lock-field">
                <span inner_html=passwordless.text_html(Text::PhoneLabel)></span>
                <input
                    type="tel"
                    name="phone_number"
                    autocomplete="tel"
                    dir="ltr"
                    autofocus=autofocus
                    required
                    data-lock-focus=""
                    value=untrack(|| passwordless.phone_number())
                    readonly=passwordless.when(Passwordless::is_busy)
                    aria-invalid=passwordless.aria(Passwordless::is_refused)
                    aria-describedby=described_by
                    on:input=passwordless.on(Passwordless::type_phone_number)
                />
            </label>
            <p id=preview_id class="lock-hint" translate="no" inner_html=passwordless.html(preview)></p>
            <TermsBox passwordless show_terms />
            <input type="hidden" name="return_to" value=passwordless.return_to() />
            <input type="hidden" name="confirmed" value=untrack(|| passwordless.asked_back()) />
            <LoginName passwordless />
            <SubmitButton passwordless text=submit_label />
        </form>
    }
}

/// Only once hydrated: the server's HTML would repeat what is in the field.
fn preview(passwordless: Passwordless) -> String {
    let number = passwordless.preview().filter(|_| passwordless.is_hydrated());
    number
        .map(|number| passwordless.messages(|messages| messages.with_phone(Text::PhonePreview, &number)))
        .unwrap_or_default()
}

fn submit_label(passwordless: Passwordless) -> String {
    or_busy(passwordless, Text::Submit, Text::Sending)
}
