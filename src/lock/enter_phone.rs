use super::{
    country_picker::CountryPicker,
    login_name::LoginName,
    notice,
    part::{
        Binding::{Aria, Content, On, When},
        Part,
    },
    submit_button::{BUSY, DISABLED, SubmitButton, or_busy},
    terms::TermsBox,
};
use crate::{flow::Screen, headless::Passwordless, messages::Text};
use leptos::{prelude::*, wasm_bindgen::JsCast};

pub(super) static FORM: Part = Part {
    name: "phone",
    bindings: &[
        When("hidden", |login| login.screen() != Screen::EnterPhone),
        On("submit", |login, submit| login.send_code(submit.unchecked_ref())),
    ],
};
pub(super) static FIELD: Part = Part {
    name: "phone-number",
    bindings: &[
        When("readonly", Passwordless::is_busy),
        Aria("aria-invalid", Passwordless::is_refused),
        On("input", Passwordless::type_phone_number),
    ],
};
pub(super) static PREVIEW: Part = Part { name: "preview", bindings: &[Content(preview)] };
pub(super) static SUBMIT: Part = Part { name: "send", bindings: &[DISABLED, BUSY, Content(submit_label)] };
/// A link that leads here from other screens.
pub(super) static EDIT: Part =
    Part { name: "edit", bindings: &[On("click", |login, click| login.edit_number(click.unchecked_ref()))] };

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
            {..FORM.of(passwordless)}
        >
            <p inner_html=passwordless.text_html(Text::PhoneInstructions)></p>
            <CountryPicker passwordless />
            <label class="lock-field">
                <span inner_html=passwordless.text_html(Text::PhoneLabel)></span>
                <input
                    type="tel"
                    name="phone_number"
                    autocomplete="tel"
                    aria-describedby=described_by
                    dir="ltr"
                    autofocus=autofocus
                    required
                    data-lock-focus=""
                    value=untrack(|| passwordless.phone_number())
                    {..FIELD.of(passwordless)}
                />
            </label>
            <p id=preview_id class="lock-hint" translate="no" {..PREVIEW.of(passwordless)}></p>
            <TermsBox passwordless show_terms />
            <input type="hidden" name="return_to" value=passwordless.return_to() />
            <input type="hidden" name="confirmed" value=untrack(|| passwordless.asked_back()) />
            <LoginName passwordless />
            <SubmitButton passwordless part=&SUBMIT />
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
