//! `/userinfo`, OpenID Connect Core section 5.3.

use std::sync::Arc;

use axum::{Json, extract::State};
use http::{HeaderMap, header};

use super::{
    scope::Scope,
    tokens::{AccessTokenClaims, PersonClaims},
};
use crate::{error::ApiError, tenant::Tenant};

pub(crate) async fn userinfo(
    State(tenant): State<Arc<Tenant>>,
    headers: HeaderMap,
) -> Result<Json<PersonClaims>, ApiError> {
    let token = bearer(&headers).ok_or(ApiError::InvalidToken)?;
    let claims: AccessTokenClaims = tenant
        .keys()
        .await?
        .verify(token, &tenant.origin.issuer(), Some(&tenant.origin.at("/userinfo")))
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
