//! Has codes sent: `/api/passwordless/start` and `/api/passwordless/resend`.

use super::{
    number::{self, Number},
    pending_login::PendingLogin,
    request::Request,
    return_to::ReturnTo,
};
use crate::{
    Country,
    api::{ApiError, Refusal, StartOutcome},
    lock::state::Notice,
};

pub(crate) async fn start(typed: &str, country: &str, return_to: &str) -> Result<StartOutcome, ApiError> {
    let request = Request::current()?;
    let country = Country::from_iso(country).unwrap_or_default();
    let mut pending = PendingLogin::begin(typed, country, ReturnTo::parse(return_to));
    let number = number::read(typed, country, &request.auth.config().countries);
    let outcome = match send(&request, number).await {
        Ok(number) => StartOutcome::CodeSent(pending.code_sent(&request.auth, number, None)),
        Err(refusal) => {
            pending.number_refused(refusal);
            StartOutcome::Refused(refusal)
        }
    };
    finish(&request, &pending, outcome).await
}

pub(crate) async fn resend() -> Result<StartOutcome, ApiError> {
    let request = Request::current()?;
    let mut pending = PendingLogin::of(&request.session).await?.unwrap_or_default();
    let outcome = match send(&request, number_to_resend(&request, &pending)).await {
        Ok(number) => StartOutcome::CodeSent(pending.code_sent(&request.auth, number, Some(Notice::Resent))),
        Err(refusal) => {
            pending.refused(refusal);
            StartOutcome::Refused(refusal)
        }
    };
    finish(&request, &pending, outcome).await
}

/// What the dialog counts down holds on the server too; the limit that counts is the tenant's.
fn number_to_resend(request: &Request, pending: &PendingLogin) -> Result<Number, Refusal> {
    let sent = pending.sent.as_ref().ok_or(Refusal::NoPendingLogin)?;
    match sent.resend_in(request.auth.now()) {
        0 => Ok(sent.number()),
        seconds => Err(Refusal::RateLimited { retry_after: Some(seconds) }),
    }
}

async fn send(request: &Request, number: Result<Number, Refusal>) -> Result<Number, Refusal> {
    let number = number?;
    request.auth.limits().take_start(request.client_ip)?;
    request.auth.tenant().start(&number.e164, request.client_ip).await.map_err(|error| {
        tracing::warn!(%error, phone_number = number.e164.masked(), "no code was sent");
        Refusal::from(error)
    })?;
    Ok(number)
}

async fn finish(request: &Request, pending: &PendingLogin, outcome: StartOutcome) -> Result<StartOutcome, ApiError> {
    if let StartOutcome::Refused(refusal) = outcome {
        tracing::warn!(?refusal, "a login was refused at its start");
    }
    pending.keep(&request.session).await?;
    request.back_to_the_form();
    Ok(outcome)
}
