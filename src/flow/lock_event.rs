//! What the dialog tells the app around it; the names follow Lock's.

use super::state::{Event, Notice, Request, Screen, State};
use crate::country::Country;
use crate::outcome::Refusal;

/// A step of a login, told when it happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LockEvent {
    /// The modal was opened.
    Show,
    /// The modal was closed.
    Hide,
    /// Another country was chosen.
    CountryChanged(Country),
    /// A code was asked for.
    SendRequested,
    /// A code is on its way.
    Sent,
    /// Another code may be asked for.
    ResendAvailable,
    /// Another code was asked for.
    ResendRequested,
    /// Another code is on its way.
    Resent,
    /// The code expired.
    CodeExpired,
    /// The person went back to the phone number.
    Back,
    /// A code is being checked.
    VerifyRequested,
    /// The code was right; the browser leaves for this URL.
    Authenticated {
        /// Through the tenant to the callback, or to the page the person came from.
        continue_to: String,
    },
    /// A step was refused.
    AuthorizationError(Refusal),
    /// Nobody can log in here at the moment.
    UnrecoverableError,
}

/// What is worth telling of an event that led from one state to another.
pub(crate) fn told(is_step: bool, before: &State, after: &State) -> Option<LockEvent> {
    if after.waiting_for.is_some() && after.waiting_for != before.waiting_for {
        return after.waiting_for.map(asked);
    }
    if after.screen != before.screen {
        return Some(arrived(after));
    }
    if let Some(Notice::Refused(refusal)) = after.notice.as_ref().filter(|_| is_step) {
        return Some(LockEvent::AuthorizationError(refusal.clone()));
    }
    if after.country != before.country {
        return Some(LockEvent::CountryChanged(after.country));
    }
    if is_step && after.notice == Some(Notice::Resent) {
        return Some(LockEvent::Resent);
    }
    counted_down(before, after)
}

fn asked(request: Request) -> LockEvent {
    match request {
        Request::Start => LockEvent::SendRequested,
        Request::Resend => LockEvent::ResendRequested,
        Request::Verify => LockEvent::VerifyRequested,
    }
}

fn arrived(after: &State) -> LockEvent {
    match (&after.screen, &after.notice) {
        (Screen::EnterCode, _) => LockEvent::Sent,
        (Screen::SignedIn { continue_to }, _) => LockEvent::Authenticated { continue_to: continue_to.clone() },
        (Screen::Unrecoverable, _) => LockEvent::UnrecoverableError,
        (_, Some(Notice::Refused(refusal))) => LockEvent::AuthorizationError(refusal.clone()),
        _ => LockEvent::Back,
    }
}

/// Whether it is something that a person did or waited for, and that can be refused.
pub(crate) fn is_step(event: &Event) -> bool {
    matches!(
        event,
        Event::Started(_)
            | Event::Verified(_)
            | Event::TimedOut
            | Event::PhoneNumberSubmitted
            | Event::LastLoginPressed
            | Event::CodeSubmitted
    )
}

fn counted_down(before: &State, after: &State) -> Option<LockEvent> {
    let (before, after) = (before.sent.as_ref()?, after.sent.as_ref()?);
    if before.expires_in > 0 && after.expires_in == 0 {
        Some(LockEvent::CodeExpired)
    } else {
        (before.resend_in > 0 && after.resend_in == 0).then_some(LockEvent::ResendAvailable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{CodeSent, StartOutcome, VerifyOutcome};

    fn told_by(state: &mut State, event: Event) -> Option<LockEvent> {
        let (before, is_step) = (state.clone(), is_step(&event));
        state.update(event);
        told(is_step, &before, state)
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
    fn a_login_is_told_step_by_step() {
        let mut state = State::default();
        let mut told = |event| told_by(&mut state, event);
        assert_eq!(told(Event::PhoneNumberTyped("4155552671".to_owned())), None);
        assert_eq!(told(Event::PhoneNumberSubmitted), Some(LockEvent::SendRequested));
        assert_eq!(told(sent()), Some(LockEvent::Sent));
        assert_eq!(told(Event::TimePassed(18)), None);
        assert_eq!(told(Event::TimePassed(12)), Some(LockEvent::ResendAvailable));
        assert_eq!(told(Event::ResendPressed), Some(LockEvent::ResendRequested));
        assert_eq!(told(sent()), Some(LockEvent::Resent));
        assert_eq!(told(Event::TimePassed(180)), Some(LockEvent::CodeExpired));
        assert_eq!(told(Event::CodeTyped("123456".to_owned())), Some(LockEvent::VerifyRequested));
        let continue_to = "/profile".to_owned();
        let verified = Event::Verified(Ok(VerifyOutcome::Verified { continue_to: continue_to.clone() }));
        assert_eq!(told(verified), Some(LockEvent::Authenticated { continue_to }));
    }

    #[test]
    fn refusals_and_ways_back_are_told() {
        let mut state = State::default();
        let mut told = |event| told_by(&mut state, event);
        let missing = LockEvent::AuthorizationError(Refusal::PhoneNumberMissing);
        assert_eq!(told(Event::PhoneNumberSubmitted), Some(missing.clone()));
        assert_eq!(told(Event::PhoneNumberSubmitted), Some(missing));
        assert_eq!(told(Event::PhoneNumberTyped("1".to_owned())), None);
        assert_eq!(told(Event::PhoneNumberSubmitted), Some(LockEvent::SendRequested));
        assert_eq!(told(sent()), Some(LockEvent::Sent));
        assert_eq!(told(Event::EditNumberPressed), Some(LockEvent::Back));
        assert_eq!(told(Event::PhoneNumberSubmitted), Some(LockEvent::SendRequested));
        let broken = Event::Started(Ok(StartOutcome::Refused(Refusal::Misconfigured)));
        assert_eq!(told(broken), Some(LockEvent::UnrecoverableError));
    }
}
