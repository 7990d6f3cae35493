//! The dialog on a page whose server answers the forms itself, without the server functions: the login page of a tenant.
//!
//! Such a server takes the same fields, and answers a script in the same way, with the JSON of
//! [`StartOutcome`](crate::outcome::StartOutcome) and [`VerifyOutcome`](crate::outcome::VerifyOutcome).

use super::{
    cookies, countries,
    country_guess::first_country,
    languages::{self, Language},
    phone_number::{self, Certainty, Number, Served},
};
use crate::{
    Country, Login, OneTimeCode, PhoneNumber,
    messages::{Messages, Text},
    one_time_code::digits_in,
    outcome::Refusal,
    phone_number::typed::has_extension,
};
use http::HeaderMap;
use leptos::prelude::{provide_context, use_context};

/// The login of a page that is not below [`install`](super::install).
#[derive(Clone)]
struct Provided(Login);

/// Makes the dialogs of the page that is being rendered begin with this login. To be called in the page's component, which
/// need not be below [`install`](super::install).
///
/// ```
/// use leptos::prelude::*;
/// use leptos_passwordless::{Lock, Login, server::{Language, provide_login}};
///
/// fn page(headers: &http::HeaderMap) -> impl IntoView {
///     let login = Login::posting_to("/u/login/17", Language::of_request(headers), &[], headers);
///     provide_login(login);
///     view! { <Lock /> }
/// }
/// ```
pub fn provide_login(login: Login) {
    provide_context(Provided(login));
}

pub(super) fn provided_login() -> Option<Login> {
    use_context::<Provided>().map(|Provided(login)| login)
}

impl Login {
    /// A login whose forms post to `/start`, `/resend` and `/verify` below `path`; `countries` (all if empty) are offered.
    pub fn posting_to(path: &str, language: Language, countries: &[Country], headers: &HeaderMap) -> Self {
        let mut login = Self {
            id: "lock0".to_owned(),
            api: path.to_owned(),
            page_url: [path, "?"].concat(),
            hosted_url: path.to_owned(),
            countries: countries::in_language(language, countries),
            messages: language.messages(),
            ..Self::default()
        };
        login.state.country = first_country(None, countries, headers);
        login
    }

    /// Shows other words; see Lock's `languageDictionary`.
    #[must_use]
    pub fn saying(self, text: Text, words: &str) -> Self {
        let messages = self.messages.replacing(text, words);
        Self { messages, ..self }
    }

    /// Chooses a country, if it is one of those offered.
    #[must_use]
    pub fn with_country(mut self, country: Country) -> Self {
        if self.countries.entry(country).is_some() {
            self.state.country = country;
        }
        self
    }

    /// Fills in the number as it was typed.
    #[must_use]
    pub fn with_phone_number(mut self, typed: &str) -> Self {
        typed.clone_into(&mut self.state.phone_number);
        self
    }

    /// Ticks the box for the terms.
    #[must_use]
    pub fn accepting_terms(mut self, accepts: bool) -> Self {
        self.state.accepts_terms = accepts;
        self
    }

    /// The language of its texts, and their direction, for the document around it.
    pub fn messages(&self) -> &Messages {
        &self.messages
    }
}

impl Language {
    /// The language of a request: of the cookie `language`, or the browser's.
    pub fn of_request(headers: &HeaderMap) -> Self {
        Self::of(headers, cookies::value(headers, languages::COOKIE), None)
    }
}

/// The form for the number, as the dialog posts it; the fields are those of [`start`](crate::api::start).
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct NumberForm<'a> {
    /// The number as typed.
    pub phone_number: &'a str,
    /// The country chosen.
    pub country: Country,
    /// The number that the dialog showed while it was typed.
    pub previewed: &'a str,
    /// The number that the dialog asked about.
    pub confirmed: &'a str,
    /// Whether a landline is taken.
    pub landlines: bool,
}

impl<'a> NumberForm<'a> {
    /// A form with the number as typed, and the country chosen.
    pub fn new(phone_number: &'a str, country: Country) -> Self {
        Self { phone_number, country, ..Self::default() }
    }

    /// Sets what the dialog showed, and what it asked about.
    #[must_use]
    pub fn shown(self, previewed: &'a str, confirmed: &'a str) -> Self {
        Self { previewed, confirmed, ..self }
    }

    /// Takes landlines, or refuses them, which is the default.
    #[must_use]
    pub fn with_landlines(self, landlines: bool) -> Self {
        Self { landlines, ..self }
    }

    /// The number, and the same spaced for reading; `allowed` (all if empty) may be texted.
    ///
    /// # Errors
    /// The [`Refusal`] that the dialog is to show: a question if the number may be wrong, or is not the one it showed.
    pub fn read(&self, allowed: &[Country]) -> Result<(PhoneNumber, String), Refusal> {
        self.number(allowed).map(|number| (number.e164, number.display))
    }

    pub(super) fn number(&self, allowed: &[Country]) -> Result<Number, Refusal> {
        let served = Served { countries: allowed, landlines: self.landlines };
        let number = phone_number::read(self.phone_number, self.country, served)?;
        // An extension cannot be texted: who was shown the number has seen that it is left out.
        let needs_no_preview = self.previewed.is_empty() && !has_extension(self.phone_number);
        let is_as_previewed = needs_no_preview || number.is_shown_as(self.previewed);
        if number.certainty == Certainty::Sure && is_as_previewed {
            return Ok(number.written_as(self.previewed));
        }
        if number.is_shown_as(self.confirmed) { Ok(number) } else { Err(Refusal::ConfirmNumber(number.display)) }
    }
}

/// Reads a code as the browser does: of `Your code is 123-456` that is `123456`; `length` is its number of digits.
///
/// # Errors
/// The [`Refusal`] that the dialog is to show, which is no attempt.
pub fn read_code(typed: &str, length: u32) -> Result<OneTimeCode, Refusal> {
    if typed.trim().is_empty() {
        return Err(Refusal::CodeMissing);
    }
    let digits = digits_in(typed, usize::try_from(length).unwrap_or_default());
    let is_whole = u32::try_from(digits.len()).is_ok_and(|count| count >= length);
    if !digits.is_empty() && !is_whole {
        return Err(Refusal::CodeIncomplete { digits: length });
    }
    OneTimeCode::parse(&digits).map_err(|_| Refusal::CodeMalformed)
}
