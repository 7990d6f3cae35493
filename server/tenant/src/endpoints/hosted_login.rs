//! `/u/login`: the tenant's own login page, where `/authorize` sends users who are not signed in.
//!
//! Plain forms: each post updates the login in the browser's cookie and redirects back to the page, which shows the
//! result.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, FromRequestParts, State},
    response::{IntoResponse, Redirect, Response},
};
use http::HeaderMap;

use crate::{
    clock::{Clock, Millis},
    config::{Client, Connection, TenantConfig},
    digits,
    error::StoreError,
    hosted_login::{HostedLogin, HostedLogins, Notice, path},
    http::{
        client_ip::RequestSource,
        params::{BodyParams, Params, QueryParams},
    },
    oauth::{
        arrival::Arrival,
        authorization_request::{MAX_LOGIN_HINT, OauthError},
        authorization_response::AuthorizationResponse,
        authorizer::Authorizer,
        sso::SsoSessions,
    },
    origin::Origin,
    otp::{
        browser::{Browser, Transaction},
        challenge::Refusal,
        known_device::KnownDevices,
        message::MessageContext,
        repeat::{REPEAT_SECONDS, RequestHash},
        request::{CodeAttempt, CodeError, CodeRequest, SendCodeError},
        service::OtpService,
    },
    pages::{PageError, WayBack, login as pages},
    phone_number::PhoneNumber,
    rate_limit::start::TooManyStarts,
    sms::{self, SendError},
    state::AppState,
    store::{SsoSession, User},
};

/// What the endpoint uses.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(crate) struct Services {
    config: State<Arc<TenantConfig>>,
    origin: State<Origin>,
    logins: State<HostedLogins>,
    otp: State<OtpService>,
    devices: State<KnownDevices>,
    sessions: State<SsoSessions>,
    authorizer: State<Authorizer>,
    clock: State<Arc<dyn Clock>>,
}

/// A login under way, with its client and connection.
struct Login<'a> {
    services: &'a Services,
    headers: &'a HeaderMap,
    id: String,
    state: HostedLogin,
    client: &'a Client,
    connection: &'a Connection,
}

impl<'a> Login<'a> {
    /// The login that the page or form names, if this browser started it.
    fn load(services: &'a Services, headers: &'a HeaderMap, params: &Params) -> Result<Self, PageError> {
        let unknown = || PageError::LoginGone(None);
        let id = params.optional("state").ok_or_else(unknown)?.to_owned();
        let state = services.logins.find(headers, &id).ok_or_else(unknown)?;
        let client = services.config.client(&state.request.client_id).ok_or_else(unknown)?;
        let gone = || PageError::LoginGone(WayBack::to(client, &state.request.return_to.redirect_uri));
        if services.clock.millis() > state.expires_at {
            return Err(gone());
        }
        let connection = services.config.connection(&state.request.connection).ok_or_else(gone)?;
        Ok(Self { services, headers, id, state, client, connection })
    }

    /// Saves the login and shows the page again.
    fn back(self, notice: Option<Notice>) -> Result<Response, PageError> {
        let state = HostedLogin { notice, ..self.state };
        let cookies = self.services.logins.save(self.headers, &self.id, &state)?;
        Ok((cookies, Redirect::to(&path(&self.id))).into_response())
    }

    /// Ends the login with this response, as soon as the form cannot be repeated any more.
    fn end(mut self, response: impl IntoResponse) -> Result<Response, PageError> {
        let end = self.services.clock.millis().plus_seconds(REPEAT_SECONDS);
        self.state.expires_at = self.state.expires_at.min(end);
        Ok((self.services.logins.save(self.headers, &self.id, &self.state)?, response).into_response())
    }

    /// The response to the application whose user is signed in.
    async fn respond(&self, user: &User, session: &SsoSession) -> AuthorizationResponse {
        let request = &self.state.request;
        let response = self.services.authorizer.respond(request, self.client, user, session).await;
        response.unwrap_or_else(|error| request.refuse(&error))
    }

    fn browser(&self, phone_number: &PhoneNumber) -> Browser {
        let is_known = self.services.devices.is_known(self.headers, &self.connection.name, phone_number);
        Browser { transaction: Some(Transaction::named(&self.state.transaction)), is_known }
    }

    /// The user whom the page offers to continue as, before it asks for a number.
    async fn offered(&self) -> Result<Option<(SsoSession, User)>, StoreError> {
        if !self.state.offers_session || self.state.phone_number.is_some() {
            return Ok(None);
        }
        let current = self.services.sessions.current(self.headers).await?;
        Ok(current.filter(|(_, user)| user.connection == self.connection.name))
    }

    async fn send_code(&self, phone_number: &PhoneNumber, peer: SocketAddr) -> Result<(), Notice> {
        let request = CodeRequest {
            client: self.client,
            connection: self.connection,
            phone_number,
            context: MessageContext::at(self.services.origin.url().as_ref(), self.headers),
            source: RequestSource::browser(peer),
            browser: self.browser(phone_number),
        };
        let sent = self.services.otp.send_code(&request).await;
        sent.map(drop).map_err(|error| {
            let notice = notice_about(&error, self.services.clock.millis());
            // Not the error itself: the provider's message can contain the number.
            tracing::warn!(reason = ?notice, "no code was sent from the login page");
            notice
        })
    }
}

fn notice_about(error: &SendCodeError, now: Millis) -> Notice {
    match error {
        SendCodeError::Country => Notice::Country,
        SendCodeError::TooManyRequests(TooManyStarts { retry_after, .. }) => {
            let seconds = i64::try_from(*retry_after).unwrap_or(i64::MAX);
            Notice::TooManyRequests { until: now.plus_seconds(seconds).0 }
        }
        SendCodeError::Sms(SendError::InvalidRecipient { .. }) => Notice::NumberRefused,
        SendCodeError::Sms(error) => match error.code() {
            Some(sms::OPTED_OUT) => Notice::OptedOut,
            Some(sms::COUNTRY_NOT_ENABLED) => Notice::Country,
            _ => Notice::SmsFailed,
        },
        SendCodeError::Store(_) => Notice::SmsFailed,
    }
}

pub(crate) async fn page(
    services: Services,
    headers: HeaderMap,
    QueryParams(params): QueryParams,
) -> Result<Response, PageError> {
    let login = Login::load(&services, &headers, &params)?;
    if let Some((session, user)) = login.offered().await? {
        return Ok(pages::continue_page(&login.id, &login.state, login.client, &session, &user).into_response());
    }
    Ok(pages::page(&login.id, &login.state, login.client, login.connection, services.clock.millis()).into_response())
}

/// The user continues as who is signed in at the tenant.
pub(crate) async fn continue_as(
    services: Services,
    headers: HeaderMap,
    BodyParams(params): BodyParams,
) -> Result<Response, PageError> {
    let login = Login::load(&services, &headers, &params)?;
    let shown = params.optional("session").unwrap_or_default();
    let Some((session, user)) = login.offered().await?.filter(|(session, _)| session.sid == shown) else {
        return login.back(None);
    };
    if user.blocked {
        let response = login.state.request.refuse(&OauthError::Refused(Refusal::Blocked));
        return login.end(response);
    }
    services.sessions.confirm(&headers).await?;
    let response = login.respond(&user, &session).await;
    login.end(response)
}

pub(crate) async fn phone(
    services: Services,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    BodyParams(params): BodyParams,
) -> Result<Response, PageError> {
    let mut login = Login::load(&services, &headers, &params)?;
    let typed = params.optional("phone_number").unwrap_or_default();
    login.state.typed = typed.chars().take(MAX_LOGIN_HINT).collect();
    let Some(phone_number) = PhoneNumber::from_typed(typed) else {
        return login.back(Some(Notice::BadNumber));
    };
    if !phone_number.is_valid() && !is_confirmed(&params, &phone_number) {
        login.state.typed = phone_number.readable();
        return login.back(Some(Notice::Unlisted));
    }
    match login.send_code(&phone_number, peer).await {
        Ok(()) => {
            login.state.phone_number = Some(phone_number);
            login.back(None)
        }
        Err(notice) => login.back(Some(notice)),
    }
}

/// Whether the form comes from a page that asked about this number; a double click does not count as an answer.
fn is_confirmed(params: &Params, phone_number: &PhoneNumber) -> bool {
    let asked = params.optional("asked_back").and_then(PhoneNumber::from_typed);
    asked.is_some_and(|asked| asked == *phone_number)
}

pub(crate) async fn resend(
    services: Services,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    BodyParams(params): BodyParams,
) -> Result<Response, PageError> {
    let login = Login::load(&services, &headers, &params)?;
    let Some(phone_number) = login.state.phone_number.clone() else { return login.back(None) };
    let notice = login.send_code(&phone_number, peer).await.err().unwrap_or(Notice::Resent);
    login.back(Some(notice))
}

pub(crate) async fn change(
    services: Services,
    headers: HeaderMap,
    BodyParams(params): BodyParams,
) -> Result<Response, PageError> {
    let mut login = Login::load(&services, &headers, &params)?;
    (login.state.phone_number, login.state.offers_session) = (None, false);
    login.back(None)
}

pub(crate) async fn code(
    services: Services,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    BodyParams(params): BodyParams,
) -> Result<Response, PageError> {
    let login = Login::load(&services, &headers, &params)?;
    let Some(phone_number) = login.state.phone_number.clone() else { return login.back(None) };
    let code_length = login.connection.code_length;
    let code = digits::code_in(params.optional("code").unwrap_or_default(), code_length);
    if code.len() < code_length {
        let notice = if code.is_empty() { Notice::MissingCode } else { Notice::ShortCode { code_length } };
        return login.back(Some(notice));
    }
    let attempt = CodeAttempt {
        client: Some(login.client),
        connection: login.connection,
        phone_number: &phone_number,
        code: &code,
        source: RequestSource::browser(peer),
        browser: &login.browser(&phone_number),
    };
    let sign_in = match services.otp.redeem_code_repeatably(&attempt, RequestHash::of(&login.id)).await {
        Ok(sign_in) => sign_in,
        Err(CodeError::Store(error)) => return Err(error.into()),
        Err(CodeError::Refused(refusal)) => return refused(login, &refusal),
    };
    let (session, session_cookie) = services.sessions.after_sign_in(&headers, &sign_in, Arrival::FromPage).await?;
    let device_cookie = services.devices.remember(&headers, &sign_in, Arrival::FromPage);
    let response = login.respond(&sign_in.user, &session).await;
    login.end((session_cookie, device_cookie, response))
}

/// A blocked user is sent back to the application; anyone else may try again.
fn refused(login: Login<'_>, refusal: &Refusal) -> Result<Response, PageError> {
    tracing::warn!(error = %refusal, "a code was refused on the login page");
    let notice = match refusal {
        Refusal::WrongCode { attempts_left } => Notice::WrongCode { attempts_left: *attempts_left },
        Refusal::Superseded { .. } => Notice::Superseded,
        Refusal::Expired => Notice::Expired,
        Refusal::UsedUp => Notice::UsedUp,
        Refusal::TooManyAttempts(_) => Notice::TooManyAttempts,
        Refusal::SignUpDisabled => Notice::SignUpDisabled,
        Refusal::Blocked => {
            let response = login.state.request.refuse(&OauthError::Refused(refusal.clone()));
            return login.end(response);
        }
    };
    login.back(Some(notice))
}
