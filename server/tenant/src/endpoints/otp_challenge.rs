//! `POST /otp/challenge`: sends a code, and returns a session to redeem it with at `/oauth/token`.
//!
//! The response never shows whether the number has an account, nor what became of the message. Unlike at Auth0, where it is
//! for database connections, a number can sign up.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Json,
    extract::{ConnectInfo, FromRequestParts, State},
};
use http::HeaderMap;
use serde::Serialize;
use serde_json::Value;

use crate::{
    config::{OTP_GRANT, TenantConfig},
    http::{
        api_error::ApiError,
        client_ip::RequestSource,
        params::{BodyParams, Params},
    },
    oauth::{client_auth::ClientAuthenticator, start_proof},
    otp::{
        known_device::KnownDevices,
        message::MessageContext,
        request::{CodeRequest, Recipients},
        service::OtpService,
        session::OtpSessions,
    },
    phone_number::PhoneNumber,
    state::AppState,
};

#[derive(Serialize)]
pub(crate) struct Challenged {
    auth_session: String,
}

/// What the endpoint uses.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(crate) struct Services {
    clients: State<ClientAuthenticator>,
    config: State<Arc<TenantConfig>>,
    otp: State<OtpService>,
    sessions: State<OtpSessions>,
    devices: State<KnownDevices>,
}

pub(crate) async fn post(
    services: Services,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    BodyParams(params): BodyParams,
) -> Result<(HeaderMap, Json<Challenged>), ApiError> {
    let client = services.clients.authenticate(&headers, &params).await?;
    start_proof::check_origin(client, &headers)?;
    let connection = services.config.connection_for(client, params.required("connection")?);
    let connection = connection.ok_or(ApiError::InvalidConnection)?;
    let (phone_number, allows_sign_up) = (phone_number(&params)?, allows_sign_up(&params)?);
    if !matches!(params.param("delivery_method")?, None | Some("text")) {
        return Err(ApiError::invalid_request("delivery_method must be text"));
    }
    if !client.allows(OTP_GRANT) {
        return Err(ApiError::GrantNotAllowed(OTP_GRANT.to_owned()));
    }
    let session = services.sessions.begin(client, connection, phone_number, allows_sign_up);
    let authenticated = Some(client).filter(|client| !client.is_public());
    let mut browser = services.devices.browser_of_api_call(&headers, &connection.name, &session.phone_number);
    browser.transaction = Some(session.transaction());
    let request = CodeRequest {
        client,
        connection,
        phone_number: &session.phone_number,
        context: MessageContext::at(client.page(&headers).as_ref(), &headers),
        source: RequestSource::of_api_call(authenticated, &headers, peer),
        browser,
        proof: params.optional("altcha"),
    };
    let with_sign_up = allows_sign_up && !connection.disable_signup;
    let recipients = if with_sign_up { Recipients::All } else { Recipients::Users };
    let rate = services.otp.send_code_silently(&request, recipients).await?;
    let auth_session = services.sessions.seal(&session).ok_or(ApiError::Internal)?;
    Ok((rate.map(|rate| rate.headers()).unwrap_or_default(), Json(Challenged { auth_session })))
}

fn phone_number(params: &Params) -> Result<PhoneNumber, ApiError> {
    let text = params.required("phone_number")?;
    PhoneNumber::parse(text).ok_or_else(|| ApiError::invalid_request(ApiError::PhoneForm.to_string()))
}

/// A boolean, which forms have as text.
fn allows_sign_up(params: &Params) -> Result<bool, ApiError> {
    match params.get("allow_signup") {
        None | Some(Value::Null | Value::Bool(false)) => Ok(false),
        Some(Value::Bool(true)) => Ok(true),
        Some(Value::String(text)) if text == "true" => Ok(true),
        Some(Value::String(text)) if ["", "false"].contains(&text.as_str()) => Ok(false),
        Some(_) => Err(ApiError::invalid_request("allow_signup parameter must be a boolean")),
    }
}
