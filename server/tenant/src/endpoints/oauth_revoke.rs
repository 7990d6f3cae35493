//! `POST /oauth/revoke`, RFC 7009: revokes a refresh token and all that come from the same sign-in, or an access token for
//! `/userinfo`.
//!
//! <https://auth0.com/docs/api/authentication/revoke-refresh-token/revoke-refresh-token>

use axum::extract::State;
use http::{HeaderMap, StatusCode};

use crate::{
    http::{api_error::ApiError, params::BodyParams},
    oauth::{client_auth::ClientAuthenticator, refresh::RefreshTokens},
};

/// The response is the same for an unknown token. Access tokens for APIs stay valid until they expire.
pub(crate) async fn post(
    State(clients): State<ClientAuthenticator>,
    State(refresh_tokens): State<RefreshTokens>,
    headers: HeaderMap,
    BodyParams(params): BodyParams,
) -> Result<StatusCode, ApiError> {
    let client = clients.authenticate(&headers, &params).await?;
    refresh_tokens.revoke(client, params.required("token")?).await?;
    Ok(StatusCode::OK)
}
