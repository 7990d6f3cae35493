//! `/userinfo`, OpenID Connect Core section 5.3.
//!
//! The token comes in the `Authorization` header, or as a parameter (RFC 6750 sections 2.2 and 2.3): passport-auth0 sends it
//! in the query.

use axum::{Json, extract::State};
use headers::{Authorization, HeaderMapExt, authorization::Bearer};
use http::HeaderMap;

use crate::{
    http::{
        api_error::ApiError,
        params::{BodyParams, Params, QueryParams},
    },
    oauth::tokens::{Tokens, UserClaims},
};

pub(crate) async fn get(
    State(tokens): State<Tokens>,
    headers: HeaderMap,
    QueryParams(params): QueryParams,
) -> Result<Json<UserClaims>, ApiError> {
    userinfo(&tokens, &headers, &params).await
}

pub(crate) async fn post(
    State(tokens): State<Tokens>,
    headers: HeaderMap,
    BodyParams(params): BodyParams,
) -> Result<Json<UserClaims>, ApiError> {
    userinfo(&tokens, &headers, &params).await
}

async fn userinfo(tokens: &Tokens, headers: &HeaderMap, params: &Params) -> Result<Json<UserClaims>, ApiError> {
    let bearer = headers.typed_get::<Authorization<Bearer>>();
    let token = bearer.as_ref().map(Authorization::token).or_else(|| params.optional("access_token"));
    let claims = tokens.user_info(token.ok_or(ApiError::InvalidToken)?).await?;
    claims.map(Json).ok_or(ApiError::InvalidToken)
}
