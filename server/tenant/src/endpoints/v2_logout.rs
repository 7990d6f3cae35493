//! `GET /v2/logout`: ends the session at the tenant, then returns to the application.
//!
//! <https://auth0.com/docs/api/authentication/logout/auth-0-logout>

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};

use crate::{
    config::TenantConfig,
    http::params::{Params, QueryParams},
    oauth::sso::SsoSessions,
    pages::PageError,
};

pub(crate) async fn get(
    State(config): State<Arc<TenantConfig>>,
    State(sessions): State<SsoSessions>,
    headers: HeaderMap,
    QueryParams(params): QueryParams,
) -> Result<Response, PageError> {
    let return_to = return_to(&config, &params)?;
    let cookies = sessions.log_out(&headers).await?;
    let response = match return_to {
        Some(url) => (StatusCode::FOUND, [(header::LOCATION, url)]).into_response(),
        None => "OK".into_response(),
    };
    Ok((cookies, response).into_response())
}

/// A URL that the client registered, or the tenant where the request names no client; the first one where it names no URL.
fn return_to(config: &TenantConfig, params: &Params) -> Result<Option<String>, PageError> {
    let client = match params.optional("client_id") {
        None => None,
        Some(id) => Some(config.client(id).ok_or_else(|| PageError::UnknownClient(id.to_owned()))?),
    };
    let Some(requested) = params.optional("returnTo") else {
        let registered = client.map_or(config.allowed_logout_urls(), |client| &client.allowed_logout_urls);
        return Ok(registered.first().cloned());
    };
    if client.map_or_else(|| config.is_logout_url(requested), |client| client.is_logout_url(requested)) {
        Ok(Some(requested.to_owned()))
    } else {
        Err(PageError::ReturnToMismatch)
    }
}
