//! Settings of one page or one dialog; those for all pages are in [`AuthConfig`](super::AuthConfig).

use super::{Language, countries};
use crate::{
    Country, Login, Terms,
    flow::{Notice, Request, Screen},
    outcome::CodeSent,
};

/// On the server.
impl Login {
    /// Sets the language of the dialog.
    #[must_use]
    pub fn in_language(mut self, language: Language) -> Self {
        let offered: Vec<_> = self.countries.iter().map(|entry| entry.country).collect();
        self.countries = countries::in_language(language, &offered);
        self.messages = language.messages();
        self
    }

    /// Fills in a number, unless a login is in progress.
    #[must_use]
    pub fn prefilled(mut self, phone_number: &str, country: Country) -> Self {
        if self.state.phone_number.is_empty() && self.state.sent.is_none() {
            phone_number.clone_into(&mut self.state.phone_number);
            self.state.country = country;
        }
        self
    }

    /// The page to come back to once signed in.
    pub fn return_to(&self) -> &str {
        &self.return_to
    }
}

/// For pages that show the looks of the dialog, such as a gallery.
impl Login {
    /// Shows a screen as it is at first.
    #[must_use]
    pub fn showing(mut self, screen: Screen) -> Self {
        self.state = crate::flow::State { screen, ..self.state.untouched() };
        self
    }

    /// Shows the outcome of a step.
    #[must_use]
    pub fn with_notice(mut self, notice: Notice) -> Self {
        self.state.notice = Some(notice);
        self
    }

    /// Shows that a request is pending.
    #[must_use]
    pub fn waiting_for(mut self, request: Request) -> Self {
        self.state.waiting_for = Some(request);
        self
    }

    /// Shows that a code was sent.
    #[must_use]
    pub fn with_code(mut self, sent: CodeSent) -> Self {
        self.state.sent = Some(sent);
        self
    }

    /// Shows these terms; `must_accept` with a box to tick.
    #[must_use]
    pub fn with_terms(mut self, terms: Terms, must_accept: bool) -> Self {
        (self.terms, self.state.must_accept_terms) = (Some(terms), must_accept);
        self
    }
}
