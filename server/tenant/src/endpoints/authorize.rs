//! `/authorize`: the start of a login by browser, OpenID Connect Core section 3.1.2.
//!
//! Users who are signed in at the tenant go straight back with a code; others go to the login page, which first asks those
//! whose session a link started.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, State},
    response::{IntoResponse, Redirect, Response},
};
use http::HeaderMap;

use crate::{
    clock::Clock,
    config::{Client, TenantConfig},
    error::StoreError,
    hosted_login::{HostedLogins, is_framed},
    http::params::{BodyParams, Params, QueryParams},
    oauth::{
        authorization_request::{AuthorizationRequest, AuthorizeError, OauthError, ReturnAddress},
        authorizer::Authorizer,
        login_tickets::LoginTickets,
        sso::SsoSessions,
        tokens::Tokens,
    },
    origin::Origin,
    otp::challenge::Refusal,
    state::AppState,
    store::{SsoSession, User},
};

/// What the endpoint uses.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(crate) struct Services {
    config: State<Arc<TenantConfig>>,
    origin: State<Origin>,
    logins: State<HostedLogins>,
    sessions: State<SsoSessions>,
    tickets: State<LoginTickets>,
    tokens: State<Tokens>,
    authorizer: State<Authorizer>,
    clock: State<Arc<dyn Clock>>,
}

pub(crate) async fn get(
    services: Services,
    headers: HeaderMap,
    QueryParams(params): QueryParams,
) -> Result<Response, AuthorizeError> {
    services.authorize(&headers, &params).await
}

pub(crate) async fn post(
    services: Services,
    headers: HeaderMap,
    BodyParams(params): BodyParams,
) -> Result<Response, AuthorizeError> {
    services.authorize(&headers, &params).await
}

impl Services {
    async fn authorize(&self, headers: &HeaderMap, params: &Params) -> Result<Response, AuthorizeError> {
        let address = match ReturnAddress::parse(&self.config, &self.origin, params) {
            Ok(address) => address,
            Err(error) if is_framed(headers) => return Ok(error.in_frame()),
            Err(error) => return Err(error.into()),
        };
        self.respond(headers, params, &address).await.map_err(|error| address.refuse(&error).into())
    }

    async fn respond(
        &self,
        headers: &HeaderMap,
        params: &Params,
        address: &ReturnAddress<'_>,
    ) -> Result<Response, OauthError> {
        let request = AuthorizationRequest::parse(&self.config, &self.origin, params, address)?;
        let prompt = Prompt::parse(params)?;
        let max_age = max_age(params)?;
        if let Some(ticket) = params.optional("login_ticket") {
            return self.by_ticket(headers, address.client, &request, ticket).await;
        }
        let mut offered = None;
        if prompt != Prompt::Login {
            let hinted = self.hinted_subject(params).await?;
            let current = self.sessions.current(headers).await?;
            let usable = current.filter(|(session, user)| {
                self.is_usable(&request, (session, user), max_age)
                    && hinted.as_ref().is_none_or(|subject| *subject == user.subject())
            });
            // In a frame the user is always asked: the page around it has not been left for the login.
            let is_asked = |session: &SsoSession| !session.is_confirmed || request.frame.is_some();
            offered = usable.as_ref().filter(|(session, _)| is_asked(session)).map(|(session, _)| session.sid.clone());
            if let Some((session, user)) = usable.filter(|(session, _)| !is_asked(session)) {
                if user.blocked {
                    return Err(OauthError::Refused(Refusal::Blocked));
                }
                return Ok(self.authorizer.respond(&request, address.client, &user, &session).await?.into_response());
            }
        }
        if prompt == Prompt::None {
            return Err(OauthError::LoginRequired);
        }
        let (page, cookies) = self.logins.begin(headers, request, offered)?;
        Ok((cookies, Redirect::to(&page)).into_response())
    }

    /// Users who entered a code on the application's own page are not asked again.
    async fn by_ticket(
        &self,
        headers: &HeaderMap,
        client: &Client,
        request: &AuthorizationRequest,
        ticket: &str,
    ) -> Result<Response, OauthError> {
        let redeemed = self.tickets.redeem(headers, client, ticket).await?;
        let redeemed = redeemed.filter(|(user, _)| user.connection == request.connection);
        let (user, arrival) = redeemed.ok_or(OauthError::LoginTicket)?;
        if user.blocked {
            return Err(OauthError::Refused(Refusal::Blocked));
        }
        let (session, cookies) = self.sessions.begin(headers, &user, arrival).await?;
        Ok((cookies, self.authorizer.respond(request, client, &user, &session).await?).into_response())
    }

    /// A session counts for the connection that it was started with, and only up to `max_age`.
    fn is_usable(
        &self,
        request: &AuthorizationRequest,
        (session, user): (&SsoSession, &User),
        max_age: Option<i64>,
    ) -> bool {
        let age = self.clock.millis().seconds() - session.created_at.seconds();
        user.connection == request.connection && max_age.is_none_or(|max_age| age <= max_age)
    }

    /// The subject that the application expects by `id_token_hint`, OpenID Connect Core section 3.1.2.1. A token that is not
    /// ours matches no user.
    async fn hinted_subject(&self, params: &Params) -> Result<Option<String>, StoreError> {
        let Some(token) = params.optional("id_token_hint") else { return Ok(None) };
        Ok(Some(self.tokens.id_token_hint(token).await?.map_or_else(String::new, |hint| hint.sub)))
    }
}

/// Whether the user may or must be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Prompt {
    None,
    Login,
    Unset,
}

impl Prompt {
    fn parse(params: &Params) -> Result<Self, OauthError> {
        let text = params.optional("prompt").unwrap_or_default();
        let values: Vec<&str> = text.split_ascii_whitespace().collect();
        match values.as_slice() {
            [] | ["consent"] => Ok(Self::Unset),
            ["none"] => Ok(Self::None),
            many if many.contains(&"none") => {
                Err(OauthError::InvalidRequest("prompt none cannot be combined with another".into()))
            }
            many if many.contains(&"login") || many.contains(&"select_account") => Ok(Self::Login),
            _ => Err(OauthError::InvalidRequest("Unknown prompt".into())),
        }
    }
}

fn max_age(params: &Params) -> Result<Option<i64>, OauthError> {
    let age = params.optional("max_age").map(str::parse::<u32>).transpose();
    age.map(|age| age.map(i64::from))
        .map_err(|_| OauthError::InvalidRequest("max_age must be a number of seconds".into()))
}
