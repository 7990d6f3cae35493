//! The dialog as a pure state machine: state and event give the next state and at most one effect.

use crate::api::{ApiError, CodeSent, Refusal, StartOutcome, VerifyOutcome};
use crate::phone_number::Country;
use serde::{Deserialize, Serialize};

/// All that the dialog shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The screen of the moment.
    pub screen: Screen,
    /// The country chosen for numbers without an international prefix.
    pub country: Country,
    /// The phone number as typed.
    pub phone_number: String,
    /// The code as typed.
    #[serde(skip)]
    pub code: String,
    /// The last message that the server sent, kept while the number is edited.
    pub sent: Option<CodeSent>,
    /// The request that is not answered yet.
    #[serde(skip)]
    pub waiting_for: Option<Request>,
    /// What there is to say about the last step.
    pub notice: Option<Notice>,
}

/// The screens of the dialog.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Screen {
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
}

/// What there is to say about the last step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    /// It was refused.
    Refused(Refusal),
    /// A new code was sent.
    Resent,
}

/// A call of a server function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// [`api::start`](crate::api::start)
    Start,
    /// [`api::resend`](crate::api::resend)
    Resend,
    /// [`api::verify`](crate::api::verify)
    Verify,
}

/// What happens to the dialog.
#[derive(Clone, Debug)]
pub enum Event {
    /// A country was chosen.
    CountryChosen(Country),
    /// The phone number was edited.
    PhoneNumberTyped(String),
    /// The code was edited.
    CodeTyped(String),
    /// The phone number was submitted.
    PhoneNumberSubmitted,
    /// The code was submitted.
    CodeSubmitted,
    /// Another code was asked for.
    ResendPressed,
    /// The person wants to correct the number.
    EditNumberPressed,
    /// So many seconds are left until another code may be asked for.
    CountedDown(u32),
    /// The server answered [`Effect::Start`] or [`Effect::Resend`].
    Started(Result<StartOutcome, ApiError>),
    /// The server answered [`Effect::Verify`].
    Verified(Result<VerifyOutcome, ApiError>),
}

/// What the machine wants done; the answer comes back as an [`Event`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Call [`api::start`](crate::api::start).
    Start {
        /// The number as typed.
        phone_number: String,
        /// The country chosen.
        country: Country,
    },
    /// Call [`api::resend`](crate::api::resend).
    Resend,
    /// Call [`api::verify`](crate::api::verify).
    Verify {
        /// The code as typed.
        code: String,
    },
    /// Leave for this URL.
    GoTo(String),
}

impl State {
    /// Whether another code may be asked for now.
    pub fn can_resend(&self) -> bool {
        self.waiting_for.is_none() && self.sent.as_ref().is_some_and(|sent| sent.resend_in == 0)
    }

    /// Takes an event; returns what is to be done about it.
    pub fn update(&mut self, event: Event) -> Option<Effect> {
        match event {
            Event::CountryChosen(country) => self.country = country,
            Event::PhoneNumberTyped(text) => self.phone_number = text,
            Event::CodeTyped(text) => self.code = text,
            Event::PhoneNumberSubmitted => return self.submit_phone_number(),
            Event::CodeSubmitted => return self.submit_code(),
            Event::ResendPressed => return self.resend(),
            Event::EditNumberPressed => self.edit_number(),
            Event::CountedDown(seconds) => self.count_down(seconds),
            Event::Started(answer) => self.started(answer.unwrap_or_else(|e| StartOutcome::Refused(e.into()))),
            Event::Verified(answer) => {
                return self.verified(answer.unwrap_or_else(|e| VerifyOutcome::Refused(e.into())));
            }
        }
        None
    }

    fn submit_phone_number(&mut self) -> Option<Effect> {
        if self.screen != Screen::EnterPhone {
            return None;
        }
        if self.phone_number.trim().is_empty() {
            return self.refuse(Refusal::PhoneNumberMissing);
        }
        let effect = Effect::Start { phone_number: self.phone_number.clone(), country: self.country };
        self.ask(Request::Start, effect)
    }

    fn submit_code(&mut self) -> Option<Effect> {
        if self.screen != Screen::EnterCode {
            return None;
        }
        if self.code.trim().is_empty() {
            return self.refuse(Refusal::CodeMissing);
        }
        self.ask(Request::Verify, Effect::Verify { code: self.code.clone() })
    }

    fn resend(&mut self) -> Option<Effect> {
        if self.screen != Screen::EnterCode || !self.can_resend() {
            return None;
        }
        self.ask(Request::Resend, Effect::Resend)
    }

    fn edit_number(&mut self) {
        if self.waiting_for.is_none() && self.screen == Screen::EnterCode {
            self.screen = Screen::EnterPhone;
            self.code.clear();
            self.notice = None;
        }
    }

    fn count_down(&mut self, seconds: u32) {
        if let Some(sent) = &mut self.sent {
            sent.resend_in = sent.resend_in.min(seconds);
        }
    }

    /// One request at a time: what is pressed while one is under way is not sent.
    fn ask(&mut self, request: Request, effect: Effect) -> Option<Effect> {
        if self.waiting_for.is_some() {
            return None;
        }
        self.waiting_for = Some(request);
        self.notice = None;
        Some(effect)
    }

    fn refuse(&mut self, refusal: Refusal) -> Option<Effect> {
        self.notice = Some(Notice::Refused(refusal));
        None
    }

    fn started(&mut self, outcome: StartOutcome) {
        let Some(request @ (Request::Start | Request::Resend)) = self.waiting_for else { return };
        self.waiting_for = None;
        match outcome {
            StartOutcome::CodeSent(sent) => {
                self.sent = Some(sent);
                self.code.clear();
                self.screen = Screen::EnterCode;
                self.notice = (request == Request::Resend).then_some(Notice::Resent);
            }
            StartOutcome::Refused(refusal) => self.refused(refusal),
        }
    }

    fn verified(&mut self, outcome: VerifyOutcome) -> Option<Effect> {
        if self.waiting_for != Some(Request::Verify) {
            return None;
        }
        self.waiting_for = None;
        match outcome {
            VerifyOutcome::Verified { continue_to } => {
                self.screen = Screen::SignedIn { continue_to: continue_to.clone() };
                Some(Effect::GoTo(continue_to))
            }
            VerifyOutcome::Refused(refusal) => {
                self.refused(refusal);
                None
            }
        }
    }

    fn refused(&mut self, refusal: Refusal) {
        self.notice = Some(Notice::Refused(refusal));
        match refusal {
            Refusal::NoPendingLogin => self.screen = Screen::EnterPhone,
            // A code that failed is never the right one later; an empty field is ready for the next.
            Refusal::WrongCode { .. } | Refusal::CodeExpired | Refusal::TooManyAttempts => self.code.clear(),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
