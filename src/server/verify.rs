//! Checks codes: `/api/passwordless/verify`.

use super::{
    CurrentUser, LoginFlow,
    authorization::Authorization,
    pending_login::{PendingLogin, Sent},
    request::Request,
};
use crate::{
    OneTimeCode,
    api::{ApiError, Refusal, VerifyOutcome},
};

/// The code was not accepted, or something broke.
enum Failure {
    Refused(Refusal),
    Broken(ApiError),
}

impl<E: Into<ApiError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Broken(error.into())
    }
}

pub(crate) async fn verify(code: &str) -> Result<VerifyOutcome, ApiError> {
    let request = Request::current()?;
    let mut pending = PendingLogin::of(&request.session).await?.unwrap_or_default();
    match check(&request, &pending, code).await {
        Ok(continue_to) => {
            request.on_to(&continue_to);
            Ok(VerifyOutcome::Verified { continue_to })
        }
        Err(Failure::Refused(refusal)) => {
            tracing::warn!(?refusal, "a code was not accepted");
            pending.refused(refusal.clone());
            pending.keep(&request.session).await?;
            request.back_to_the_form();
            Ok(VerifyOutcome::Refused(refusal))
        }
        Err(Failure::Broken(error)) => Err(error),
    }
}

/// Where the browser goes on to.
async fn check(request: &Request, pending: &PendingLogin, code: &str) -> Result<String, Failure> {
    let sent = pending.sent.as_ref().ok_or(Failure::Refused(Refusal::NoPendingLogin))?;
    let code = read(code).map_err(Failure::Refused)?;
    let may_verify = request.auth.config().hooks.may_verify(&request.step(&sent.number));
    may_verify.map_err(|sentence| Failure::Refused(Refusal::Hook(sentence)))?;
    match request.auth.config().login_flow {
        LoginFlow::Redirect => through_the_tenant(request, pending, sent, &code).await,
        LoginFlow::Token => at_once(request, pending, sent, &code).await,
    }
}

fn read(code: &str) -> Result<OneTimeCode, Refusal> {
    if code.trim().is_empty() {
        return Err(Refusal::CodeMissing);
    }
    OneTimeCode::parse(code).map_err(|_| Refusal::CodeMalformed)
}

/// Flow `redirect`: the code stays good until the tenant's `verify_redirect` uses it up.
async fn through_the_tenant(
    request: &Request,
    pending: &PendingLogin,
    sent: &Sent,
    code: &OneTimeCode,
) -> Result<String, Failure> {
    let tenant = request.auth.tenant();
    tenant.verify(&sent.number, code, request.client_ip).await.map_err(refused)?;
    let pkce = tenant.verify_redirect_pkce().await.map_err(refused)?;
    let authorization = Authorization::begin(pkce, pending.return_to.clone(), request.auth.now())?;
    let url = tenant.verify_redirect_url(&sent.number, code, &authorization);
    authorization.keep(&request.session).await?;
    Ok(url.into())
}

/// Flow `token`: the server exchanges the code itself.
async fn at_once(
    request: &Request,
    pending: &PendingLogin,
    sent: &Sent,
    code: &OneTimeCode,
) -> Result<String, Failure> {
    let tokens = request.auth.tenant().redeem_otp(&sent.number, code, request.client_ip).await.map_err(refused)?;
    let claims = request.auth.id_tokens().check(&tokens.id_token, None).await.map_err(|error| {
        tracing::warn!(%error, "an ID token was not accepted");
        Failure::Refused(Refusal::LoginNotVerified)
    })?;
    request.remember(claims.phone_number.as_deref());
    CurrentUser::sign_in(&request.session, claims, pending.consent.clone(), request.auth.now()).await?;
    Ok(pending.return_to.as_str().to_owned())
}

fn refused(error: super::tenant_client::TenantError) -> Failure {
    tracing::warn!(%error, "the tenant did not accept a code");
    Failure::Refused(error.into())
}

impl From<super::random::NoRandomness> for ApiError {
    fn from(error: super::random::NoRandomness) -> Self {
        tracing::error!(%error, "a login could not begin");
        Self::ServerError
    }
}
