//! `POST /oauth/token`.
//!
//! <https://auth0.com/docs/api/authentication/passwordless/authenticate-user> and RFC 6749 section 4.1.3.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Json,
    extract::{ConnectInfo, State},
};
use http::HeaderMap;

use crate::{
    clock::Millis,
    config::{CODE_GRANT, Client, OTP_GRANT, REFRESH_GRANT},
    http::{
        api_error::{ApiError, GrantError},
        client_ip::Source,
        params::{BodyFields, Fields},
    },
    oauth::{
        client_auth::Caller,
        grant::Grant,
        pkce, refresh,
        scope::Scope,
        tokens::{self, TokenReply},
    },
    otp::{
        browser::Browser,
        challenge::Refusal,
        known_device,
        service::{CodeError, CodeTry},
    },
    phone_number::PhoneNumber,
    state::Tenant,
    store::{NewFamily, StoredCode, User},
};

pub(crate) async fn token(
    State(tenant): State<Arc<Tenant>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    BodyFields(fields): BodyFields,
) -> Result<Json<TokenReply>, ApiError> {
    let grant_type = fields.required("grant_type")?;
    let client = Caller::authenticate(&tenant, &headers, &fields).await?;
    if ![OTP_GRANT, CODE_GRANT, REFRESH_GRANT].contains(&grant_type) {
        return Err(ApiError::GrantUnsupported(grant_type.to_owned()));
    }
    if !client.allows(grant_type) {
        return Err(ApiError::GrantNotAllowed(grant_type.to_owned()));
    }
    let (user, grant, refresh_token) = match grant_type {
        OTP_GRANT => {
            let source = Source::of(Some(client).filter(|client| !client.is_public()), &headers, peer);
            let (user, grant) = by_otp(&tenant, client, (&headers, &fields), source).await?;
            let refresh_token = refresh::begin(&tenant, client, &grant).await?;
            (user, grant, refresh_token)
        }
        CODE_GRANT => by_code(&tenant, client, &fields).await?,
        _ => {
            let (user, grant, refresh_token) = refresh::exchange(&tenant, client, &fields).await?;
            (user, grant, Some(refresh_token))
        }
    };
    // To the server of an application alone: it keeps the token in the person's browser.
    let is_first = grant_type != REFRESH_GRANT && !client.is_public();
    let device_token = if is_first { known_device::token(&tenant, &user) } else { None };
    let reply = tokens::issue(&tenant, client, &user, &grant, refresh_token).await?;
    Ok(Json(reply.with(device_token)))
}

/// Auth0's grant for a phone number and a code.
async fn by_otp(
    tenant: &Tenant,
    client: &Client,
    (headers, fields): (&HeaderMap, &Fields),
    source: Source,
) -> Result<(User, Grant), ApiError> {
    let (username, code, realm) = (fields.required("username")?, fields.required("otp")?, fields.required("realm")?);
    let connection = tenant
        .config
        .connection(realm)
        .filter(|connection| connection.is_enabled_for(client))
        .ok_or_else(|| ApiError::invalid_request(format!("Unknown realm {realm}.")))?;
    let (scope, audience) = (fields.param("scope")?, fields.param("audience")?);
    let audience = tenant.audience(client, audience)?;
    let phone_number = PhoneNumber::parse(username).ok_or(ApiError::Otp(Refusal::WrongCode { attempts_left: None }))?;
    let browser = &Browser::of_call(tenant, headers, &connection.name, &phone_number);
    let code_try = CodeTry { client: Some(client), connection, phone_number: &phone_number, code, source, browser };
    let user = tenant.redeem_code(&code_try).await.map_err(|error| match error {
        CodeError::Refused(refusal) => ApiError::Otp(refusal),
        CodeError::Store(error) => error.into(),
    })?;
    let grant = Grant {
        user_id: user.id.clone(),
        scope: Scope::granted(scope, client),
        audience,
        nonce: None,
        auth_time: tenant.now().seconds(),
        sid: None,
    };
    Ok((user, grant))
}

/// The authorization code grant. A code that is tried is gone, whatever the other parameters are.
async fn by_code(tenant: &Tenant, client: &Client, fields: &Fields) -> Result<(User, Grant, Option<String>), ApiError> {
    let code = fields.required("code")?;
    let redirect_uri = fields.required("redirect_uri")?;
    let exchange = Exchange { client, redirect_uri, verifier: fields.param("code_verifier")?, now: tenant.now() };
    let taken =
        tenant.store.take_authorization_code(code, exchange.now, |stored| exchange.judge(tenant, stored)).await?;
    let Some(taken) = taken else {
        tenant.store.end_refresh_family_of(code).await?;
        return Err(GrantError::Code.into());
    };
    let (stored, family) = taken?;
    let user = tenant.store.user(&stored.grant.user_id).await?.ok_or(GrantError::Code)?;
    if user.blocked {
        tenant.store.end_refresh_family_of(code).await?;
        return Err(ApiError::Otp(Refusal::Blocked));
    }
    Ok((user, stored.grant, family.map(|family| family.token)))
}

/// What a client shows with a code.
struct Exchange<'a> {
    client: &'a Client,
    redirect_uri: &'a str,
    verifier: Option<&'a str>,
    now: Millis,
}

impl Exchange<'_> {
    /// Whether the code is this client's to exchange, and the refresh family that begins then.
    fn judge(&self, tenant: &Tenant, stored: &StoredCode) -> Result<Option<NewFamily>, GrantError> {
        if stored.client_id != self.client.client_id || self.now >= stored.expires_at {
            return Err(GrantError::Code);
        }
        if stored.redirect_uri != self.redirect_uri {
            let (sent, expected) = (self.redirect_uri.to_owned(), stored.redirect_uri.clone());
            return Err(GrantError::RedirectUri { sent, expected });
        }
        if !pkce::verify(stored.code_challenge.as_deref(), self.verifier) {
            return Err(GrantError::CodeVerifier);
        }
        Ok(refresh::family(tenant, self.client, &stored.grant))
    }
}
