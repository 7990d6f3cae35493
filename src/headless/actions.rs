//! What a person can do.

use super::{
    Passwordless,
    dom::{field, input_of, is_composing, take, write},
};
use crate::country::Country;
use crate::flow::Event;
use crate::phone_number::typed::Typed;
use leptos::{
    ev::{Event as DomEvent, MouseEvent, SubmitEvent},
    prelude::*,
};
use web_sys::HtmlFormElement;

/// What a person can do.
impl Passwordless {
    /// Chooses the country for numbers without an international prefix.
    pub fn choose_country(self, country: Country) {
        self.dispatch(Event::CountryChosen(country));
    }

    /// Follows the phone number while it is typed or pasted; an international one chooses its country.
    pub fn type_phone_number(self, input: &DomEvent) {
        self.take_phone_number(input_of(input).value());
    }

    /// Follows the code while it is typed, pasted or filled in: only its digits stay, and once it is whole it is sent.
    ///
    /// While an input method composes, the field is its own: what is written into it then is typed twice. For its
    /// `input` and `compositionend` events.
    pub fn type_code(self, input: &DomEvent) {
        if is_composing(input) {
            return;
        }
        let field = input_of(input);
        self.dispatch(Event::CodeTyped(field.value()));
        write(&field, &untrack(|| self.code()));
    }

    /// Asks for a code: takes the fields from the form that was submitted.
    pub fn send_code(self, submit: &SubmitEvent) {
        self.take_fields(&take(submit));
        self.dispatch(Event::PhoneNumberSubmitted);
    }

    /// Asks for a code to the number of the last login.
    pub fn use_last_login(self, submit: &SubmitEvent) {
        self.take_terms(&take(submit));
        self.dispatch(Event::LastLoginPressed);
    }

    /// Asks for another code.
    pub fn resend(self, submit: &SubmitEvent) {
        take(submit);
        self.dispatch(Event::ResendPressed);
    }

    /// Checks the `code` of the form that was submitted and, if it is right, leaves the page.
    pub fn verify(self, submit: &SubmitEvent) {
        let form = take(submit);
        self.dispatch(Event::CodeTyped(field(&form, "code")));
        self.dispatch(Event::CodeSubmitted);
    }

    /// Back to the phone number, which is kept.
    pub fn edit_number(self, click: &MouseEvent) {
        click.prevent_default();
        self.dispatch(Event::EditNumberPressed);
    }

    /// Takes what stands in the form of the first screen.
    pub(crate) fn take_fields(self, form: &HtmlFormElement) {
        if let Ok(country) = Country::from_iso(&field(form, "country")) {
            self.choose_country(country);
        }
        self.take_phone_number(field(form, "phone_number"));
        self.take_terms(form);
    }

    fn take_terms(self, form: &HtmlFormElement) {
        self.dispatch(Event::TermsTicked(!field(form, "accept_terms").is_empty()));
    }

    fn take_phone_number(self, text: String) {
        let current = untrack(|| self.country());
        let meant = self.with_countries(|countries| {
            // What is read so only in this country, like `0011` in Australia, would be read in another way in the next.
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
