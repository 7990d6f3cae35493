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
    let cookies = sessions.end(&headers).await?;
    let response = match return_to {
        Some(url) => (StatusCode::FOUND, [(header::LOCATION, url)]).into_response(),
        None => "OK".into_response(),
    };
    Ok((cookies, response).into_response())
}

/// A URL that the client registered, or that any client did where none is named.
fn return_to(config: &TenantConfig, params: &Params) -> Result<Option<String>, PageError> {
    let client_id = params.optional("client_id");
    let clients = match client_id {
        None => config.clients().iter().collect(),
        Some(client_id) => {
            let client = config.client(client_id).ok_or_else(|| PageError::UnknownClient(client_id.to_owned()))?;
            vec![client]
        }
    };
    let Some(requested) = params.optional("returnTo") else {
        let first = client_id.and(clients.first()).and_then(|client| client.allowed_logout_urls.first());
        return Ok(first.cloned());
    };
    if clients.iter().any(|client| client.is_logout_url(requested)) {
        Ok(Some(requested.to_owned()))
    } else {
        Err(PageError::ReturnToMismatch)
    }
}
