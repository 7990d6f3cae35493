//! `/oidc/logout`, OpenID Connect RP-Initiated Logout 1.0: ends the session at the tenant, then returns to the application.
//!
//! A request with an ID token of the session, or with its `sid` as `logout_hint`, logs out at once. Otherwise the user is
//! asked, so that no site can log users out by sending them here.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use url::Url;

use crate::{
    config::{Client, TenantConfig},
    http::params::{BodyParams, Params, QueryParams},
    oauth::{
        sso::SsoSessions,
        tokens::{IdTokenHint, Tokens},
    },
    pages::{PageError, logout as pages},
    state::AppState,
    store::SsoSession,
};

/// What the endpoint uses.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(crate) struct Services {
    config: State<Arc<TenantConfig>>,
    tokens: State<Tokens>,
    sessions: State<SsoSessions>,
}

pub(crate) async fn get(
    services: Services,
    headers: HeaderMap,
    QueryParams(params): QueryParams,
) -> Result<Response, PageError> {
    services.log_out(&headers, &params).await
}

pub(crate) async fn post(
    services: Services,
    headers: HeaderMap,
    BodyParams(params): BodyParams,
) -> Result<Response, PageError> {
    services.log_out(&headers, &params).await
}

/// `POST /u/logout`: the user confirmed on the page.
pub(crate) async fn confirm(
    services: Services,
    headers: HeaderMap,
    BodyParams(params): BodyParams,
) -> Result<Response, PageError> {
    let request = LogoutRequest::parse(&services, &params).await?;
    services.finish(&request, &headers).await
}

impl Services {
    async fn log_out(&self, headers: &HeaderMap, params: &Params) -> Result<Response, PageError> {
        let request = LogoutRequest::parse(self, params).await?;
        match self.sessions.current(headers).await? {
            Some((session, user)) if !request.names(&session, &user.subject()) => {
                let name = request.client.map(|client| client.name.as_str());
                Ok(pages::confirm(name, &request.hidden_fields(), request.return_to).into_response())
            }
            _ => self.finish(&request, headers).await,
        }
    }

    /// Ends the session of the cookie and that of the ID token: a post from another site carries no cookie.
    async fn finish(&self, request: &LogoutRequest<'_>, headers: &HeaderMap) -> Result<Response, PageError> {
        if let Some(sid) = request.hint.as_ref().and_then(|hint| hint.sid.as_deref()) {
            self.sessions.log_out_by_sid(sid).await?;
        }
        let cookies = self.sessions.log_out(headers).await?;
        let response = match request.return_to.and_then(|url| Url::parse(url).ok()) {
            Some(mut url) => {
                if let Some(state) = request.state {
                    url.query_pairs_mut().append_pair("state", state);
                }
                (StatusCode::FOUND, [(header::LOCATION, String::from(url))]).into_response()
            }
            None => pages::done().into_response(),
        };
        Ok((cookies, response).into_response())
    }
}

/// The request; its return URL is a registered one.
struct LogoutRequest<'a> {
    client: Option<&'a Client>,
    hint: Option<IdTokenHint>,
    logout_hint: Option<&'a str>,
    return_to: Option<&'a str>,
    state: Option<&'a str>,
}

impl<'a> LogoutRequest<'a> {
    async fn parse(services: &'a Services, params: &'a Params) -> Result<Self, PageError> {
        let hint = match params.optional("id_token_hint") {
            Some(token) => services.tokens.id_token_hint(token).await?,
            None => None,
        };
        let named = params.optional("client_id");
        if let (Some(hint), Some(client_id)) = (&hint, named)
            && hint.aud != client_id
        {
            return Err(PageError::LogoutHintMismatch);
        }
        let config = &services.config;
        let client = match named.or(hint.as_ref().map(|hint| hint.aud.as_str())) {
            Some(client_id) => {
                Some(config.client(client_id).ok_or_else(|| PageError::UnknownClient(client_id.to_owned()))?)
            }
            None => None,
        };
        let return_to = params.optional("post_logout_redirect_uri");
        let is_allowed = return_to.is_none_or(|url| match client {
            Some(client) => client.is_logout_url(url),
            None => config.is_logout_url(url),
        });
        if !is_allowed {
            return Err(PageError::ReturnToMismatch);
        }
        let (logout_hint, state) = (params.optional("logout_hint"), params.optional("state"));
        Ok(Self { client, hint, logout_hint, return_to, state })
    }

    /// Whether the request names this session, which only the user's applications can.
    fn names(&self, session: &SsoSession, subject: &str) -> bool {
        let by_token = self.hint.as_ref().is_some_and(|hint| match &hint.sid {
            Some(sid) => *sid == session.sid,
            None => hint.sub == subject,
        });
        by_token || self.logout_hint == Some(session.sid.as_str())
    }

    /// The parameters that the page sends back.
    fn hidden_fields(&self) -> Vec<(&'static str, &'a str)> {
        let client_id = self.client.map(|client| client.client_id.as_str());
        [("client_id", client_id), ("post_logout_redirect_uri", self.return_to), ("state", self.state)]
            .into_iter()
            .filter_map(|(name, value)| value.map(|value| (name, value)))
            .collect()
    }
}
