//! `GET /.well-known/jwks.json`, RFC 7517.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;
use serde_json::json;

use crate::{
    http::api_error::ApiError,
    keys::{rotation::SigningKeys, signing_key::PublicKey},
};

pub(crate) async fn get(State(keys): State<SigningKeys>) -> Result<Response, ApiError> {
    let keys = keys.keys().await?;
    let jwks = json!({ "keys": keys.public().map(PublicKey::jwk).collect::<Vec<_>>() });
    Ok(([(header::CACHE_CONTROL, "public, max-age=300")], Json(jwks)).into_response())
}
