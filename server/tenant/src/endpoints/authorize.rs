//! `/authorize`: the start of a login by browser, OpenID Connect Core section 3.1.2.
//!
//! Who is signed in here already goes straight back with a code; others go to the login page, which asks those first
//! whose session a link began.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use http::HeaderMap;

use super::co_authenticate;
use crate::{
    config::Client,
    error::StoreError,
    hosted_login::{self, HostedLogin},
    http::params::{BodyFields, Fields, QueryFields},
    oauth::{
        authorization_request::{AuthorizationRequest, AuthorizeError, OauthError, ReturnAddress},
        id_token_hint, sso,
    },
    otp::challenge::Refusal,
    state::Tenant,
    store::{SsoSession, User},
};

pub(crate) async fn get(
    State(tenant): State<Arc<Tenant>>,
    headers: HeaderMap,
    QueryFields(fields): QueryFields,
) -> Result<Response, AuthorizeError> {
    authorize(&tenant, &headers, &fields).await
}

pub(crate) async fn post(
    State(tenant): State<Arc<Tenant>>,
    headers: HeaderMap,
    BodyFields(fields): BodyFields,
) -> Result<Response, AuthorizeError> {
    authorize(&tenant, &headers, &fields).await
}

async fn authorize(tenant: &Tenant, headers: &HeaderMap, fields: &Fields) -> Result<Response, AuthorizeError> {
    let address = ReturnAddress::parse(&tenant.config, tenant.origin.issuer(), fields)?;
    answer(tenant, headers, fields, &address).await.map_err(|error| address.refuse(&error).into())
}

async fn answer(
    tenant: &Tenant,
    headers: &HeaderMap,
    fields: &Fields,
    address: &ReturnAddress<'_>,
) -> Result<Response, OauthError> {
    let request = AuthorizationRequest::parse(tenant, fields, address)?;
    let prompt = Prompt::parse(fields)?;
    let max_age = max_age(fields)?;
    if let Some(ticket) = fields.param("login_ticket").ok().flatten() {
        return by_ticket(tenant, headers, address.client, &request, ticket).await;
    }
    let mut offers_session = false;
    if prompt != Prompt::Login {
        let meant = meant(tenant, fields).await?;
        let current = sso::current(tenant, headers).await?;
        let usable = current.filter(|(session, user)| {
            is_usable(tenant, &request, (session, user), max_age)
                && meant.as_ref().is_none_or(|subject| *subject == user.subject())
        });
        offers_session = usable.as_ref().is_some_and(|(session, _)| !session.is_confirmed);
        if let Some((session, user)) = usable.filter(|(session, _)| session.is_confirmed) {
            if user.blocked {
                return Err(OauthError::Refused(Refusal::Blocked));
            }
            return Ok(request.answer(tenant, address.client, &user, &session).await?.into_response());
        }
    }
    if prompt == Prompt::None {
        return Err(OauthError::LoginRequired);
    }
    let (id, login) = (hosted_login::new_id(tenant), HostedLogin::begin(tenant, headers, request, offers_session));
    Ok((hosted_login::keep(tenant, headers, &id, &login)?, Redirect::to(&hosted_login::path(&id))).into_response())
}

/// Whoever proved themselves on the application's own page need not be asked again.
async fn by_ticket(
    tenant: &Tenant,
    headers: &HeaderMap,
    client: &Client,
    request: &AuthorizationRequest,
    ticket: &str,
) -> Result<Response, OauthError> {
    let (user, arrival) = co_authenticate::redeem_ticket(tenant, headers, client, ticket)
        .await?
        .filter(|(user, _)| user.connection == request.connection)
        .ok_or(OauthError::LoginTicket)?;
    if user.blocked {
        return Err(OauthError::Refused(Refusal::Blocked));
    }
    let (session, cookie) = sso::begin(tenant, headers, &user, arrival).await?;
    Ok((cookie, request.answer(tenant, client, &user, &session).await?).into_response())
}

/// A session counts for the connection that it came from, and while it is young enough.
fn is_usable(
    tenant: &Tenant,
    request: &AuthorizationRequest,
    (session, user): (&SsoSession, &User),
    max_age: Option<i64>,
) -> bool {
    let age = tenant.now().seconds() - session.created_at.seconds();
    user.connection == request.connection && max_age.is_none_or(|max_age| age <= max_age)
}

/// Whom the application means by `id_token_hint`, OpenID Connect Core section 3.1.2.1; nobody, by a token that is not ours.
async fn meant(tenant: &Tenant, fields: &Fields) -> Result<Option<String>, StoreError> {
    let Some(token) = fields.param("id_token_hint").ok().flatten() else { return Ok(None) };
    Ok(Some(id_token_hint::read(tenant, token).await?.map_or_else(String::new, |hint| hint.sub)))
}

/// Whether the person may or must be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Prompt {
    None,
    Login,
    Unset,
}

impl Prompt {
    fn parse(fields: &Fields) -> Result<Self, OauthError> {
        let text = fields.param("prompt").ok().flatten().unwrap_or_default();
        let wanted: Vec<&str> = text.split_ascii_whitespace().collect();
        match wanted.as_slice() {
            [] | ["consent"] => Ok(Self::Unset),
            ["none"] => Ok(Self::None),
            many if many.contains(&"none") => {
                Err(OauthError::InvalidRequest("prompt none cannot be combined with another".into()))
            }
            many if many.contains(&"login") || many.contains(&"select_account") => Ok(Self::Login),
            _ => Err(OauthError::InvalidRequest("Unknown prompt".into())),
        }
    }
}

fn max_age(fields: &Fields) -> Result<Option<i64>, OauthError> {
    let text = fields.param("max_age").ok().flatten();
    let age = text.map(str::parse::<u32>).transpose();
    age.map(|age| age.map(i64::from))
        .map_err(|_| OauthError::InvalidRequest("max_age must be a number of seconds".into()))
}
