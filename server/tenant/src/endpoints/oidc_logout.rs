//! `/oidc/logout`, OpenID Connect RP-Initiated Logout 1.0: ends the session at the tenant, then returns to the application.
//!
//! Who comes with an ID token of the session, or with its `sid` as `logout_hint`, is logged out at once. Others are asked,
//! so that no page can log people out by sending them here.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use url::Url;

use crate::{
    config::Client,
    http::params::{BodyFields, Fields, QueryFields},
    oauth::{
        id_token_hint::{self, Hint},
        sso,
    },
    pages::{PageError, logout as pages},
    state::Tenant,
    store::SsoSession,
};

pub(crate) async fn get(
    State(tenant): State<Arc<Tenant>>,
    headers: HeaderMap,
    QueryFields(fields): QueryFields,
) -> Result<Response, PageError> {
    logout(&tenant, &headers, &fields).await
}

pub(crate) async fn post(
    State(tenant): State<Arc<Tenant>>,
    headers: HeaderMap,
    BodyFields(fields): BodyFields,
) -> Result<Response, PageError> {
    logout(&tenant, &headers, &fields).await
}

/// The answer to the question of the page; it is taken from the page only.
pub(crate) async fn confirmed(
    State(tenant): State<Arc<Tenant>>,
    headers: HeaderMap,
    BodyFields(fields): BodyFields,
) -> Result<Response, PageError> {
    let request = LogoutRequest::parse(&tenant, &fields).await?;
    request.finish(&tenant, &headers).await
}

async fn logout(tenant: &Tenant, headers: &HeaderMap, fields: &Fields) -> Result<Response, PageError> {
    let request = LogoutRequest::parse(tenant, fields).await?;
    match sso::current(tenant, headers).await? {
        Some((session, user)) if !request.vouches_for(&session, &user.subject()) => {
            let name = request.client.map(|client| client.name.as_str());
            Ok(pages::confirm(name, &request.kept(), request.return_to).into_response())
        }
        _ => request.finish(tenant, headers).await,
    }
}

/// The request, with its address known to be one that may be returned to.
struct LogoutRequest<'a> {
    client: Option<&'a Client>,
    hint: Option<Hint>,
    logout_hint: Option<&'a str>,
    return_to: Option<&'a str>,
    state: Option<&'a str>,
}

impl<'a> LogoutRequest<'a> {
    async fn parse(tenant: &'a Tenant, fields: &'a Fields) -> Result<Self, PageError> {
        let text = |name| fields.param(name).ok().flatten();
        let hint = match text("id_token_hint") {
            Some(token) => id_token_hint::read(tenant, token).await?,
            None => None,
        };
        let named = text("client_id");
        if let (Some(hint), Some(client_id)) = (&hint, named)
            && hint.aud != client_id
        {
            return Err(PageError::LogoutHintMismatch);
        }
        let client = match named.or(hint.as_ref().map(|hint| hint.aud.as_str())) {
            Some(client_id) => {
                Some(tenant.config.client(client_id).ok_or_else(|| PageError::UnknownClient(client_id.to_owned()))?)
            }
            None => None,
        };
        let return_to = text("post_logout_redirect_uri");
        let is_allowed = return_to.is_none_or(|url| match client {
            Some(client) => client.is_logout_url(url),
            None => tenant.config.clients().iter().any(|client| client.is_logout_url(url)),
        });
        if !is_allowed {
            return Err(PageError::ReturnToMismatch);
        }
        Ok(Self { client, hint, logout_hint: text("logout_hint"), return_to, state: text("state") })
    }

    /// Whether whoever sent the browser here knows its session.
    fn vouches_for(&self, session: &SsoSession, subject: &str) -> bool {
        let by_token = self.hint.as_ref().is_some_and(|hint| match &hint.sid {
            Some(sid) => *sid == session.sid,
            None => hint.sub == subject,
        });
        by_token || self.logout_hint == Some(session.sid.as_str())
    }

    /// What the page sends back.
    fn kept(&self) -> Vec<(&'static str, &'a str)> {
        let client_id = self.client.map(|client| client.client_id.as_str());
        [("client_id", client_id), ("post_logout_redirect_uri", self.return_to), ("state", self.state)]
            .into_iter()
            .filter_map(|(name, value)| value.map(|value| (name, value)))
            .collect()
    }

    /// Ends the session of the cookie, and the one that the ID token names: a post from another site brings no cookie.
    async fn finish(&self, tenant: &Tenant, headers: &HeaderMap) -> Result<Response, PageError> {
        if let Some(sid) = self.hint.as_ref().and_then(|hint| hint.sid.as_deref()) {
            tenant.store.end_sso_session_called(sid).await?;
        }
        let cookie = sso::end(tenant, headers).await?;
        let answer = match self.return_to.and_then(|url| Url::parse(url).ok()) {
            Some(mut url) => {
                if let Some(state) = self.state {
                    url.query_pairs_mut().append_pair("state", state);
                }
                (StatusCode::FOUND, [(header::LOCATION, String::from(url))]).into_response()
            }
            None => pages::done().into_response(),
        };
        Ok((cookie, answer).into_response())
    }
}
