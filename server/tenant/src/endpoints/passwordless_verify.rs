//! `POST /passwordless/verify`: says whether a code is right, without using it up.
//!
//! This is the browser SDKs' contract: after a yes they send the browser to `/passwordless/verify_redirect` with the same
//! code. The versions before auth0-js 8 send no `client_id`; a code is found by connection and number.
//!
//! Nobody has to prove themselves; an application that does may say whose browser it serves.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Json,
    extract::{ConnectInfo, State},
};
use http::HeaderMap;
use serde_json::{Value, json};

use crate::{
    config::Connection,
    http::{
        api_error::ApiError,
        client_ip::Source,
        params::{BodyFields, Fields},
    },
    oauth::client_auth::Caller,
    otp::{
        browser::Browser,
        challenge::Refusal,
        service::{CodeError, CodeTry},
    },
    phone_number::PhoneNumber,
    state::Tenant,
};

pub(crate) async fn verify(
    State(tenant): State<Arc<Tenant>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    BodyFields(fields): BodyFields,
) -> Result<Json<Value>, ApiError> {
    if fields.get("grant_type").is_some() || fields.get("username").is_some() {
        return Err(resource_owner(&fields));
    }
    let connection = connection(&tenant, &fields)?;
    let phone_number = fields.required("phone_number")?;
    let code = fields.required("verification_code")?;
    let phone_number =
        PhoneNumber::parse(phone_number).ok_or(ApiError::Verify(Refusal::WrongCode { attempts_left: None }))?;
    let caller = Caller::identify(&tenant, &headers, &fields).await?;
    let source = Source::of(caller.as_ref().and_then(Caller::proven), &headers, peer);
    let browser = &Browser::of_call(&tenant, &headers, &connection.name, &phone_number);
    let client = caller.map(|caller| caller.client);
    let code_try = CodeTry { client, connection, phone_number: &phone_number, code, source, browser };
    match tenant.check_code(&code_try).await {
        Ok(()) => Ok(Json(json!({}))),
        Err(CodeError::Refused(refusal)) => Err(ApiError::Verify(refusal)),
        Err(CodeError::Store(error)) => Err(error.into()),
    }
}

/// `POST /oauth/ro`.
pub(crate) async fn ro(BodyFields(fields): BodyFields) -> ApiError {
    resource_owner(&fields)
}

/// The older contract of both endpoints, which asks for tokens: every client here conforms to OpenID Connect, and those
/// are refused at Auth0 too.
fn resource_owner(fields: &Fields) -> ApiError {
    let required = ["username", "password", "connection", "client_id"].map(|name| fields.required(name));
    let checked = required.into_iter().chain([fields.param("scope").map(Option::unwrap_or_default)]);
    let wrong = checked.into_iter().find_map(Result::err);
    wrong.unwrap_or_else(|| ApiError::invalid_request("OIDC conformant clients cannot use /oauth/ro"))
}

fn connection<'a>(tenant: &'a Tenant, fields: &Fields) -> Result<&'a Connection, ApiError> {
    let name = fields.required("connection")?;
    let connection = tenant.config.connection(name).ok_or_else(|| {
        let is_other = tenant.config.has_other_connection(name);
        let other = "specified strategy does not support requested operation";
        ApiError::invalid_request(if is_other { other } else { "the connection was not found" })
    })?;
    if let Some(client_id) = fields.param("client_id")? {
        let client = tenant.config.client(client_id).ok_or(ApiError::UnknownClient)?;
        if !connection.is_enabled_for(client) {
            return Err(ApiError::invalid_request("the connection was disabled"));
        }
    }
    Ok(connection)
}
