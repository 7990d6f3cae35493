//! The events that the app hears of; the names follow Lock's.

#[cfg(test)]
use super::state::Event;
use super::state::{Notice, Request, Screen, State};
use crate::country::Country;
use crate::outcome::Refusal;

/// A step of a login.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LockEvent {
    /// The modal was opened.
    Show,
    /// The modal was closed.
    Hide,
    /// Another country was chosen.
    CountryChanged(Country),
    /// A code was requested.
    SendRequested,
    /// A code was sent.
    Sent,
    /// Another code may be requested.
    ResendAvailable,
    /// Another code was requested.
    ResendRequested,
    /// Another code was sent.
    Resent,
    /// The code expired.
    CodeExpired,
    /// The user went back to the phone number.
    Back,
    /// A code is being checked.
    VerifyRequested,
    /// The code was right; the browser leaves for this URL.
    Authenticated {
        /// Through the tenant to the callback, or to the page that the login started on.
        continue_to: String,
    },
    /// A step was refused.
    AuthorizationError(Refusal),
    /// Nobody can log in here at the moment.
    UnrecoverableError,
}

impl LockEvent {
    /// The event of a transition, if the app hears of it. `can_be_refused` is that of the [`Event`] that caused it.
    pub(crate) fn from_transition(can_be_refused: bool, before: &State, after: &State) -> Option<Self> {
        if after.waiting_for.is_some() && after.waiting_for != before.waiting_for {
            return after.waiting_for.map(Self::requested);
        }
        if after.screen != before.screen {
            return Some(Self::screen_changed(after));
        }
        if let Some(Notice::Refused(refusal)) = after.notice.as_ref().filter(|_| can_be_refused) {
            return Some(Self::AuthorizationError(refusal.clone()));
        }
        if after.country != before.country {
            return Some(Self::CountryChanged(after.country));
        }
        if can_be_refused && after.notice == Some(Notice::Resent) {
            return Some(Self::Resent);
        }
        Self::counted_down(before, after)
    }

    fn requested(request: Request) -> Self {
        match request {
            Request::Start => Self::SendRequested,
            Request::Resend => Self::ResendRequested,
            Request::Verify => Self::VerifyRequested,
        }
    }

    fn screen_changed(after: &State) -> Self {
        match (&after.screen, &after.notice) {
            (Screen::EnterCode, _) => Self::Sent,
            (Screen::SignedIn { continue_to }, _) => Self::Authenticated { continue_to: continue_to.clone() },
            (Screen::Unrecoverable, _) => Self::UnrecoverableError,
            (_, Some(Notice::Refused(refusal))) => Self::AuthorizationError(refusal.clone()),
            _ => Self::Back,
        }
    }

    fn counted_down(before: &State, after: &State) -> Option<Self> {
        let (before, after) = (before.sent.as_ref()?, after.sent.as_ref()?);
        if before.expires_in > 0 && after.expires_in == 0 {
            Some(Self::CodeExpired)
        } else {
            (before.resend_in > 0 && after.resend_in == 0).then_some(Self::ResendAvailable)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{CodeSent, StartOutcome, VerifyOutcome};

    fn emitted_by(state: &mut State, event: Event) -> Option<LockEvent> {
        let (before, can_be_refused) = (state.clone(), event.can_be_refused());
        state.update(event);
        LockEvent::from_transition(can_be_refused, &before, state)
    }

    fn sent() -> Event {
        let sent = CodeSent {
            phone_number: "+1 415 555 2671".to_owned(),
            resend_in: 30,
            code_length: 6,
            expires_in: 180,
            ..CodeSent::default()
        };
        Event::Started(Ok(StartOutcome::CodeSent(sent)))
    }

    #[test]
    fn login_emits_an_event_at_each_step() {
        let mut state = State::default();
        let mut emitted = |event| emitted_by(&mut state, event);
        assert_eq!(emitted(Event::PhoneNumberTyped("4155552671".to_owned())), None);
        assert_eq!(emitted(Event::PhoneNumberSubmitted), Some(LockEvent::SendRequested));
        assert_eq!(emitted(sent()), Some(LockEvent::Sent));
        assert_eq!(emitted(Event::TimePassed(18)), None);
        assert_eq!(emitted(Event::TimePassed(12)), Some(LockEvent::ResendAvailable));
        assert_eq!(emitted(Event::ResendPressed), Some(LockEvent::ResendRequested));
        assert_eq!(emitted(sent()), Some(LockEvent::Resent));
        assert_eq!(emitted(Event::TimePassed(180)), Some(LockEvent::CodeExpired));
        assert_eq!(emitted(Event::CodeTyped("123456".to_owned())), Some(LockEvent::VerifyRequested));
        let continue_to = "/profile".to_owned();
        let verified = Event::Verified(Ok(VerifyOutcome::Verified { continue_to: continue_to.clone() }));
        assert_eq!(emitted(verified), Some(LockEvent::Authenticated { continue_to }));
    }

    #[test]
    fn refusals_and_ways_back_are_emitted() {
        let mut state = State::default();
        let mut emitted = |event| emitted_by(&mut state, event);
        let missing = LockEvent::AuthorizationError(Refusal::PhoneNumberMissing);
        assert_eq!(emitted(Event::PhoneNumberSubmitted), Some(missing.clone()));
        assert_eq!(emitted(Event::PhoneNumberSubmitted), Some(missing));
        assert_eq!(emitted(Event::PhoneNumberTyped("1".to_owned())), None);
        assert_eq!(emitted(Event::PhoneNumberSubmitted), Some(LockEvent::SendRequested));
        assert_eq!(emitted(sent()), Some(LockEvent::Sent));
        assert_eq!(emitted(Event::EditNumberPressed), Some(LockEvent::Back));
        assert_eq!(emitted(Event::PhoneNumberSubmitted), Some(LockEvent::SendRequested));
        let broken = Event::Started(Ok(StartOutcome::Refused(Refusal::Misconfigured)));
        assert_eq!(emitted(broken), Some(LockEvent::UnrecoverableError));
    }
}
