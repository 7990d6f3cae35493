//! What there is to show.

use super::Passwordless;
use crate::country::{Countries, Country};
use crate::flow::{Notice, Request, Screen, Search, State};
use crate::fold::fold;
use crate::login::{Login, Terms};
use crate::messages::{Messages, Text};
use crate::outcome::{CodeSent, Refusal};
use crate::phone_number::{preview, typed::Typed};
use leptos::prelude::*;

/// What there is to show; reading is reactive.
impl Passwordless {
    /// The screen of the moment.
    pub fn screen(self) -> Screen {
        self.state.with(|state| state.screen.clone())
    }

    /// The phone number as typed.
    pub fn phone_number(self) -> String {
        self.state.with(|state| state.phone_number.clone())
    }

    /// The number as it will be sent, as far as the browser can tell; the server has the last word.
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

    /// The digits of the code, as far as they are typed.
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

    /// Looks at the countries to choose from, which have their names in the language of the page.
    pub fn with_countries<T>(self, look: impl FnOnce(&Countries) -> T) -> T {
        self.login(|login| look(&login.countries))
    }

    /// What a person may mean by `query`, best first: the ISO code and what to show.
    pub fn find_countries(self, query: &str) -> Vec<(Country, String)> {
        let query = fold(query);
        self.with_countries(|all| all.find(&query).into_iter().map(|entry| (entry.country, entry.label())).collect())
    }

    /// The page that shows the dialog, for a link to it.
    pub fn login_page(self) -> String {
        self.login(|login| login.login_page.clone())
    }

    /// The URL that leads through the tenant's own login page, where it has steps that the dialog does not have.
    pub fn hosted_page(self) -> String {
        self.login(|login| login.hosted_page.clone())
    }

    /// The name of the login under way; a form without JavaScript posts it along as `login`.
    pub fn login_name(self) -> String {
        self.state.with(|state| state.login.clone())
    }

    /// A name for a form without JavaScript, which posts it along as `form`: one that is sent twice asks for one message.
    /// The browser leaves it as the server wrote it.
    pub fn form_name(self) -> String {
        #[cfg(feature = "ssr")]
        return crate::server::page_context::form_name();
        #[cfg(not(feature = "ssr"))]
        String::new()
    }

    /// The number that the person was asked about, after [`Refusal::ConfirmNumber`]; a form without JavaScript posts it
    /// along as `confirmed`.
    pub fn asked_back(self) -> String {
        self.state.with(State::asked_back)
    }

    /// The page to come back to once signed in; a form without JavaScript posts it along.
    pub fn return_to(self) -> String {
        self.login(|login| login.return_to.clone())
    }

    /// What a sign-up agrees to, if anything.
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

    /// Digits of the code; 0 where nobody knows.
    pub fn code_length(self) -> u32 {
        self.sent(|sent| sent.code_length)
    }

    /// Seconds until another code may be asked for.
    pub fn resend_in(self) -> u32 {
        self.sent(|sent| sent.resend_in)
    }

    /// Seconds until the code expires.
    pub fn expires_in(self) -> u32 {
        self.sent(|sent| sent.expires_in)
    }

    /// Whether another code may be asked for now.
    pub fn can_resend(self) -> bool {
        self.state.with(State::can_resend)
    }

    /// What the button for another code says: that, or how long it takes until it can be pressed. Without JavaScript
    /// there is no countdown; the server says how long to wait.
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

    /// How long the code lives, in words; empty where no clock runs, and once it is over.
    pub fn expiry_label(self) -> String {
        match self.expires_in() {
            seconds if seconds > 0 && self.is_hydrated() => {
                self.messages(|messages| messages.with_time(Text::CodeExpiresIn, seconds))
            }
            _ => String::new(),
        }
    }

    /// The request that is not answered yet.
    pub fn waiting_for(self) -> Option<Request> {
        self.state.with(|state| state.waiting_for)
    }

    /// Whether an answer is awaited.
    pub fn is_busy(self) -> bool {
        self.waiting_for().is_some()
    }

    /// Whether another code may not be asked for yet. Without JavaScript that is for the server to say.
    pub fn must_wait(self) -> bool {
        self.is_hydrated() && !self.can_resend()
    }

    /// What there is to say about the last step.
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

    /// Whether the last step was refused; a question is no refusal.
    pub fn is_refused(self) -> bool {
        self.refusal().is_some_and(|refusal| !matches!(refusal, Refusal::ConfirmNumber(_)))
    }

    /// Why, in words, in the language of the page; empty where there is nothing to say.
    pub fn failure(self) -> String {
        self.refusal().map(|refusal| self.messages(|messages| messages.refusal(&refusal))).unwrap_or_default()
    }

    /// A text in the language of the page.
    pub fn text(self, text: Text) -> String {
        self.messages(|messages| messages.get(text).to_owned())
    }

    /// Looks at the texts of the page's language.
    pub fn messages<T>(self, look: impl FnOnce(&Messages) -> T) -> T {
        self.login(|login| look(&login.messages))
    }

    /// An id for an element that no other dialog on the page has.
    pub fn element_id(self, part: &str) -> String {
        self.login(|login| [&login.id, "-", part].concat())
    }

    /// Whether the page is alive; false on the server and without JavaScript, where a countdown would never end.
    pub fn is_hydrated(self) -> bool {
        self.state.with(|state| state.is_hydrated)
    }

    /// Whether the list of countries is open, and what is done in it.
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
