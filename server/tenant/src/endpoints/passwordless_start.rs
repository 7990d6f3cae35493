//! `POST /passwordless/start`: sends a code.
//!
//! <https://auth0.com/docs/api/authentication/passwordless/get-code-or-link>

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Json,
    extract::{ConnectInfo, FromRequestParts, State},
};
use http::HeaderMap;
use serde::Serialize;
use serde_json::Value;

use crate::{
    config::{Client, Connection, OTP_GRANT, TenantConfig},
    entropy::{self, Entropy},
    http::{
        api_error::{ApiError, Property},
        client_ip::RequestSource,
        params::{BodyParams, Params, type_name},
    },
    oauth::{client_auth::ClientAuthenticator, start_proof},
    otp::{
        known_device::KnownDevices,
        message::MessageContext,
        request::{CodeRequest, SendCodeError},
        service::OtpService,
    },
    phone_number::PhoneNumber,
    state::AppState,
};

/// The properties that clients may send; the forms of older SDKs spread `authParams` over names such as `authParams[scope]`.
const PROPERTIES: [&str; 15] = [
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "connection",
    "phone_number",
    "email",
    "send",
    "authParams",
    "captcha",
    "altcha",
    "auth0Client",
    "device",
    "lang",
    "xRequestLanguage",
];

/// Auth0's response. The `_id` is random: known, unknown and blocked numbers get the same response.
#[derive(Serialize)]
pub(crate) struct Started {
    #[serde(rename = "_id")]
    id: String,
    phone_number: String,
    phone_verified: bool,
    request_language: String,
    #[serde(flatten)]
    expected: Option<Expected>,
}

/// What to expect of the code, for authenticated callers. These members are not Auth0's; browsers get exactly its response.
#[derive(Serialize)]
struct Expected {
    /// Digits.
    code_length: usize,
    /// Seconds that the code is valid.
    expires_in: u64,
}

/// What the endpoint uses.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(crate) struct Services {
    clients: State<ClientAuthenticator>,
    config: State<Arc<TenantConfig>>,
    otp: State<OtpService>,
    devices: State<KnownDevices>,
    entropy: State<Arc<dyn Entropy>>,
}

pub(crate) async fn post(
    services: Services,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    BodyParams(params): BodyParams,
) -> Result<(HeaderMap, Json<Started>), ApiError> {
    let caller = services.clients.identify(&headers, &params).await?;
    let caller = caller.ok_or(ApiError::Missing(Property::ClientId))?;
    start_proof::check(&caller, &headers)?;
    let (client, authenticated) = (caller.client, caller.authenticated());
    let connection = connection(&services.config, client, &params)?;
    check_properties(&params)?;
    if authenticated.is_none() {
        check_callback(client, &params)?;
    }
    let phone_number = phone_number(&params)?;
    if !client.allows(OTP_GRANT) {
        return Err(ApiError::GrantNotAllowed(OTP_GRANT.to_owned()));
    }
    let request = CodeRequest {
        client,
        connection,
        phone_number: &phone_number,
        context: MessageContext::at(client.page(&headers).as_ref(), &headers),
        source: RequestSource::of_api_call(authenticated, &headers, peer),
        browser: services.devices.browser_of_api_call(&headers, &connection.name, &phone_number),
        proof: params.optional("altcha"),
    };
    let rate = services.otp.send_code(&request).await.map_err(|error| match error {
        SendCodeError::Sms(error) if authenticated.is_none() => SendCodeError::Sms(error.without_words()),
        other => other,
    })?;
    let started = Started {
        id: entropy::object_id(&**services.entropy),
        phone_number: phone_number.as_str().to_owned(),
        phone_verified: false,
        request_language: request.context.language.as_str().to_owned(),
        expected: authenticated
            .map(|_| Expected { code_length: connection.code_length, expires_in: connection.code_lifetime.as_secs() }),
    };
    Ok((rate.map(|rate| rate.headers()).unwrap_or_default(), Json(started)))
}

fn connection<'a>(config: &'a TenantConfig, client: &Client, params: &Params) -> Result<&'a Connection, ApiError> {
    let name = params.text(Property::Connection)?.ok_or(ApiError::Missing(Property::Connection))?;
    let connection = config.connection(name).ok_or_else(|| {
        let is_other = config.has_other_connection(name);
        if is_other { ApiError::ConnectionStrategy } else { ApiError::ConnectionUnknown }
    })?;
    if connection.is_enabled_for(client) { Ok(connection) } else { Err(ApiError::ConnectionDisabled) }
}

fn check_properties(params: &Params) -> Result<(), ApiError> {
    match params.get("authParams") {
        None | Some(Value::Null | Value::Object(_)) => {}
        Some(other) => return Err(ApiError::AuthParams(type_name(other))),
    }
    if !matches!(params.text(Property::Send)?, None | Some("code")) {
        return Err(ApiError::Send);
    }
    let is_known = |name: &str| PROPERTIES.contains(&name) || name.starts_with("authParams[");
    let unknown: Vec<&str> = params.names().filter(|name| !is_known(name)).collect();
    if unknown.is_empty() { Ok(()) } else { Err(ApiError::PropertiesNotAllowed(unknown.join(", "))) }
}

/// Where a browser may not be sent in the end, no message is paid for. Servers take tokens without a redirect.
fn check_callback(client: &Client, params: &Params) -> Result<(), ApiError> {
    let redirect_uri = params.get("authParams").and_then(|named| named.get("redirect_uri")).and_then(Value::as_str);
    match redirect_uri.filter(|url| !url.is_empty() && !client.is_callback(url)) {
        Some(url) => Err(ApiError::CallbackMismatch(url.to_owned())),
        None => Ok(()),
    }
}

fn phone_number(params: &Params) -> Result<PhoneNumber, ApiError> {
    let text = params.text(Property::PhoneNumber)?.ok_or(ApiError::Missing(Property::PhoneNumber))?;
    PhoneNumber::parse(text)
        .ok_or_else(|| if PhoneNumber::fits_pattern(text) { ApiError::PhoneForm } else { ApiError::PhonePattern })
}

impl From<SendCodeError> for ApiError {
    fn from(error: SendCodeError) -> Self {
        match error {
            SendCodeError::Country => Self::PhoneCountry,
            SendCodeError::SpecialNumber => Self::PhoneSpecial,
            SendCodeError::Landline => Self::PhoneLandline,
            SendCodeError::ProofNeeded(needed) => Self::ProofNeeded(needed),
            SendCodeError::Stopped { retry_after } | SendCodeError::OverBudget { retry_after } => {
                Self::SmsPaused(retry_after)
            }
            SendCodeError::TooManyRequests(too_many) => Self::TooManyRequests(too_many),
            SendCodeError::Sms(error) => Self::Sms(error),
            SendCodeError::Store(error) => Self::Store(error),
        }
    }
}
