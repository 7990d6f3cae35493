//! The user's actions.

use super::{
    Passwordless,
    dom::{field, fields, input_of, is_composing, query, write},
};
use crate::country::Country;
use crate::flow::Event;
use crate::phone_number::typed::Typed;
use leptos::{
    ev::{Event as DomEvent, MouseEvent, SubmitEvent},
    prelude::*,
};
use web_sys::FormData;

/// Actions.
impl Passwordless {
    /// Chooses the country for numbers without an international prefix.
    pub fn choose_country(self, country: Country) {
        self.dispatch(Event::CountryChosen(country));
    }

    /// For the `input` event of the phone number: an international number chooses its country.
    pub fn type_phone_number(self, input: &DomEvent) {
        self.take_phone_number(input_of(input).value());
    }

    /// For the `input` and `compositionend` events of the code: only its digits stay, and a complete code is submitted.
    ///
    /// While an input method is composing, the field is left alone: text that is written into it then appears twice.
    pub fn type_code(self, input: &DomEvent) {
        if is_composing(input) {
            return;
        }
        let field = input_of(input);
        self.keep(field.form().and_then(|form| fields(&form)).as_ref());
        self.dispatch(Event::CodeTyped(field.value()));
        write(&field, &untrack(|| self.code()));
    }

    /// Requests a code, with the fields of the submitted form. They are read although the state may have them already:
    /// password managers fill fields in without an event.
    pub fn send_code(self, submit: &SubmitEvent) {
        self.take_fields(self.take(submit).as_ref());
        self.dispatch(Event::PhoneNumberSubmitted);
    }

    /// Requests a code for the number of the last login.
    pub fn use_last_login(self, submit: &SubmitEvent) {
        self.take_terms(self.take(submit).as_ref());
        self.dispatch(Event::LastLoginPressed);
    }

    /// Requests another code.
    pub fn resend(self, submit: &SubmitEvent) {
        self.take(submit);
        self.dispatch(Event::ResendPressed);
    }

    /// Checks the `code` of the submitted form and, if it is right, leaves the page.
    pub fn verify(self, submit: &SubmitEvent) {
        self.dispatch(Event::CodeTyped(field(self.take(submit).as_ref(), "code")));
        self.dispatch(Event::CodeSubmitted);
    }

    /// Goes back to the phone number, which stays filled in.
    pub fn edit_number(self, click: &MouseEvent) {
        click.prevent_default();
        self.dispatch(Event::EditNumberPressed);
    }

    /// The fields of the submitted form, whose default action is prevented.
    fn take(self, submit: &SubmitEvent) -> Option<FormData> {
        submit.prevent_default();
        let fields = fields(&event_target(submit));
        self.keep(fields.as_ref());
        fields
    }

    /// Keeps the fields of a form that is about to be submitted.
    fn keep(self, fields: Option<&FormData>) {
        let form = fields.and_then(query).unwrap_or_default();
        self.background.update_value(|background| background.form = form);
    }

    /// Reads the fields of the first screen.
    pub(crate) fn take_fields(self, fields: Option<&FormData>) {
        if let Ok(country) = Country::from_iso(&field(fields, "country")) {
            self.choose_country(country);
        }
        self.take_phone_number(field(fields, "phone_number"));
        self.take_terms(fields);
    }

    fn take_terms(self, fields: Option<&FormData>) {
        self.dispatch(Event::TermsTicked(!field(fields, "accept_terms").is_empty()));
    }

    fn take_phone_number(self, text: String) {
        let current = untrack(|| self.country());
        let meant = self.with_countries(|countries| {
            // A prefix of this country only, like `0011` in Australia, would mean something else in the next one.
            let read = Typed::read(&text, countries.entry(current)?.idd);
            match (&read, read == Typed::read(&text, "")) {
                (Typed::International(digits), true) => countries.of_international(digits, current),
                _ => None,
            }
        });
        if let Some(country) = meant {
            self.choose_country(country);
        }
        self.dispatch(Event::PhoneNumberTyped(text));
    }
}
