//! `GET /.well-known/jwks.json`, RFC 7517.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;
use serde_json::json;

use crate::{
    config::TenantConfig,
    http::api_error::ApiError,
    keys::{rotation::SigningKeys, signing_key::PublicKey},
};

/// The keys of the algorithms that clients have: some SDKs fail where they find another key than of RSA.
pub(crate) async fn get(
    State(keys): State<SigningKeys>,
    State(config): State<Arc<TenantConfig>>,
) -> Result<Response, ApiError> {
    let keys = keys.keys().await?;
    let is_used = |key: &&PublicKey| config.signing_algorithms().any(|algorithm| algorithm == key.algorithm);
    let jwks = json!({ "keys": keys.public().filter(is_used).map(PublicKey::jwk).collect::<Vec<_>>() });
    Ok(([(header::CACHE_CONTROL, "public, max-age=300")], Json(jwks)).into_response())
}
