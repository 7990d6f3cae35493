//! `POST /passwordless/start`: sends a code.
//!
//! <https://auth0.com/docs/api/authentication/passwordless/get-code-or-link>

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Json,
    extract::{ConnectInfo, State},
};
use http::HeaderMap;
use serde::Serialize;
use serde_json::Value;

use crate::{
    config::{Client, Connection, OTP_GRANT},
    entropy,
    http::{
        api_error::{ApiError, Property},
        client_ip::Source,
        params::{BodyFields, Fields, type_name},
    },
    oauth::client_auth::Caller,
    otp::{
        browser::Browser,
        message::Reader,
        service::{CodeRequest, SendCodeError},
    },
    phone_number::PhoneNumber,
    state::Tenant,
};

/// What clients may send; the older SDKs' forms spread `authParams` over names such as `authParams[scope]`.
const PROPERTIES: [&str; 14] = [
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
    "auth0Client",
    "device",
    "lang",
    "xRequestLanguage",
];

/// Auth0's answer. The `_id` is drawn anew each time: known, unknown and blocked numbers get the same answer.
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

/// What to expect of the code: members of our own, for callers who showed who they are. Browsers get Auth0's answer to the
/// letter.
#[derive(Serialize)]
struct Expected {
    /// Digits.
    code_length: usize,
    /// Seconds that the code is good for.
    expires_in: u64,
}

pub(crate) async fn start(
    State(tenant): State<Arc<Tenant>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    BodyFields(fields): BodyFields,
) -> Result<(HeaderMap, Json<Started>), ApiError> {
    let caller = Caller::identify(&tenant, &headers, &fields).await?.ok_or(ApiError::Missing(Property::ClientId))?;
    let connection = connection(&tenant, caller.client, &fields)?;
    check_the_rest(&fields)?;
    let phone_number = phone_number(&fields)?;
    if !caller.client.allows(OTP_GRANT) {
        return Err(ApiError::GrantNotAllowed(OTP_GRANT.to_owned()));
    }
    let reader = Reader::at(caller.client.page(&headers).as_ref(), &headers);
    let request_language = reader.language.as_str().to_owned();
    let request = CodeRequest {
        client: caller.client,
        connection,
        phone_number: &phone_number,
        reader,
        source: Source::of(caller.proven(), &headers, peer),
        browser: Browser::of_call(&tenant, &headers, &connection.name, &phone_number),
    };
    let rate = tenant.send_code(&request).await.map_err(|error| match error {
        SendCodeError::Sms(error) if caller.proven().is_none() => SendCodeError::Sms(error.without_words()),
        other => other,
    })?;
    let started = Started {
        id: entropy::object_id(&*tenant.entropy),
        phone_number: phone_number.as_str().to_owned(),
        phone_verified: false,
        request_language,
        expected: caller
            .proven()
            .map(|_| Expected { code_length: connection.code_length, expires_in: connection.code_lifetime.as_secs() }),
    };
    Ok((rate.map(|rate| rate.headers()).unwrap_or_default(), Json(started)))
}

fn connection<'a>(tenant: &'a Tenant, client: &Client, fields: &Fields) -> Result<&'a Connection, ApiError> {
    let name = fields.text(Property::Connection)?.ok_or(ApiError::Missing(Property::Connection))?;
    let connection = tenant.config.connection(name).ok_or_else(|| {
        let is_other = tenant.config.has_other_connection(name);
        if is_other { ApiError::ConnectionStrategy } else { ApiError::ConnectionUnknown }
    })?;
    if connection.is_enabled_for(client) { Ok(connection) } else { Err(ApiError::ConnectionDisabled) }
}

fn check_the_rest(fields: &Fields) -> Result<(), ApiError> {
    match fields.get("authParams") {
        None | Some(Value::Null | Value::Object(_)) => {}
        Some(other) => return Err(ApiError::AuthParams(type_name(other))),
    }
    if !matches!(fields.text(Property::Send)?, None | Some("code")) {
        return Err(ApiError::Send);
    }
    let is_known = |name: &str| PROPERTIES.contains(&name) || name.starts_with("authParams[");
    let unknown: Vec<&str> = fields.names().filter(|name| !is_known(name)).collect();
    if unknown.is_empty() { Ok(()) } else { Err(ApiError::PropertiesNotAllowed(unknown.join(", "))) }
}

fn phone_number(fields: &Fields) -> Result<PhoneNumber, ApiError> {
    let text = fields.text(Property::PhoneNumber)?.ok_or(ApiError::Missing(Property::PhoneNumber))?;
    PhoneNumber::parse(text)
        .ok_or_else(|| if PhoneNumber::fits_pattern(text) { ApiError::PhoneForm } else { ApiError::PhonePattern })
}

impl From<SendCodeError> for ApiError {
    fn from(error: SendCodeError) -> Self {
        match error {
            SendCodeError::Country => Self::PhoneCountry,
            SendCodeError::TooManyRequests(too_many) => Self::TooManyRequests(too_many),
            SendCodeError::Sms(error) => Self::Sms(error),
            SendCodeError::Store(error) => Self::Store(error),
        }
    }
}
