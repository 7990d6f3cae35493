//! `POST /oauth/revoke`, RFC 7009: ends a refresh token and all that come from the same sign-in.
//!
//! <https://auth0.com/docs/api/authentication/revoke-refresh-token/revoke-refresh-token>

use std::sync::Arc;

use axum::extract::State;
use http::{HeaderMap, StatusCode};

use crate::{
    http::{api_error::ApiError, params::BodyFields},
    oauth::client_auth::Caller,
    state::Tenant,
};

/// The answer is the same for a token that nobody knows. Access tokens are good until they expire.
pub(crate) async fn revoke(
    State(tenant): State<Arc<Tenant>>,
    headers: HeaderMap,
    BodyFields(fields): BodyFields,
) -> Result<StatusCode, ApiError> {
    let client = Caller::authenticate(&tenant, &headers, &fields).await?;
    let token = fields.required("token")?;
    if let Some(family) = tenant.store.refresh_family(token, &client.client_id, tenant.now()).await? {
        tenant.store.end_refresh_family(&family).await?;
    }
    Ok(StatusCode::OK)
}
