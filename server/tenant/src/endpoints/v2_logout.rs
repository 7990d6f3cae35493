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
    http::params::{Fields, QueryFields},
    oauth::sso,
    pages::PageError,
    state::Tenant,
};

pub(crate) async fn logout(
    State(tenant): State<Arc<Tenant>>,
    headers: HeaderMap,
    QueryFields(fields): QueryFields,
) -> Result<Response, PageError> {
    let return_to = return_to(&tenant.config, &fields)?;
    let cookie = sso::end(&tenant, &headers).await?;
    let answer = match return_to {
        Some(url) => (StatusCode::FOUND, [(header::LOCATION, url)]).into_response(),
        None => "OK".into_response(),
    };
    Ok((cookie, answer).into_response())
}

/// An address that the client registered, or that some client did where none is named.
fn return_to(config: &TenantConfig, fields: &Fields) -> Result<Option<String>, PageError> {
    let text = |name| fields.param(name).ok().flatten();
    let clients = match text("client_id") {
        None => config.clients().iter().collect(),
        Some(client_id) => {
            let client = config.client(client_id).ok_or_else(|| PageError::UnknownClient(client_id.to_owned()))?;
            vec![client]
        }
    };
    let Some(wanted) = text("returnTo") else {
        let first = text("client_id").and(clients.first()).and_then(|client| client.allowed_logout_urls.first());
        return Ok(first.cloned());
    };
    if clients.iter().any(|client| client.is_logout_url(wanted)) {
        Ok(Some(wanted.to_owned()))
    } else {
        Err(PageError::ReturnToMismatch)
    }
}
