//! `POST /passwordless/verify`: checks a code without using it up.
//!
//! The browser SDKs rely on that: after a success they send the browser to `/passwordless/verify_redirect` with the same
//! code. Versions before auth0-js 8 send no `client_id`; the code is found by connection and number.
//!
//! No client has to authenticate; one that does may pass on whose browser it serves.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Json,
    extract::{ConnectInfo, FromRequestParts, State},
};
use http::HeaderMap;
use serde_json::{Value, json};

use crate::{
    config::{Connection, TenantConfig},
    http::{
        api_error::ApiError,
        client_ip::RequestSource,
        params::{BodyParams, Params},
    },
    oauth::client_auth::{Caller, ClientAuthenticator},
    otp::{
        challenge::Refusal,
        known_device::KnownDevices,
        request::{CodeAttempt, CodeError},
        service::OtpService,
    },
    phone_number::PhoneNumber,
    state::AppState,
};

/// What the endpoint uses.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(crate) struct Services {
    clients: State<ClientAuthenticator>,
    config: State<Arc<TenantConfig>>,
    otp: State<OtpService>,
    devices: State<KnownDevices>,
}

pub(crate) async fn post(
    services: Services,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    BodyParams(params): BodyParams,
) -> Result<Json<Value>, ApiError> {
    if params.get("grant_type").is_some() || params.get("username").is_some() {
        return Err(resource_owner(&params));
    }
    let connection = connection(&services.config, &params)?;
    let phone_number = params.required("phone_number")?;
    let code = params.required("verification_code")?;
    let phone_number =
        &PhoneNumber::parse(phone_number).ok_or(ApiError::Verify(Refusal::WrongCode { attempts_left: None }))?;
    let caller = services.clients.identify(&headers, &params).await?;
    let authenticated = caller.as_ref().and_then(Caller::authenticated);
    let source = RequestSource::of_api_call(authenticated, &headers, peer);
    let browser = &services.devices.browser_of_api_call(&headers, &connection.name, phone_number);
    let client = caller.map(|caller| caller.client);
    let attempt = CodeAttempt { client, connection, phone_number, code, source, browser };
    match services.otp.check_code(&attempt).await {
        Ok(()) => Ok(Json(json!({}))),
        Err(CodeError::Refused(refusal)) => Err(ApiError::Verify(refusal)),
        Err(CodeError::Store(error)) => Err(error.into()),
    }
}

/// `POST /oauth/ro`.
pub(crate) async fn oauth_ro(BodyParams(params): BodyParams) -> ApiError {
    resource_owner(&params)
}

/// The legacy contract of both endpoints, which returns tokens: every client here is OIDC conformant, and Auth0 refuses
/// those too.
fn resource_owner(params: &Params) -> ApiError {
    let required = ["username", "password", "connection", "client_id"].map(|name| params.required(name));
    let checked = required.into_iter().chain([params.param("scope").map(Option::unwrap_or_default)]);
    let wrong = checked.into_iter().find_map(Result::err);
    wrong.unwrap_or_else(|| ApiError::invalid_request("OIDC conformant clients cannot use /oauth/ro"))
}

fn connection<'a>(config: &'a TenantConfig, params: &Params) -> Result<&'a Connection, ApiError> {
    let name = params.required("connection")?;
    let connection = config.connection(name).ok_or_else(|| {
        let is_other = config.has_other_connection(name);
        let other = "specified strategy does not support requested operation";
        ApiError::invalid_request(if is_other { other } else { "the connection was not found" })
    })?;
    if let Some(client_id) = params.param("client_id")? {
        let client = config.client(client_id).ok_or(ApiError::UnknownClient)?;
        if !connection.is_enabled_for(client) {
            return Err(ApiError::invalid_request("the connection was disabled"));
        }
    }
    Ok(connection)
}
