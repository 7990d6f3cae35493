//! Getters of the state.

use super::Passwordless;
use crate::country::{Countries, Country};
use crate::flow::{Notice, Request, Screen, Search, State};
use crate::fold::fold;
use crate::login::{Login, Terms};
use crate::messages::{Messages, Text};
use crate::outcome::{CodeSent, Refusal};
use crate::paths::{RESEND, START, VERIFY};
use crate::phone_number::{preview, typed::Typed};
use leptos::prelude::*;

/// Getters; reading is reactive.
impl Passwordless {
    /// The current screen.
    pub fn screen(self) -> Screen {
        self.state.with(|state| state.screen.clone())
    }

    /// The phone number as typed.
    pub fn phone_number(self) -> String {
        self.state.with(|state| state.phone_number.clone())
    }

    /// The number as it will be sent, as the browser reads it; the server's reading decides.
    pub fn preview(self) -> Option<String> {
        let (typed, country) = self.state.with(|state| (state.phone_number.clone(), state.country));
        self.with_countries(|countries| {
            let entry = countries.entry(country)?;
            let typed = Typed::read(&typed, entry.idd);
            let of_another = match &typed {
                Typed::International(digits) => countries.of_international(digits, country),
                _ => None,
            };
            preview::preview(&typed, &of_another.and_then(|country| countries.entry(country)).unwrap_or(entry))
        })
    }

    /// The digits of the code typed so far.
    pub fn code(self) -> String {
        self.state.with(|state| state.code.clone())
    }

    /// The country chosen.
    pub fn country(self) -> Country {
        self.state.with(|state| state.country)
    }

    /// The name and the dialling code of the country chosen: `Germany (+49)`.
    pub fn country_label(self) -> String {
        let country = self.country();
        self.with_countries(|countries| countries.entry(country).map(|entry| entry.label()).unwrap_or_default())
    }

    /// Gives access to the countries to choose from, named in the language of the page.
    pub fn with_countries<T>(self, look: impl FnOnce(&Countries) -> T) -> T {
        self.login(|login| look(&login.countries))
    }

    /// The countries that match `query`, best first, and their labels.
    pub fn find_countries(self, query: &str) -> Vec<(Country, String)> {
        let query = fold(query);
        self.with_countries(|all| all.find(&query).into_iter().map(|entry| (entry.country, entry.label())).collect())
    }

    /// Where the form for the phone number posts to.
    pub fn start_path(self) -> String {
        self.path_of(START)
    }

    /// Where the form for another code posts to.
    pub fn resend_path(self) -> String {
        self.path_of(RESEND)
    }

    /// Where the form for the code posts to.
    pub fn verify_path(self) -> String {
        self.path_of(VERIFY)
    }

    pub(super) fn path_of(self, function: &str) -> String {
        self.login(|login| [&login.api, function].concat())
    }

    /// Whether the browser rendered it, not the server.
    #[cfg(not(any(feature = "ssr", feature = "islands")))]
    pub(crate) fn is_rendered_here(self) -> bool {
        !self.login(|login| login.is_complete)
    }

    /// Whether it is there, and was sent by the version of the server that this script is of.
    pub(crate) fn is_readable(self) -> bool {
        self.background.try_with_value(|background| !background.login.is_of_another_version).unwrap_or_default()
    }

    /// The page that shows the dialog, for a link to it.
    pub fn login_page(self) -> String {
        self.login(|login| login.page_url.clone())
    }

    /// The URL of the tenant's own login page, for steps that the dialog does not have.
    pub fn hosted_page(self) -> String {
        self.login(|login| login.hosted_url.clone())
    }

    /// The name of the login in progress; a form without JavaScript posts it as `login`.
    pub fn login_name(self) -> String {
        self.state.with(|state| state.login.clone())
    }

    /// A name for a form without JavaScript, which posts it as `form`: submitted twice, it sends one message. Empty in the
    /// browser, where the attribute stays as the server rendered it.
    pub fn form_name(self) -> String {
        #[cfg(feature = "ssr")]
        return crate::server::page_context::form_name();
        #[cfg(not(feature = "ssr"))]
        String::new()
    }

    /// The number that the user was asked to confirm, after [`Refusal::ConfirmNumber`]; a form without JavaScript posts it
    /// as `confirmed`.
    pub fn asked_back(self) -> String {
        self.state.with(State::asked_back)
    }

    /// The page to return to once signed in; a form without JavaScript posts it.
    pub fn return_to(self) -> String {
        self.login(|login| login.return_to.clone())
    }

    /// The terms that a sign-up accepts, if any.
    pub fn terms(self) -> Option<Terms> {
        self.login(|login| login.terms.clone())
    }

    /// Whether a box for the terms has to be ticked before a code is sent.
    pub fn must_accept_terms(self) -> bool {
        self.state.with(|state| state.must_accept_terms)
    }

    /// Whether it is ticked.
    pub fn accepts_terms(self) -> bool {
        self.state.with(|state| state.accepts_terms)
    }

    /// The number that the code went to, spaced for reading; empty before that.
    pub fn sent_to(self) -> String {
        self.sent(|sent| sent.phone_number.clone())
    }

    /// Digits of the code; 0 if unknown.
    pub fn code_length(self) -> u32 {
        self.sent(|sent| sent.code_length)
    }

    /// Seconds until another code may be requested.
    pub fn resend_in(self) -> u32 {
        self.sent(|sent| sent.resend_in)
    }

    /// Seconds until the code expires.
    pub fn expires_in(self) -> u32 {
        self.sent(|sent| sent.expires_in)
    }

    /// Whether another code may be requested now.
    pub fn can_resend(self) -> bool {
        self.state.with(State::can_resend)
    }

    /// The label of the button for another code, with a countdown until it is enabled. Without JavaScript there is no
    /// countdown, and the server refuses a request that comes too soon.
    pub fn resend_label(self) -> String {
        if self.waiting_for() == Some(Request::Resend) {
            return self.text(Text::Resending);
        }
        match self.resend_in() {
            seconds if seconds > 0 && self.is_hydrated() => {
                self.messages(|messages| messages.with_time(Text::ResendCountdown, seconds))
            }
            _ => self.text(Text::Resend),
        }
    }

    /// The remaining lifetime of the code, in words; empty without JavaScript and once it has expired.
    pub fn expiry_label(self) -> String {
        match self.expires_in() {
            seconds if seconds > 0 && self.is_hydrated() => {
                self.messages(|messages| messages.with_time(Text::CodeExpiresIn, seconds))
            }
            _ => String::new(),
        }
    }

    /// The pending request.
    pub fn waiting_for(self) -> Option<Request> {
        self.state.with(|state| state.waiting_for)
    }

    /// Whether a request is pending.
    pub fn is_busy(self) -> bool {
        self.waiting_for().is_some()
    }

    /// Whether another code may not be requested yet. Without JavaScript the server decides.
    pub fn must_wait(self) -> bool {
        self.is_hydrated() && !self.can_resend()
    }

    /// The outcome of the last step, to be shown.
    pub fn notice(self) -> Option<Notice> {
        self.state.with(|state| state.notice.clone())
    }

    /// Why the last step was refused.
    pub fn refusal(self) -> Option<Refusal> {
        self.notice().and_then(|notice| match notice {
            Notice::Refused(refusal) => Some(refusal),
            Notice::Resent | Notice::Flash(_) => None,
        })
    }

    /// Whether the last step was refused; a question is no refusal, nor is a request for a proof of work.
    pub fn is_refused(self) -> bool {
        self.state.with(|state| match &state.notice {
            Some(Notice::Refused(refusal)) => {
                !matches!(refusal, Refusal::ConfirmNumber(_) | Refusal::ProofOfWork { .. })
            }
            _ => false,
        })
    }

    /// The reason, in the language of the page; empty if nothing was refused.
    pub fn failure(self) -> String {
        self.state.with(|state| match &state.notice {
            Some(Notice::Refused(refusal)) => self.messages(|messages| messages.refusal(refusal)),
            _ => String::new(),
        })
    }

    /// A text in the language of the page.
    pub fn text(self, text: Text) -> String {
        self.messages(|messages| messages.get(text).to_owned())
    }

    /// Gives access to the texts in the language of the page.
    pub fn messages<T>(self, look: impl FnOnce(&Messages) -> T) -> T {
        self.login(|login| look(&login.messages))
    }

    /// An id for an element that no other dialog on the page has.
    pub fn element_id(self, part: &str) -> String {
        self.login(|login| [&login.id, "-", part].concat())
    }

    /// Whether the page is hydrated; false on the server and without JavaScript.
    pub fn is_hydrated(self) -> bool {
        self.state.with(|state| state.is_hydrated)
    }

    /// The state of the list of countries, while it is open.
    pub(crate) fn search(self) -> Option<Search> {
        self.state.with(|state| state.search.clone())
    }

    pub(super) fn login<T>(self, look: impl FnOnce(&Login) -> T) -> T {
        self.background.with_value(|background| look(&background.login))
    }

    fn sent<T: Default>(self, look: impl FnOnce(&CodeSent) -> T) -> T {
        self.state.with(|state| state.sent.as_ref().map(look).unwrap_or_default())
    }
}
