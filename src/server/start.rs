//! Has codes sent: `/api/passwordless/start` and `/api/passwordless/resend`.

use super::{
    number::{self, Number},
    pending_login::PendingLogin,
    request::Request,
    return_to::ReturnTo,
    tenant_client::Started,
    terms::Consent,
};
use crate::{
    Country, PhoneNumber,
    api::{ApiError, Refusal, StartOutcome},
    lock::state::Notice,
};

/// The arguments of [`api::start`](crate::api::start).
pub(crate) struct Start {
    pub(crate) phone_number: String,
    pub(crate) country: String,
    pub(crate) return_to: String,
    pub(crate) accept_terms: String,
    pub(crate) last_login: String,
}

pub(crate) async fn start(start: Start) -> Result<StartOutcome, ApiError> {
    let request = Request::current()?;
    let country = Country::from_iso(&start.country).unwrap_or_default();
    let mut pending = PendingLogin::begin(&start.phone_number, country, ReturnTo::parse(&start.return_to));
    pending.consent = consent(&request, &start);
    let may_go_on = request.auth.config().allows(pending.consent.as_ref());
    let number = may_go_on.and_then(|()| number(&request, &start, country));
    send(&request, pending, number, None).await
}

/// Sends a code to a number that the app knows, as for a step-up; the dialog on this browser's next page starts at the
/// code. The terms are not asked about: who has a number in the app has been asked before. To be called in a server
/// function of your app, below [`install`](super::install).
///
/// # Errors
/// [`ApiError`] if the session cannot be kept; all else that can go wrong is a [`Refusal`].
pub async fn send_code_to(phone_number: &PhoneNumber, return_to: &str) -> Result<StartOutcome, ApiError> {
    let request = Request::current()?;
    let pending = PendingLogin::begin(phone_number.as_str(), Country::default(), ReturnTo::parse(return_to));
    send(&request, pending, number::known(phone_number), None).await
}

pub(crate) async fn resend() -> Result<StartOutcome, ApiError> {
    let request = Request::current()?;
    let pending = PendingLogin::of(&request.session).await?.unwrap_or_default();
    let number = number_to_resend(&request, &pending);
    send(&request, pending, number, Some(Notice::Resent)).await
}

/// The number that is meant: the one that was typed, or the one of the last login.
fn number(request: &Request, start: &Start, country: Country) -> Result<Number, Refusal> {
    if start.last_login.is_empty() {
        number::read(&start.phone_number, country, &request.auth.config().countries)
    } else {
        number::known(&request.last_login()?)
    }
}

fn consent(request: &Request, start: &Start) -> Option<Consent> {
    let terms = request.auth.config().terms.as_ref().filter(|_| !start.accept_terms.is_empty())?;
    Some(terms.accepted(request.auth.now()))
}

/// What the dialog counts down holds on the server too; the limit that counts is the tenant's.
fn number_to_resend(request: &Request, pending: &PendingLogin) -> Result<Number, Refusal> {
    let sent = pending.sent.as_ref().ok_or(Refusal::NoPendingLogin)?;
    match sent.resend_in(request.auth.now()) {
        0 => Ok(sent.number()),
        seconds => Err(Refusal::RateLimited { retry_after: Some(seconds) }),
    }
}

/// Keeps what became of it, for a page that is loaded again or was never alive.
async fn send(
    request: &Request,
    mut pending: PendingLogin,
    number: Result<Number, Refusal>,
    notice: Option<Notice>,
) -> Result<StartOutcome, ApiError> {
    let outcome = match ask_tenant(request, number).await {
        Ok(sent) => StartOutcome::CodeSent(pending.code_sent(&request.auth, sent, notice)),
        Err(refusal) => {
            tracing::warn!(?refusal, "a login was refused at its start");
            pending.refused(refusal.clone());
            StartOutcome::Refused(refusal)
        }
    };
    pending.keep(&request.session).await?;
    request.back_to_the_form();
    Ok(outcome)
}

async fn ask_tenant(request: &Request, number: Result<Number, Refusal>) -> Result<(Number, Started), Refusal> {
    let number = number?;
    let auth = &request.auth;
    auth.config().hooks.may_start(&request.step(&number.e164)).map_err(Refusal::Hook)?;
    auth.limits().take_start(request.client_ip)?;
    let started = auth.tenant().start(&number.e164, request.client_ip, request.language()).await.map_err(|error| {
        tracing::warn!(%error, phone_number = number.e164.masked(), "no code was sent");
        Refusal::from(error)
    })?;
    Ok((number, started))
}
