//! One login of a browser, from the first form to the end.

use super::{
    Auth,
    authorization_request::{Authorization, PkceSupport},
    entropy::NoRandomness,
    login_id::LoginId,
    oauth_secrets::{LoginSecret, Transaction},
    phone_number::{Certainty, Number},
    return_to::ReturnTo,
    tenant_client::StartResponse,
    terms::Consent,
};
use crate::{
    Country, PhoneNumber,
    flow::{Notice, Screen, State},
    outcome::{CodeSent, Refusal},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Characters of a typed number, and of a sentence of the tenant's or a hook's, that are stored to be shown again.
const MAX_TYPED: usize = 64;
const MAX_SENTENCE: usize = 200;

/// The state of a login for a page that is reloaded or was never hydrated, and for the check of the callback.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct PendingLogin {
    pub(super) id: LoginId,
    pub(super) secret: LoginSecret,
    /// All logins of a browser share it, so that the newest code is valid in each of its tabs.
    pub(super) transaction: Transaction,
    /// As typed, to be corrected.
    typed: String,
    country: Country,
    pub(super) return_to: ReturnTo,
    /// The last code that was sent.
    pub(super) sent: Option<Sent>,
    #[serde(default)]
    stage: Stage,
    notice: Option<Notice>,
    /// The terms were accepted.
    pub(super) consent: Option<Consent>,
    /// Set once the browser was sent through the tenant, with or without PKCE.
    pub(super) pkce: Option<PkceSupport>,
    /// The number that the user confirmed, while a proof of work for it is asked for.
    #[serde(default)]
    confirmed: String,
    /// The number comes from the app, not from the user.
    #[serde(default)]
    is_named_by_app: bool,
    /// It ended with a sign-in.
    pub(super) is_over: bool,
}

/// How far a login has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Stage {
    /// The user enters a number.
    #[default]
    Number,
    /// The user enters a code.
    Code,
    /// The app refused the user, which ended the login; the notice has the sentence.
    Refused,
}

/// A code that was sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Sent {
    pub(super) number: PhoneNumber,
    display: String,
    resend_at: OffsetDateTime,
    pub(super) code_length: u32,
    expires_at: OffsetDateTime,
}

/// A step was refused.
pub(super) struct Refused {
    pub(super) refusal: Refusal,
    /// Whether that ends the login; if not, the user can take the step again.
    pub(super) ends_login: bool,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, ends_login: false }
    }
}

impl Refused {
    /// The tenant confirmed the user, and the app refuses them.
    pub(super) fn at_the_end(refusal: Refusal) -> Self {
        Self { refusal, ends_login: true }
    }
}

impl PendingLogin {
    pub(super) fn begin(return_to: ReturnTo, now: OffsetDateTime) -> Result<Self, NoRandomness> {
        Ok(Self {
            id: LoginId::new(now)?,
            secret: LoginSecret::random()?,
            transaction: Transaction::random()?,
            typed: String::new(),
            country: Country::default(),
            return_to,
            sent: None,
            stage: Stage::default(),
            notice: None,
            consent: None,
            pkce: None,
            confirmed: String::new(),
            is_named_by_app: false,
            is_over: false,
        })
    }

    /// The same in a browser that has another login in progress, whose transaction it shares.
    pub(super) fn sharing(self, transaction: Option<Transaction>) -> Self {
        Self { transaction: transaction.unwrap_or(self.transaction), ..self }
    }

    /// A number was typed.
    pub(super) fn type_number(&mut self, typed: &str, country: Country) {
        self.typed = typed.chars().take(MAX_TYPED).collect();
        self.country = country;
    }

    /// The number comes from the app.
    pub(super) fn name_number(&mut self, number: &PhoneNumber) {
        self.type_number(number.as_str(), Country::default());
        self.is_named_by_app = true;
    }

    /// The challenge that the page shows, as a form sends it back whose user waited.
    pub(super) fn unsolved_challenge(&self) -> Option<String> {
        match &self.notice {
            Some(Notice::Refused(Refusal::ProofOfWork { challenge, .. })) => Some(STANDARD.encode(challenge)),
            _ => None,
        }
    }

    /// The number that the user confirmed before a proof of work was asked for.
    pub(super) fn confirmed(&self) -> Option<&str> {
        self.unsolved_challenge().map(|_| self.confirmed.as_str())
    }

    /// The user confirmed this number.
    pub(super) fn confirm(&mut self, number: &str) {
        self.confirmed = number.chars().take(MAX_TYPED).collect();
    }

    /// Whether this number comes from the app.
    pub(super) fn is_for_known(&self, number: Option<&PhoneNumber>) -> bool {
        self.is_named_by_app && self.sent.as_ref().is_some_and(|sent| Some(&sent.number) == number)
    }

    /// A code was sent: the dialog goes to the code screen.
    pub(super) fn code_sent(
        &mut self,
        auth: &Auth,
        (number, started): (Number, StartResponse),
        notice: Option<Notice>,
    ) -> CodeSent {
        let (now, config) = (auth.now(), auth.config());
        self.sent = Some(Sent {
            number: number.e164,
            display: number.display,
            resend_at: now + config.resend_after,
            code_length: started.code_length.unwrap_or(config.code_length),
            expires_at: now + started.expires_in().unwrap_or(config.code_lifetime),
        });
        self.stage = Stage::Code;
        self.notice = notice;
        self.shown(now).unwrap_or_default()
    }

    /// A step was refused: the dialog shows why.
    pub(super) fn refused(&mut self, refusal: Refusal) {
        // To be corrected on the screen of the number, which has the terms as well.
        let is_about_number =
            matches!(refusal, Refusal::NoPendingLogin | Refusal::CountryNotAllowed | Refusal::TermsNotAccepted);
        if is_about_number && self.stage == Stage::Code {
            self.stage = Stage::Number;
        }
        self.notice = Some(Notice::Refused(shortened(refusal)));
    }

    /// A step or the login was refused; the dialog shows the end of a login on the screen of the number.
    pub(super) fn stopped(&mut self, Refused { refusal, ends_login }: Refused) -> Refusal {
        self.refused(refusal.clone());
        if ends_login {
            (self.sent, self.stage) = (None, Stage::Refused);
        }
        refusal
    }

    /// The refusal that ended it.
    pub(super) fn ending_refusal(&self) -> Option<Refusal> {
        match &self.notice {
            Some(Notice::Refused(refusal)) if self.stage == Stage::Refused => Some(refusal.clone()),
            _ => None,
        }
    }

    /// Goes back to the screen of the number.
    pub(super) fn edit_number(&mut self) {
        self.stage = Stage::Number;
        self.notice = None;
    }

    /// The same without the outcome of its last step.
    pub(super) fn without_notice(self) -> Self {
        Self { notice: None, ..self }
    }

    /// The same without the outcome of its last step, unless it asks for a proof of work.
    pub(super) fn without_other_notice(self) -> Self {
        if self.unsolved_challenge().is_some() { self } else { self.without_notice() }
    }

    /// Whether no number was typed: the one of the last login is meant.
    pub(super) fn has_no_number(&self) -> bool {
        self.typed.is_empty() && self.sent.is_none()
    }

    /// The browser is sent to the tenant.
    pub(super) fn authorize(&mut self, pkce: PkceSupport) -> Authorization {
        self.pkce = Some(pkce);
        Authorization::of(&self.id, &self.secret, pkce)
    }

    /// The secrets that the callback is checked against; `None` if the browser was not sent to the tenant.
    pub(super) fn authorization(&self) -> Option<Authorization> {
        self.pkce.map(|pkce| Authorization::of(&self.id, &self.secret, pkce))
    }

    /// The user is signed in: everything is dropped but the page to return to.
    pub(super) fn end(&mut self) {
        (self.typed, self.sent, self.notice, self.stage) = (String::new(), None, None, Stage::Number);
        self.is_over = true;
    }

    fn screen(&self) -> Screen {
        match self.notice {
            Some(Notice::Refused(Refusal::Misconfigured)) => Screen::Unrecoverable,
            Some(Notice::Refused(Refusal::MoreSteps)) => Screen::MoreSteps,
            _ if self.stage == Stage::Code => Screen::EnterCode,
            _ => Screen::EnterPhone,
        }
    }

    /// The same as the dialog's state.
    pub(super) fn state(&self, now: OffsetDateTime) -> State {
        State {
            login: self.id.to_string(),
            screen: self.screen(),
            country: self.country,
            phone_number: self.typed.clone(),
            sent: self.shown(now),
            accepts_terms: self.consent.is_some(),
            notice: self.notice.clone().or_else(|| self.expired(now)),
            ..State::default()
        }
    }

    /// The notice for a code that expired while the page was away.
    fn expired(&self, now: OffsetDateTime) -> Option<Notice> {
        let is_over = self.stage == Stage::Code && self.sent.as_ref().is_some_and(|sent| sent.expires_at <= now);
        is_over.then_some(Notice::Refused(Refusal::CodeExpired))
    }

    /// Whether a code for this number is still valid.
    pub(super) fn has_code_for(&self, number: &PhoneNumber, now: OffsetDateTime) -> bool {
        self.sent.as_ref().is_some_and(|sent| sent.number == *number && sent.expires_at > now)
    }

    /// Goes back to the code screen.
    pub(super) fn back_to_the_code(&mut self) {
        self.stage = Stage::Code;
    }

    fn shown(&self, now: OffsetDateTime) -> Option<CodeSent> {
        let sent = self.sent.as_ref()?;
        Some(CodeSent {
            login: self.id.to_string(),
            phone_number: sent.display.clone(),
            resend_in: sent.resend_in(now),
            code_length: sent.code_length,
            expires_in: seconds_until(sent.expires_at, now),
        })
    }
}

impl Sent {
    /// Seconds until another code may be requested.
    pub(super) fn resend_in(&self, now: OffsetDateTime) -> u32 {
        seconds_until(self.resend_at, now)
    }

    pub(super) fn number(&self) -> Number {
        Number { e164: self.number.clone(), display: self.display.clone(), certainty: Certainty::Sure }
    }
}

/// Shortens sentences to fit into a cookie.
fn shortened(refusal: Refusal) -> Refusal {
    let short = |sentence: String| sentence.chars().take(MAX_SENTENCE).collect();
    match refusal {
        Refusal::Hook(sentence) => Refusal::Hook(short(sentence)),
        Refusal::Denied(sentence) => Refusal::Denied(short(sentence)),
        other => other,
    }
}

fn seconds_until(end: OffsetDateTime, now: OffsetDateTime) -> u32 {
    let left = (end - now).as_seconds_f64().ceil().clamp(0.0, f64::from(u32::MAX));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what fits")]
    let seconds = left as u32;
    seconds
}
