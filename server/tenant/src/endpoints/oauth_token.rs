//! `POST /oauth/token`.
//!
//! <https://auth0.com/docs/api/authentication/passwordless/authenticate-user> and RFC 6749 section 4.1.3.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Json,
    extract::{ConnectInfo, FromRequestParts, State},
};
use http::HeaderMap;

use crate::{
    clock::Clock,
    config::{CODE_GRANT, Client, OTP_GRANT, REFRESH_GRANT, TenantConfig},
    http::{
        api_error::ApiError,
        client_ip::RequestSource,
        params::{BodyParams, Params},
    },
    oauth::{
        audience,
        authorization_codes::AuthorizationCodes,
        client_auth::ClientAuthenticator,
        grant::{Grant, ProvedGrant},
        refresh::RefreshTokens,
        scope::Scope,
        tokens::{TokenResponse, Tokens},
    },
    origin::Origin,
    otp::{
        challenge::Refusal,
        known_device::KnownDevices,
        request::{CodeAttempt, CodeError},
        service::OtpService,
        session::OtpSessions,
    },
    phone_number::PhoneNumber,
    state::AppState,
    store::User,
};

/// What the endpoint uses.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(crate) struct Services {
    clients: State<ClientAuthenticator>,
    config: State<Arc<TenantConfig>>,
    origin: State<Origin>,
    otp: State<OtpService>,
    devices: State<KnownDevices>,
    sessions: State<OtpSessions>,
    codes: State<AuthorizationCodes>,
    refresh_tokens: State<RefreshTokens>,
    tokens: State<Tokens>,
    clock: State<Arc<dyn Clock>>,
}

pub(crate) async fn post(
    services: Services,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    BodyParams(params): BodyParams,
) -> Result<Json<TokenResponse>, ApiError> {
    let grant_type = params.required("grant_type")?;
    let client = services.clients.authenticate(&headers, &params).await?;
    if ![OTP_GRANT, CODE_GRANT, REFRESH_GRANT].contains(&grant_type) {
        return Err(ApiError::GrantUnsupported(grant_type.to_owned()));
    }
    if !client.allows(grant_type) {
        return Err(ApiError::GrantNotAllowed(grant_type.to_owned()));
    }
    let proved = match grant_type {
        OTP_GRANT => {
            let authenticated = Some(client).filter(|client| !client.is_public());
            let source = RequestSource::of_api_call(authenticated, &headers, peer);
            match params.param("auth_session")? {
                Some(session) => services.by_session(client, session, (&headers, &params), source).await?,
                None => services.by_otp(client, (&headers, &params), source).await?,
            }
        }
        CODE_GRANT => services.codes.redeem(client, &params).await?,
        _ => services.refresh_tokens.exchange(client, &params).await?,
    };
    // Only for the server of an application, which stores the token in the user's browser.
    let is_sign_in = grant_type != REFRESH_GRANT && !client.is_public();
    let device_token = if is_sign_in { services.devices.token(&proved.user) } else { None };
    let response = services.tokens.issue(client, proved).await?;
    Ok(Json(response.with_device_token(device_token)))
}

impl Services {
    /// Auth0's grant type for a phone number and a code.
    async fn by_otp(
        &self,
        client: &Client,
        (headers, params): (&HeaderMap, &Params),
        source: RequestSource,
    ) -> Result<ProvedGrant, ApiError> {
        let username = params.required("username")?;
        let (code, realm) = (params.required("otp")?, params.required("realm")?);
        let connection = self.config.connection_for(client, realm);
        let connection = connection.ok_or_else(|| ApiError::invalid_request(format!("Unknown realm {realm}.")))?;
        let requested = self.requested(client, params)?;
        let phone_number =
            &PhoneNumber::parse(username).ok_or(ApiError::Otp(Refusal::WrongCode { attempts_left: None }))?;
        let browser = &self.devices.browser_of_api_call(headers, &connection.name, phone_number);
        let attempt = CodeAttempt { client: Some(client), connection, phone_number, code, source, browser };
        let user = self.otp.redeem_code(&attempt).await.map_err(|error| match error {
            CodeError::Refused(refusal) => ApiError::Otp(refusal),
            CodeError::Store(error) => error.into(),
        })?;
        self.prove(client, user, requested).await
    }

    /// The same with the session of `/otp/challenge` in place of the phone number.
    async fn by_session(
        &self,
        client: &Client,
        session: &str,
        (headers, params): (&HeaderMap, &Params),
        source: RequestSource,
    ) -> Result<ProvedGrant, ApiError> {
        let code = params.required("otp")?;
        let session = self.sessions.open(client, session).ok_or(ApiError::OtpSession)?;
        let connection = self.config.connection_for(client, &session.connection).ok_or(ApiError::OtpSession)?;
        let requested = self.requested(client, params)?;
        let phone_number = &session.phone_number;
        let mut browser = self.devices.browser_of_api_call(headers, &connection.name, phone_number);
        browser.transaction = Some(session.transaction());
        let attempt = CodeAttempt { client: Some(client), connection, phone_number, code, source, browser: &browser };
        let redeemed = self.otp.redeem_code_of_session(&attempt, session.allows_sign_up).await;
        let user = redeemed.map_err(|error| match error {
            CodeError::Refused(Refusal::Blocked) => ApiError::OtpSessionBlocked,
            CodeError::Refused(refusal @ Refusal::TooManyAttempts(_)) => ApiError::Otp(refusal),
            CodeError::Refused(_) => ApiError::OtpSession,
            CodeError::Store(error) => error.into(),
        })?;
        self.prove(client, user, requested).await
    }

    /// The scope and the audience, checked before a code is used up.
    fn requested(&self, client: &Client, params: &Params) -> Result<(Scope, Option<String>), ApiError> {
        let (scope, audience) = (params.param("scope")?, params.param("audience")?);
        let audience = audience::requested(&self.config, &self.origin, client, audience)?;
        Ok((Scope::granted(scope, client), audience))
    }

    async fn prove(
        &self,
        client: &Client,
        user: User,
        (scope, audience): (Scope, Option<String>),
    ) -> Result<ProvedGrant, ApiError> {
        let grant = Grant {
            user_id: user.id.clone(),
            scope,
            audience,
            nonce: None,
            auth_time: self.clock.millis().seconds(),
            sid: None,
        };
        Ok(self.refresh_tokens.begin(client, user, grant).await?)
    }
}
