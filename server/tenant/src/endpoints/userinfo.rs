//! `/userinfo`, OpenID Connect Core section 5.3.
//!
//! The token comes in the `Authorization` header, or as a parameter (RFC 6750 sections 2.2 and 2.3): passport-auth0 has it in
//! the query.

use std::sync::Arc;

use axum::{Json, extract::State};
use http::{HeaderMap, header};

use crate::{
    http::{
        api_error::ApiError,
        params::{BodyFields, Fields, QueryFields},
    },
    keys::signing_key::TokenType,
    oauth::{
        scope::Scope,
        tokens::{AccessTokenClaims, PersonClaims},
    },
    state::Tenant,
};

pub(crate) async fn get(
    State(tenant): State<Arc<Tenant>>,
    headers: HeaderMap,
    QueryFields(fields): QueryFields,
) -> Result<Json<PersonClaims>, ApiError> {
    userinfo(&tenant, &headers, &fields).await
}

pub(crate) async fn post(
    State(tenant): State<Arc<Tenant>>,
    headers: HeaderMap,
    BodyFields(fields): BodyFields,
) -> Result<Json<PersonClaims>, ApiError> {
    userinfo(&tenant, &headers, &fields).await
}

async fn userinfo(tenant: &Tenant, headers: &HeaderMap, fields: &Fields) -> Result<Json<PersonClaims>, ApiError> {
    let parameter = || fields.param("access_token").ok().flatten();
    let token = bearer(headers).or_else(parameter).ok_or(ApiError::InvalidToken)?;
    let claims: AccessTokenClaims = tenant
        .keys()
        .await?
        .verify(TokenType::Access, token, &tenant.origin.issuer(), Some(&tenant.origin.at("/userinfo")))
        .ok_or(ApiError::InvalidToken)?;
    if claims.exp <= tenant.now().seconds() {
        return Err(ApiError::InvalidToken);
    }
    let user_id = claims.sub.strip_prefix("sms|").ok_or(ApiError::InvalidToken)?;
    let user = tenant.store.user(user_id).await?.filter(|user| !user.blocked).ok_or(ApiError::InvalidToken)?;
    Ok(Json(PersonClaims::of(&user, &Scope::known(Some(&claims.scope)))))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
