//! Checks codes: `/api/passwordless/verify`.

use super::{
    Auth, CurrentUser, LoginFlow,
    admission::{Admitted, Arrival},
    authorization_request::PkceSupport,
    browser::Browser,
    extra_fields::ExtraFields,
    finish_login::finish_login,
    hooks::{LoginAttempt, LoginStep},
    measure,
    own_page::read_code,
    pending_login::{PendingLogin, Refused},
    repeats::{Outcome, Repeats},
    request_context::{Request, set_cookies},
    tenant_error::TenantError,
    turns::to_the_end,
};
use crate::{
    OneTimeCode, PhoneNumber,
    outcome::{ApiError, Refusal, VerifyOutcome},
};

pub(crate) async fn verify(code: &str, login: &str, extra: ExtraFields) -> Result<VerifyOutcome, ApiError> {
    let outcome = take_code(code, login, extra).await;
    measure::verified(&outcome);
    outcome
}

async fn take_code(code: &str, login: &str, extra: ExtraFields) -> Result<VerifyOutcome, ApiError> {
    let request = Request::current()?;
    match request.login(login) {
        Ok(login) => verify_for(&request, login, code, extra).await,
        Err(refusal) => {
            request.back_without_a_login(&refusal);
            Ok(VerifyOutcome::Refused(refusal))
        }
    }
}

async fn verify_for(
    request: &Request,
    mut login: PendingLogin,
    code: &str,
    extra: ExtraFields,
) -> Result<VerifyOutcome, ApiError> {
    match check(request, &login, code, extra).await? {
        Ok(accepted) => {
            let continue_to = go_on(request, &mut login, accepted).await?;
            request.on_to(&continue_to);
            Ok(VerifyOutcome::Verified { continue_to })
        }
        Err(refused) => {
            let refusal = login.stopped(refused);
            tracing::warn!(reason = refusal.reason(), "a code was not accepted");
            request.keep(&login);
            request.back_to_the_form(&login.id);
            Ok(VerifyOutcome::Refused(refusal))
        }
    }
}

/// How the login continues after a right code.
enum Accepted {
    /// The browser goes through the tenant to the callback.
    Redirect(PkceSupport, PhoneNumber, OneTimeCode),
    /// The login is complete.
    SignedIn(Box<Admitted>),
    /// It was complete before, and the user has not signed out since.
    AlreadySignedIn,
}

impl Accepted {
    fn signed_in(admitted: Admitted) -> Self {
        Self::SignedIn(Box::new(admitted))
    }
}

async fn check(
    request: &Request,
    login: &PendingLogin,
    code: &str,
    extra: ExtraFields,
) -> Result<Result<Accepted, Refused>, ApiError> {
    if login.is_over && CurrentUser::of(&request.session, &request.auth).await?.is_some() {
        return Ok(Ok(Accepted::AlreadySignedIn));
    }
    if let Some(refusal) = login.ending_refusal() {
        return Ok(Err(Refused::at_the_end(refusal)));
    }
    match step(request, login, code, extra) {
        Ok(step) => to_the_end(step.take()).await,
        Err(refusal) => Ok(Err(refusal.into())),
    }
}

/// Continues the login; returns the URL that the browser goes to next.
async fn go_on(request: &Request, login: &mut PendingLogin, accepted: Accepted) -> Result<String, ApiError> {
    match accepted {
        Accepted::Redirect(pkce, number, code) => {
            let authorization = login.authorize(pkce);
            request.keep(login);
            let tenant = request.auth.tenant();
            return Ok(tenant.verify_redirect_url(&number, &code, &authorization, &login.transaction).into());
        }
        Accepted::SignedIn(admitted) => {
            let cookies = finish_login(&request.auth, &request.session, request.headers(), login, *admitted).await?;
            set_cookies(cookies);
        }
        Accepted::AlreadySignedIn => request.keep(login),
    }
    Ok(login.return_to.as_str().to_owned())
}

/// Data for checking a code; it runs to completion even if the request is cancelled.
struct Step {
    auth: Auth,
    repeats: Repeats,
    login: PendingLogin,
    number: PhoneNumber,
    code: OneTimeCode,
    browser: Browser,
    extra: ExtraFields,
}

fn step(request: &Request, login: &PendingLogin, code: &str, extra: ExtraFields) -> Result<Step, Refusal> {
    let sent = login.sent.as_ref().ok_or(Refusal::NoPendingLogin)?;
    let (number, code) = (sent.number.clone(), read_code(code, sent.code_length)?);
    Ok(Step {
        auth: request.auth.clone(),
        repeats: Repeats::of(login, &request.store),
        login: login.clone(),
        number,
        code,
        browser: request.browser(login),
        extra,
    })
}

impl Step {
    async fn take(self) -> Result<Accepted, Refused> {
        let auth = self.auth.clone();
        let _turn = auth.turns().take(self.login.id.as_str()).await;
        let before = self.repeats.outcome_of(&self.code, self.auth.now()).await;
        match before.map(Outcome::ending) {
            Some(Some(ending)) => return ending.map(Accepted::signed_in),
            Some(None) => return Ok(self.redirect_flow().await),
            None => self.may_verify().await?,
        }
        match auth.config().login_flow {
            LoginFlow::Redirect => {
                self.verify_at_tenant().await?;
                Ok(self.redirect_flow().await)
            }
            LoginFlow::Token => self.exchange_code().await,
        }
    }

    async fn may_verify(&self) -> Result<(), Refusal> {
        let attempt = || LoginAttempt::new(LoginStep::Verify, &self.number, self.browser.ip, &self.extra);
        self.auth.config().hooks.may_verify(attempt).await.map_err(Refusal::Hook)
    }

    /// Flow `redirect`: the code stays valid until the tenant's `verify_redirect` uses it up.
    async fn verify_at_tenant(&self) -> Result<(), Refusal> {
        let tenant = self.auth.tenant();
        tenant.verify(&self.number, &self.code, &self.browser).await.map_err(refused)?;
        self.ensure_keys().await?;
        self.repeats.code_was_right(&self.code, self.auth.now()).await;
        Ok(())
    }

    async fn redirect_flow(self) -> Accepted {
        let pkce = self.auth.tenant().verify_redirect_pkce().await;
        Accepted::Redirect(pkce, self.number, self.code)
    }

    /// Flow `token`: the server exchanges the code itself.
    async fn exchange_code(&self) -> Result<Accepted, Refused> {
        self.ensure_keys().await?;
        let redeemed = self.auth.tenant().redeem_otp(&self.number, &self.code, &self.browser).await;
        let arrival = Arrival {
            nonce: None,
            login: &self.login,
            client_ip: self.browser.ip,
            extra: &self.extra,
            store: &self.repeats.store,
        };
        let ending = self.auth.admit(redeemed.map_err(refused)?, arrival).await;
        self.repeats.ended_with(&self.code, &ending, self.auth.now()).await;
        ending.map(Accepted::signed_in)
    }

    /// Without the tenant's keys the ID token could not be verified, and the code would be consumed for nothing.
    async fn ensure_keys(&self) -> Result<(), Refusal> {
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
