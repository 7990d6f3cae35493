//! The tenant's own login page, where `/authorize` sends those who are not signed in: number, then code.
//!
//! Plain forms: each post changes what the browser keeps of the login and redirects back to the page, which says what
//! came of it.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, State},
    response::{IntoResponse, Redirect, Response},
};
use http::HeaderMap;

use crate::{
    clock::Millis,
    config::{Client, Connection},
    digits,
    error::StoreError,
    hosted_login::{self, HostedLogin, MAX_TYPED, Notice, path},
    http::{
        client_ip::Source,
        params::{BodyFields, Fields, QueryFields},
    },
    oauth::{
        authorization_request::OauthError,
        sso::{self, Arrival},
    },
    otp::{
        browser::{Browser, Transaction},
        challenge::Refusal,
        known_device::{self, Remembered},
        message::Reader,
        repeat::{REPEAT_SECONDS, RequestHash},
        service::{CodeError, CodeRequest, CodeTry, SendCodeError},
    },
    pages::{PageError, WayBack, login},
    phone_number::PhoneNumber,
    rate_limit::start::TooManyStarts,
    sms::{self, SendError},
    state::Tenant,
    store::{SsoSession, User},
};

/// A login under way, with what it is about.
struct Login<'a> {
    tenant: &'a Tenant,
    headers: &'a HeaderMap,
    id: String,
    kept: HostedLogin,
    client: &'a Client,
    connection: &'a Connection,
}

impl<'a> Login<'a> {
    /// The one that the page or form names, if this browser began it.
    fn load(tenant: &'a Tenant, headers: &'a HeaderMap, fields: &Fields) -> Result<Self, PageError> {
        let unknown = || PageError::LoginGone(None);
        let id = fields.param("state").ok().flatten().ok_or_else(unknown)?.to_owned();
        let kept = hosted_login::find(tenant, headers, &id).ok_or_else(unknown)?;
        let client = tenant.config.client(&kept.request.client_id).ok_or_else(unknown)?;
        let gone = || PageError::LoginGone(WayBack::to(client, &kept.request.return_to.redirect_uri));
        if tenant.now() > kept.expires_at {
            return Err(gone());
        }
        let connection = tenant.config.connection(&kept.request.connection).ok_or_else(gone)?;
        Ok(Self { tenant, headers, id, kept, client, connection })
    }

    /// Keeps what happened and shows the page again.
    fn back(self, notice: Option<Notice>) -> Result<Response, PageError> {
        let kept = HostedLogin { notice, ..self.kept };
        let kept = hosted_login::keep(self.tenant, self.headers, &self.id, &kept)?;
        Ok((kept, Redirect::to(&path(&self.id))).into_response())
    }

    /// It is over with this answer, once the form cannot come a second time any more.
    fn end(mut self, answer: impl IntoResponse) -> Result<Response, PageError> {
        let end = self.tenant.now().plus_seconds(REPEAT_SECONDS);
        self.kept.expires_at = self.kept.expires_at.min(end);
        Ok((hosted_login::keep(self.tenant, self.headers, &self.id, &self.kept)?, answer).into_response())
    }

    fn browser(&self, phone_number: &PhoneNumber) -> Browser {
        let is_known = known_device::is_known(self.tenant, self.headers, &self.connection.name, phone_number);
        Browser { transaction: Some(Transaction::named(&self.kept.transaction)), is_known }
    }

    /// Whom the page asks about before it asks for a number.
    async fn offered(&self) -> Result<Option<(SsoSession, User)>, StoreError> {
        if !self.kept.offers_session || self.kept.phone_number.is_some() {
            return Ok(None);
        }
        let current = sso::current(self.tenant, self.headers).await?;
        Ok(current.filter(|(_, user)| user.connection == self.connection.name))
    }

    async fn send_code(&self, phone_number: &PhoneNumber, peer: SocketAddr) -> Result<(), Notice> {
        let request = CodeRequest {
            client: self.client,
            connection: self.connection,
            phone_number,
            reader: Reader::at(self.tenant.origin.url().as_ref(), self.headers),
            source: Source::browser(peer),
            browser: self.browser(phone_number),
        };
        let sent = self.tenant.send_code(&request).await;
        sent.map(drop).map_err(|error| {
            let notice = Notice::about(&error, self.tenant.now());
            // Not the error itself: a provider's words can hold the number.
            tracing::warn!(reason = ?notice, "no code was sent from the login page");
            notice
        })
    }
}

impl Notice {
    fn about(error: &SendCodeError, now: Millis) -> Self {
        match error {
            SendCodeError::Country => Self::Country,
            SendCodeError::TooManyRequests(TooManyStarts { retry_after, .. }) => {
                let seconds = i64::try_from(*retry_after).unwrap_or(i64::MAX);
                Self::TooManyRequests { until: now.plus_seconds(seconds).0 }
            }
            SendCodeError::Sms(SendError::InvalidRecipient { .. }) => Self::NumberRefused,
            SendCodeError::Sms(error) => match error.code() {
                Some(sms::OPTED_OUT) => Self::OptedOut,
                Some(sms::COUNTRY_NOT_ENABLED) => Self::Country,
                _ => Self::SmsFailed,
            },
            SendCodeError::Store(_) => Self::SmsFailed,
        }
    }
}

pub(crate) async fn page(
    State(tenant): State<Arc<Tenant>>,
    headers: HeaderMap,
    QueryFields(fields): QueryFields,
) -> Result<Response, PageError> {
    let login = Login::load(&tenant, &headers, &fields)?;
    if let Some((session, user)) = login.offered().await? {
        return Ok(login::continue_page(&login.id, &login.kept, login.client, &session, &user).into_response());
    }
    Ok(login::page(&login.id, &login.kept, login.client, login.connection, tenant.now()).into_response())
}

/// The person goes on as who is signed in at the tenant.
pub(crate) async fn go_on(
    State(tenant): State<Arc<Tenant>>,
    headers: HeaderMap,
    BodyFields(fields): BodyFields,
) -> Result<Response, PageError> {
    let login = Login::load(&tenant, &headers, &fields)?;
    let shown = fields.param("session").ok().flatten().unwrap_or_default();
    let Some((session, user)) = login.offered().await?.filter(|(session, _)| session.sid == shown) else {
        return login.back(None);
    };
    let request = &login.kept.request;
    if user.blocked {
        let answer = request.refuse(&OauthError::Refused(Refusal::Blocked));
        return login.end(answer);
    }
    sso::confirm(&tenant, &headers).await?;
    let answer = request.answer(&tenant, login.client, &user, &session).await;
    let answer = answer.unwrap_or_else(|error| request.refuse(&error));
    login.end(answer)
}

pub(crate) async fn phone(
    State(tenant): State<Arc<Tenant>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    BodyFields(fields): BodyFields,
) -> Result<Response, PageError> {
    let mut login = Login::load(&tenant, &headers, &fields)?;
    let typed = fields.param("phone_number").ok().flatten().unwrap_or_default();
    login.kept.typed = typed.chars().take(MAX_TYPED).collect();
    let Some(phone_number) = PhoneNumber::from_typed(typed) else {
        return login.back(Some(Notice::BadNumber));
    };
    if !phone_number.is_valid() && !is_meant(&fields, &phone_number) {
        login.kept.typed = phone_number.readable();
        return login.back(Some(Notice::Unlisted));
    }
    match login.send_code(&phone_number, peer).await {
        Ok(()) => {
            login.kept.phone_number = Some(phone_number);
            login.back(None)
        }
        Err(notice) => login.back(Some(notice)),
    }
}

/// Whether the page that sent the form had asked whether the number is right; a double click is no answer to that.
fn is_meant(fields: &Fields, phone_number: &PhoneNumber) -> bool {
    let asked = fields.param("asked_back").ok().flatten().and_then(PhoneNumber::from_typed);
    asked.is_some_and(|asked| asked == *phone_number)
}

pub(crate) async fn resend(
    State(tenant): State<Arc<Tenant>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    BodyFields(fields): BodyFields,
) -> Result<Response, PageError> {
    let login = Login::load(&tenant, &headers, &fields)?;
    let Some(phone_number) = login.kept.phone_number.clone() else { return login.back(None) };
    let notice = login.send_code(&phone_number, peer).await.err().unwrap_or(Notice::Resent);
    login.back(Some(notice))
}

pub(crate) async fn change(
    State(tenant): State<Arc<Tenant>>,
    headers: HeaderMap,
    BodyFields(fields): BodyFields,
) -> Result<Response, PageError> {
    let mut login = Login::load(&tenant, &headers, &fields)?;
    (login.kept.phone_number, login.kept.offers_session) = (None, false);
    login.back(None)
}

pub(crate) async fn code(
    State(tenant): State<Arc<Tenant>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    BodyFields(fields): BodyFields,
) -> Result<Response, PageError> {
    let login = Login::load(&tenant, &headers, &fields)?;
    let Some(phone_number) = login.kept.phone_number.clone() else { return login.back(None) };
    let typed = fields.param("code").ok().flatten().unwrap_or_default();
    let code_length = login.connection.code_length;
    let code = digits::code_in(typed, code_length);
    if code.len() < code_length {
        let notice = if code.is_empty() { Notice::MissingCode } else { Notice::ShortCode { code_length } };
        return login.back(Some(notice));
    }
    let source = Source::browser(peer);
    let (client, connection) = (Some(login.client), login.connection);
    let browser = &login.browser(&phone_number);
    let code_try = CodeTry { client, connection, phone_number: &phone_number, code: &code, source, browser };
    let sign_in = match tenant.redeem_code_by(&code_try, RequestHash::of(&login.id)).await {
        Ok(sign_in) => sign_in,
        Err(CodeError::Store(error)) => return Err(error.into()),
        Err(CodeError::Refused(refusal)) => return refused(login, &refusal),
    };
    let (session, cookie) = sso::after(&tenant, &headers, &sign_in, Arrival::ByPage).await?;
    let request = &login.kept.request;
    let answer = request.answer(&tenant, login.client, &sign_in.user, &session).await;
    let answer = answer.unwrap_or_else(|error| request.refuse(&error));
    let remembered = Remembered::of(&tenant, &headers, &sign_in, Arrival::ByPage);
    login.end((cookie, remembered, answer))
}

/// A person who is blocked is sent back to the application; anyone else may try again.
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
            let answer = login.kept.request.refuse(&OauthError::Refused(refusal.clone()));
            return login.end(answer);
        }
    };
    login.back(Some(notice))
}
