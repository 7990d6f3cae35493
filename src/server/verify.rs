//! Checks codes: `/api/passwordless/verify`.

use super::{
    Auth, CurrentUser, LoginFlow,
    authorization::PkceSupport,
    browser::Browser,
    pending_login::PendingLogin,
    repeats::{Repeats, to_the_end},
    request::Request,
    tenant_error::TenantError,
};
use crate::{
    OneTimeCode, PhoneNumber,
    outcome::{ApiError, Refusal, VerifyOutcome},
};
use secrecy::SecretString;

pub(crate) async fn verify(code: &str, login: &str) -> Result<VerifyOutcome, ApiError> {
    let request = Request::current()?;
    match request.login(login) {
        Ok(login) => verify_for(&request, login, code).await,
        Err(refusal) => {
            request.back_without_a_login(&refusal);
            Ok(VerifyOutcome::Refused(refusal))
        }
    }
}

async fn verify_for(request: &Request, mut login: PendingLogin, code: &str) -> Result<VerifyOutcome, ApiError> {
    let outcome = match check(request, &login, code).await? {
        Ok(right) => {
            let continue_to = go_on(request, &mut login, right).await?;
            request.on_to(&continue_to);
            VerifyOutcome::Verified { continue_to }
        }
        Err(refusal) => {
            tracing::warn!(reason = refusal.reason(), "a code was not accepted");
            login.refused(refusal.clone());
            request.back_to_the_form(&login.id);
            VerifyOutcome::Refused(refusal)
        }
    };
    request.keep(&login);
    Ok(outcome)
}

/// The code is right.
enum Right {
    /// The tenant sends the browser on.
    GoThroughTheTenant(PkceSupport, PhoneNumber, OneTimeCode),
    /// The login is complete; the token makes the browser known at the tenant.
    SignedIn(Box<CurrentUser>, Option<SecretString>),
    /// It was complete before, and nobody has signed out since.
    SignedInAlready,
}

async fn check(request: &Request, login: &PendingLogin, code: &str) -> Result<Result<Right, Refusal>, ApiError> {
    if login.is_over && CurrentUser::of(&request.session, request.auth.now()).await?.is_some() {
        return Ok(Ok(Right::SignedInAlready));
    }
    match step(request, login, code) {
        Ok(step) => to_the_end(step.take()).await,
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// Where the browser goes on to.
async fn go_on(request: &Request, login: &mut PendingLogin, right: Right) -> Result<String, ApiError> {
    match right {
        Right::GoThroughTheTenant(pkce, number, code) => {
            let authorization = login.authorize(pkce);
            return Ok(request
                .auth
                .tenant()
                .verify_redirect_url(&number, &code, &authorization, &login.transaction)
                .into());
        }
        Right::SignedIn(user, device) => {
            request.remember_device(device.as_ref());
            request.remember(user.phone_number.as_deref());
            user.sign_in(&request.session).await?;
            login.end();
        }
        Right::SignedInAlready => {}
    }
    Ok(login.return_to.as_str().to_owned())
}

/// What checking a code takes; it is taken to its end without the request.
struct Step {
    auth: Auth,
    repeats: Repeats,
    login: PendingLogin,
    number: PhoneNumber,
    code: OneTimeCode,
    browser: Browser,
}

fn step(request: &Request, login: &PendingLogin, code: &str) -> Result<Step, Refusal> {
    let sent = login.sent.as_ref().ok_or(Refusal::NoPendingLogin)?;
    let (number, code) = (sent.number.clone(), read(code, sent.code_length)?);
    let may_verify = request.auth.config().hooks.may_verify(&request.step(&number));
    may_verify.map_err(Refusal::Hook)?;
    Ok(Step {
        auth: request.auth.clone(),
        repeats: Repeats::of(login, &request.store),
        login: login.clone(),
        number,
        code,
        browser: request.browser(login),
    })
}

/// Reads a code as the browser does: of `Your code is 123-456` that is `123456`.
fn read(code: &str, length: u32) -> Result<OneTimeCode, Refusal> {
    if code.trim().is_empty() {
        return Err(Refusal::CodeMissing);
    }
    let read = OneTimeCode::in_text(code, usize::try_from(length).unwrap_or_default());
    let code = read.map_err(|_| Refusal::CodeMalformed)?;
    let is_whole = u32::try_from(code.as_str().len()).is_ok_and(|digits| digits >= length);
    if is_whole { Ok(code) } else { Err(Refusal::CodeIncomplete { digits: length }) }
}

impl Step {
    async fn take(self) -> Result<Right, Refusal> {
        let auth = self.auth.clone();
        let _turn = auth.turns().take(self.login.id.as_str()).await;
        let before = self.repeats.outcome_of(&self.code, self.auth.now()).await;
        match (before.map(|outcome| outcome.user), self.auth.config().login_flow) {
            (Some(Some(user)), _) => Ok(Right::SignedIn(Box::new(user), None)),
            (Some(None), _) => Ok(self.through_the_tenant().await),
            (None, LoginFlow::Redirect) => {
                self.check_at_the_tenant().await?;
                Ok(self.through_the_tenant().await)
            }
            (None, LoginFlow::Token) => self.sign_in().await,
        }
    }

    /// Flow `redirect`: the code stays good until the tenant's `verify_redirect` uses it up.
    async fn check_at_the_tenant(&self) -> Result<(), Refusal> {
        let tenant = self.auth.tenant();
        tenant.verify(&self.number, &self.code, &self.browser).await.map_err(refused)?;
        self.has_keys().await?;
        self.repeats.code_was_right(&self.code, None, self.auth.now()).await;
        Ok(())
    }

    async fn through_the_tenant(self) -> Right {
        let pkce = self.auth.tenant().verify_redirect_pkce().await;
        Right::GoThroughTheTenant(pkce, self.number, self.code)
    }

    /// Flow `token`: the server exchanges the code itself.
    async fn sign_in(&self) -> Result<Right, Refusal> {
        self.has_keys().await?;
        let redeemed = self.auth.tenant().redeem_otp(&self.number, &self.code, &self.browser).await;
        let tokens = redeemed.map_err(refused)?;
        let user = self.auth.admit(&tokens, None, &self.login, self.browser.ip).await?;
        self.repeats.code_was_right(&self.code, Some(user.clone()), self.auth.now()).await;
        Ok(Right::SignedIn(Box::new(user), tokens.device_token))
    }

    /// Without the tenant's keys the login could not be verified, and the code would be used up for nothing.
    async fn has_keys(&self) -> Result<(), Refusal> {
        self.auth.id_tokens().ready().await.map_err(|error| {
            tracing::error!(%error, "no login can be verified");
            Refusal::TenantUnavailable
        })
    }
}

fn refused(error: TenantError) -> Refusal {
    tracing::warn!(%error, "the tenant did not accept a code");
    error.into()
}
