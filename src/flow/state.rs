//! State and event give the next state and at most one command.

use super::flash_message::FlashMessage;
use crate::country::Country;
use crate::one_time_code;
use crate::outcome::{ApiError, CodeSent, Refusal, StartOutcome, VerifyOutcome};
use serde::{Deserialize, Serialize};

/// Everything the dialog shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    /// The name of the login that the forms belong to; empty before the first code is requested.
    pub login: String,
    /// The current screen.
    pub screen: Screen,
    /// The country chosen for numbers without an international prefix.
    pub country: Country,
    /// The phone number as typed.
    pub phone_number: String,
    /// The digits of the code typed so far.
    pub code: String,
    /// Whether the terms have to be accepted.
    pub must_accept_terms: bool,
    /// Whether they are.
    pub accepts_terms: bool,
    /// The last code that was sent; it stays while the number is edited.
    pub sent: Option<CodeSent>,
    /// The number as typed for that code.
    pub sent_for: String,
    /// The pending request.
    pub waiting_for: Option<Request>,
    /// The request that timed out; a late response still counts until another request is sent.
    pub overdue: Option<Request>,
    /// The outcome of the last step, to be shown.
    pub notice: Option<Notice>,
    /// The list of countries, while it is open.
    pub search: Option<Search>,
    /// Whether the page is hydrated; false on the server and without JavaScript.
    pub is_hydrated: bool,
}

/// The list of countries, searched by typing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Search {
    /// The query; `None` until something is typed.
    pub query: Option<String>,
    /// The row that Enter takes, counted from 0.
    pub active: usize,
}

/// The screens of the dialog.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Screen {
    /// Offers the number of the last login.
    LastLogin {
        /// The number, masked.
        phone_number: String,
    },
    /// Asks for country and phone number.
    #[default]
    EnterPhone,
    /// Asks for the code.
    EnterCode,
    /// The code was right; the browser is about to leave.
    SignedIn {
        /// Where it goes.
        continue_to: String,
    },
    /// The tenant's own login page has to be gone through.
    MoreSteps,
    /// Nobody can log in here at the moment.
    Unrecoverable,
}

/// The outcome of the last step, to be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Notice {
    /// It was refused.
    Refused(Refusal),
    /// A new code was sent.
    Resent,
    /// A message of the app's before the first step.
    Flash(FlashMessage),
}

/// A call of a server function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Request {
    /// [`api::start`](crate::api::start)
    Start,
    /// [`api::resend`](crate::api::resend)
    Resend,
    /// [`api::verify`](crate::api::verify)
    Verify,
}

/// The input of the machine.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// The page was hydrated.
    Hydrated,
    /// The server sent its state of a dialog that the browser rendered.
    #[cfg(any(test, not(any(feature = "ssr", feature = "islands"))))]
    Learned(Box<State>),
    /// A country was chosen, which closes the list.
    CountryChosen(Country),
    /// The list of countries was opened, with this row as the one that Enter takes.
    ListOpened(usize),
    /// The query for a country was edited.
    CountrySearched(String),
    /// Enter takes another row.
    RowReached(usize),
    /// The list was closed.
    ListClosed,
    /// The phone number was edited.
    PhoneNumberTyped(String),
    /// The box for the terms was ticked or unticked.
    TermsTicked(bool),
    /// The code was edited, pasted or filled in.
    CodeTyped(String),
    /// The phone number was submitted.
    PhoneNumberSubmitted,
    /// A code for the number of the last login was requested.
    LastLoginPressed,
    /// The code was submitted.
    CodeSubmitted,
    /// Another code was requested.
    ResendPressed,
    /// The user wants to correct the number, to use another one, or to try again.
    EditNumberPressed,
    /// That many seconds passed.
    TimePassed(u32),
    /// The server answered [`Command::Start`], [`Command::StartLast`] or [`Command::Resend`].
    Started(Result<StartOutcome, ApiError>),
    /// The server answered [`Command::Verify`].
    Verified(Result<VerifyOutcome, ApiError>),
    /// The server did not answer in time.
    TimedOut,
}

/// A side effect that the machine requests; its result comes back as an [`Event`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Call [`api::start`](crate::api::start) for a number.
    Start {
        /// The number as typed.
        phone_number: String,
        /// The country chosen.
        country: Country,
        /// The number that the user was asked to confirm, if this confirms it.
        confirmed: String,
    },
    /// Call [`api::start`](crate::api::start) for the number of the last login.
    StartLast,
    /// Call [`api::resend`](crate::api::resend).
    Resend,
    /// Call [`api::verify`](crate::api::verify).
    Verify {
        /// The digits.
        code: String,
    },
    /// Navigate to this URL.
    GoTo(String),
}

impl Event {
    /// Whether it is a request or the response to one, and so can end in a refusal.
    pub(crate) fn can_be_refused(&self) -> bool {
        matches!(
            self,
            Self::Started(_)
                | Self::Verified(_)
                | Self::TimedOut
                | Self::PhoneNumberSubmitted
                | Self::LastLoginPressed
                | Self::CodeSubmitted
        )
    }
}

impl State {
    /// Whether another code may be requested now.
    pub fn can_resend(&self) -> bool {
        self.waiting_for.is_none() && self.sent.as_ref().is_some_and(|sent| sent.resend_in == 0)
    }

    /// Whether the terms have yet to be accepted.
    pub fn lacks_terms(&self) -> bool {
        self.must_accept_terms && !self.accepts_terms
    }

    /// The settings of the page alone, for another dialog on it.
    #[cfg(any(feature = "ssr", not(feature = "islands")))]
    pub fn untouched(&self) -> Self {
        Self { country: self.country, must_accept_terms: self.must_accept_terms, ..Self::default() }
    }

    /// Takes over the login that the server knows of, unless the user has begun another one here.
    #[cfg(any(test, not(any(feature = "ssr", feature = "islands"))))]
    fn learn(&mut self, known: Self) {
        let is_over = matches!(self.screen, Screen::SignedIn { .. });
        let has_begun = self.waiting_for.is_some() || self.search.is_some() || !self.phone_number.is_empty();
        if has_begun && !is_over {
            self.must_accept_terms = known.must_accept_terms;
        } else {
            *self = Self { is_hydrated: self.is_hydrated, ..known };
        }
    }

    /// Handles an event; returns the command that follows from it.
    pub fn update(&mut self, event: Event) -> Option<Command> {
        match event {
            Event::Hydrated => self.is_hydrated = true,
            #[cfg(any(test, not(any(feature = "ssr", feature = "islands"))))]
            Event::Learned(state) => self.learn(*state),
            Event::CountryChosen(country) => (self.country, self.search) = (country, None),
            Event::ListOpened(active) => self.open_list(None, active),
            Event::CountrySearched(query) => self.open_list(Some(query), 0),
            Event::RowReached(active) => self.reach_row(active),
            Event::ListClosed => self.search = None,
            Event::PhoneNumberTyped(text) => self.phone_number = text,
            Event::TermsTicked(accepts) => self.accepts_terms = accepts,
            Event::CodeTyped(text) => return self.type_code(&text),
            Event::PhoneNumberSubmitted => return self.submit_phone_number(),
            Event::LastLoginPressed => return self.use_last_login(),
            Event::CodeSubmitted => return self.submit_code(),
            Event::ResendPressed => return self.resend(),
            Event::EditNumberPressed => self.edit_number(),
            Event::TimePassed(seconds) => self.count_down(seconds),
            Event::Started(answer) => self.started(answer.unwrap_or_else(|e| StartOutcome::Refused(e.into()))),
            Event::Verified(answer) => {
                return self.verified(answer.unwrap_or_else(|e| VerifyOutcome::Refused(e.into())));
            }
            Event::TimedOut => self.time_out(),
        }
        None
    }

    fn open_list(&mut self, query: Option<String>, active: usize) {
        if self.waiting_for.is_none() {
            self.search = Some(Search { query, active });
        }
    }

    fn reach_row(&mut self, active: usize) {
        if let Some(search) = &mut self.search {
            search.active = active;
        }
    }

    fn submit_phone_number(&mut self) -> Option<Command> {
        if self.screen != Screen::EnterPhone {
            return None;
        }
        if self.phone_number.trim().is_empty() {
            return self.refuse(Refusal::PhoneNumberMissing);
        }
        let (phone_number, country, confirmed) = (self.phone_number.clone(), self.country, self.asked_back());
        self.ask_on_terms(Command::Start { phone_number, country, confirmed })
    }

    /// The number that the user was asked to confirm; empty if none was.
    pub fn asked_back(&self) -> String {
        match &self.notice {
            Some(Notice::Refused(Refusal::ConfirmNumber(phone_number))) => phone_number.clone(),
            _ => String::new(),
        }
    }

    fn use_last_login(&mut self) -> Option<Command> {
        match self.screen {
            Screen::LastLogin { .. } => self.ask_on_terms(Command::StartLast),
            _ => None,
        }
    }

    fn ask_on_terms(&mut self, command: Command) -> Option<Command> {
        if self.lacks_terms() { self.refuse(Refusal::TermsNotAccepted) } else { self.ask(Request::Start, command) }
    }

    /// A complete code is submitted at once, without the button.
    fn type_code(&mut self, text: &str) -> Option<Command> {
        if self.screen != Screen::EnterCode || self.waiting_for.is_some() {
            return None;
        }
        let length = self.code_length();
        let before = std::mem::replace(&mut self.code, one_time_code::digits_in(text, length));
        let is_whole = length > 0 && self.code.len() == length;
        if is_whole && before != self.code { self.submit_code() } else { None }
    }

    fn submit_code(&mut self) -> Option<Command> {
        if self.screen != Screen::EnterCode {
            return None;
        }
        // Enter after a code that was submitted by itself and refused: the reason stays on the screen.
        let is_refused = matches!(self.notice, Some(Notice::Refused(_)));
        if self.code.is_empty() {
            return if is_refused { None } else { self.refuse(Refusal::CodeMissing) };
        }
        if let Some(digits) = self.missing_digits() {
            return self.refuse(digits);
        }
        self.ask(Request::Verify, Command::Verify { code: self.code.clone() })
    }

    /// An incomplete code is not sent: it would use up an attempt.
    fn missing_digits(&self) -> Option<Refusal> {
        let length = self.code_length();
        let wanted = if length == 0 { one_time_code::MIN_DIGITS } else { length };
        (self.code.len() < wanted)
            .then(|| Refusal::CodeIncomplete { digits: u32::try_from(wanted).unwrap_or(u32::MAX) })
    }

    fn code_length(&self) -> usize {
        self.sent.as_ref().map_or(0, |sent| usize::try_from(sent.code_length).unwrap_or_default())
    }

    fn resend(&mut self) -> Option<Command> {
        if self.screen != Screen::EnterCode || !self.can_resend() {
            return None;
        }
        self.ask(Request::Resend, Command::Resend)
    }

    fn edit_number(&mut self) {
        let is_the_end = matches!(self.screen, Screen::SignedIn { .. });
        if self.waiting_for.is_none() && !is_the_end && self.screen != Screen::EnterPhone {
            self.screen = Screen::EnterPhone;
            self.code.clear();
            self.notice = None;
        }
    }

    fn count_down(&mut self, seconds: u32) {
        let Some(sent) = &mut self.sent else { return };
        let was_valid = sent.expires_in > 0;
        sent.resend_in = sent.resend_in.saturating_sub(seconds);
        sent.expires_in = sent.expires_in.saturating_sub(seconds);
        let expires_now = was_valid && sent.expires_in == 0;
        if expires_now && self.screen == Screen::EnterCode && self.waiting_for.is_none() {
            self.notice = Some(Notice::Refused(Refusal::CodeExpired));
        }
    }

    /// One request at a time: while one is pending, no other is sent.
    fn ask(&mut self, request: Request, command: Command) -> Option<Command> {
        if self.waiting_for.is_some() {
            return None;
        }
        (self.waiting_for, self.overdue) = (Some(request), None);
        self.notice = None;
        self.search = None;
        Some(command)
    }

    fn refuse(&mut self, refusal: Refusal) -> Option<Command> {
        if self.waiting_for.is_none() {
            self.notice = Some(Notice::Refused(refusal));
        }
        None
    }

    fn time_out(&mut self) {
        self.overdue = self.waiting_for.take();
        if self.overdue.is_some() {
            self.notice = Some(Notice::Refused(Refusal::Timeout));
        }
    }

    fn started(&mut self, outcome: StartOutcome) {
        let Some(request) = self.answered(&[Request::Start, Request::Resend]) else { return };
        match outcome {
            StartOutcome::CodeSent(sent) => {
                self.login.clone_from(&sent.login);
                self.sent = Some(sent);
                self.sent_for.clone_from(&self.phone_number);
                self.code.clear();
                self.screen = Screen::EnterCode;
                self.notice = (request == Request::Resend).then_some(Notice::Resent);
            }
            StartOutcome::Refused(refusal) => self.refused(refusal),
        }
    }

    fn verified(&mut self, outcome: VerifyOutcome) -> Option<Command> {
        // A number that needs no code is verified at the start.
        self.answered(&[Request::Verify, Request::Start])?;
        match outcome {
            VerifyOutcome::Verified { continue_to } => {
                self.screen = Screen::SignedIn { continue_to: continue_to.clone() };
                Some(Command::GoTo(continue_to))
            }
            VerifyOutcome::Refused(refusal) => {
                self.refused(refusal);
                None
            }
        }
    }

    fn has_code_for_the_number(&self) -> bool {
        self.sent.as_ref().is_some_and(|sent| sent.expires_in > 0) && self.sent_for == self.phone_number
    }

    /// The request that a response belongs to, if it is one of these.
    fn answered(&mut self, of: &[Request]) -> Option<Request> {
        let asked = self.waiting_for.or(self.overdue).filter(|asked| of.contains(asked))?;
        (self.waiting_for, self.overdue) = (None, None);
        Some(asked)
    }

    fn refused(&mut self, refusal: Refusal) {
        match refusal {
            Refusal::NoPendingLogin => self.screen = Screen::EnterPhone,
            Refusal::MoreSteps => self.screen = Screen::MoreSteps,
            // It is too soon for another code to this number, and the previous one is still valid.
            Refusal::RateLimited { .. } if self.has_code_for_the_number() => self.screen = Screen::EnterCode,
            Refusal::Misconfigured => self.screen = Screen::Unrecoverable,
            // A code that failed never becomes valid; an empty field is ready for the next.
            Refusal::WrongCode { .. } | Refusal::CodeExpired | Refusal::CodeReplaced | Refusal::TooManyAttempts => {
                self.code.clear();
            }
            _ => {}
        }
        self.notice = Some(Notice::Refused(refusal));
    }
}

#[cfg(test)]
mod tests;
