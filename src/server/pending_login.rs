//! The login that a browser has under way, kept in its session.

use super::{Auth, number::Number, return_to::ReturnTo, session::PENDING, tenant_client::Started, terms::Consent};
use crate::{
    Country, PhoneNumber,
    api::{CodeSent, Refusal},
    lock::state::{Notice, Screen, State},
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tower_sessions::{Expiry, Session, session::Error};

const KEY: &str = "passwordless.pending";
/// Characters of a typed number that are kept to be shown again.
const MAX_KEPT: usize = 64;

/// What the dialog shows when the page is loaded again, or was never hydrated.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct PendingLogin {
    /// As typed, to be corrected.
    typed: String,
    country: Country,
    pub(super) return_to: ReturnTo,
    /// The last code that was sent.
    pub(super) sent: Option<Sent>,
    at_code: bool,
    notice: Option<Notice>,
    /// The terms were accepted.
    pub(super) consent: Option<Consent>,
}

/// A code that was sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Sent {
    pub(super) number: PhoneNumber,
    display: String,
    resend_at: OffsetDateTime,
    code_length: u32,
    expires_at: OffsetDateTime,
}

impl PendingLogin {
    pub(super) fn begin(typed: &str, country: Country, return_to: ReturnTo) -> Self {
        Self { typed: typed.chars().take(MAX_KEPT).collect(), country, return_to, ..Self::default() }
    }

    pub(super) async fn of(session: &Session) -> Result<Option<Self>, Error> {
        session.get(KEY).await
    }

    /// Keeps it; a session without a user does not live long.
    pub(super) async fn keep(&self, session: &Session) -> Result<(), Error> {
        if session.is_empty().await {
            session.set_expiry(Some(Expiry::OnInactivity(PENDING)));
        }
        session.insert(KEY, self).await
    }

    /// A code went out: the dialog asks for it.
    pub(super) fn code_sent(
        &mut self,
        auth: &Auth,
        (number, started): (Number, Started),
        notice: Option<Notice>,
    ) -> CodeSent {
        let (now, config) = (auth.now(), auth.config());
        let sent = Sent {
            number: number.e164,
            display: number.display,
            resend_at: now + config.resend_after,
            code_length: started.code_length.unwrap_or(config.code_length),
            expires_at: now + started.expires_in().unwrap_or(config.code_lifetime),
        };
        self.at_code = true;
        self.notice = notice;
        self.sent.insert(sent).shown(now)
    }

    /// A step was refused: the dialog says why, where it stands.
    pub(super) fn refused(&mut self, refusal: Refusal) {
        self.at_code &= refusal != Refusal::NoPendingLogin;
        self.notice = Some(Notice::Refused(refusal));
    }

    /// The number was refused: the dialog asks for it again.
    pub(super) fn number_refused(&mut self, refusal: Refusal) {
        self.refused(refusal);
        self.at_code = false;
    }

    /// The number is to be corrected.
    pub(super) fn edit_number(&mut self) {
        self.at_code = false;
        self.notice = None;
    }

    fn screen(&self) -> Screen {
        match self.notice {
            Some(Notice::Refused(Refusal::Misconfigured)) => Screen::Unrecoverable,
            _ if self.at_code => Screen::EnterCode,
            _ => Screen::EnterPhone,
        }
    }

    /// The same as the dialog's state.
    pub(super) fn state(&self, now: OffsetDateTime) -> State {
        State {
            screen: self.screen(),
            country: self.country,
            phone_number: self.typed.clone(),
            sent: self.sent.as_ref().map(|sent| sent.shown(now)),
            accepts_terms: self.consent.is_some(),
            notice: self.notice.clone(),
            ..State::default()
        }
    }
}

impl Sent {
    /// Seconds until another code may be asked for.
    pub(super) fn resend_in(&self, now: OffsetDateTime) -> u32 {
        seconds_until(self.resend_at, now)
    }

    pub(super) fn number(&self) -> Number {
        Number { e164: self.number.clone(), display: self.display.clone() }
    }

    fn shown(&self, now: OffsetDateTime) -> CodeSent {
        CodeSent {
            phone_number: self.display.clone(),
            resend_in: self.resend_in(now),
            code_length: self.code_length,
            expires_in: seconds_until(self.expires_at, now),
        }
    }
}

fn seconds_until(end: OffsetDateTime, now: OffsetDateTime) -> u32 {
    let left = (end - now).as_seconds_f64().ceil().clamp(0.0, f64::from(u32::MAX));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what fits")]
    let seconds = left as u32;
    seconds
}
