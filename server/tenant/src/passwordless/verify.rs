//! `POST /passwordless/verify`: says whether a code is right, without using it up.
//!
//! This is the browser SDKs' contract: after a yes they send the browser to `/passwordless/verify_redirect` with the same
//! code. The versions before auth0-js 8 send no `client_id`; a code is found by connection and number.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::{CodeError, challenge::Refusal};
use crate::{
    body::{BodyFields, Fields},
    config::Connection,
    error::ApiError,
    phone_number::PhoneNumber,
    tenant::Tenant,
};

pub(crate) async fn verify(
    State(tenant): State<Arc<Tenant>>,
    BodyFields(fields): BodyFields,
) -> Result<Json<Value>, ApiError> {
    if fields.get("grant_type").is_some() || fields.get("username").is_some() {
        return Err(ApiError::invalid_request("OIDC conformant clients cannot use /oauth/ro"));
    }
    let connection = connection(&tenant, &fields)?;
    let phone_number = fields.required("phone_number")?;
    let code = fields.required("verification_code")?;
    let phone_number =
        PhoneNumber::parse(phone_number).ok_or(ApiError::Verify(Refusal::WrongCode { attempts_left: None }))?;
    match tenant.check_code(connection, &phone_number, code).await {
        Ok(()) => Ok(Json(json!({}))),
        Err(CodeError::Refused(refusal)) => Err(ApiError::Verify(refusal)),
        Err(CodeError::Store(error)) => Err(error.into()),
    }
}

fn connection<'a>(tenant: &'a Tenant, fields: &Fields) -> Result<&'a Connection, ApiError> {
    let name = fields.required("connection")?;
    let connection =
        tenant.config.connection(name).ok_or_else(|| ApiError::invalid_request("the connection was not found"))?;
    if let Some(client_id) = fields.param("client_id")? {
        let client = tenant.config.client(client_id).ok_or(ApiError::UnknownClient)?;
        if !connection.is_enabled_for(client) {
            return Err(ApiError::invalid_request("the connection was disabled"));
        }
    }
    Ok(connection)
}
