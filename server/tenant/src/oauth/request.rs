//! What an application asks for when it sends a browser here, RFC 6749 section 4.1.1.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{grant::Grant, pkce, scope::Scope};
use crate::{
    body::Fields,
    config::{CODE_GRANT, Client, Connection, TenantConfig},
    entropy,
    error::{ApiError, ErrorName, StoreError},
    hosted::MAX_TYPED,
    pages::PageError,
    passwordless::challenge::Refusal,
    store::{SsoSession, StoredCode, User},
    tenant::Tenant,
};

/// How long an authorization code is good for.
const CODE_SECONDS: i64 = 60;

/// Where the answer goes, once it is known that it may go there.
#[derive(Debug)]
pub(crate) struct ReturnAddress<'a> {
    pub(crate) client: &'a Client,
    redirect_uri: &'a str,
    state: Option<&'a str>,
}

/// The request, checked; it can wait in the store while the person signs in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AuthorizationRequest {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) state: Option<String>,
    pub(crate) scope: Scope,
    pub(crate) audience: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) code_challenge: Option<String>,
    pub(crate) connection: String,
    pub(crate) login_hint: Option<String>,
}

/// An answer that the application gets by redirect, RFC 6749 section 4.1.2.1.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OauthError {
    #[error("{0}")]
    InvalidRequest(Cow<'static, str>),
    #[error("Unsupported response type: {0}")]
    UnsupportedResponseType(String),
    #[error("Grant type 'authorization_code' not allowed for the client.")]
    UnauthorizedClient,
    #[error("Login required")]
    LoginRequired,
    #[error("Unknown or invalid login ticket.")]
    LoginTicket,
    #[error("{0}")]
    Refused(Refusal),
    #[error("The tenant could not answer. Please try again later.")]
    Store(#[from] StoreError),
}

impl OauthError {
    fn name(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::UnsupportedResponseType(_) => "unsupported_response_type",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::LoginRequired => "login_required",
            Self::LoginTicket => "access_denied",
            Self::Refused(Refusal::TooManyAttempts(_)) => "too_many_attempts",
            Self::Refused(_) => "unauthorized",
            Self::Store(_) => "temporarily_unavailable",
        }
    }
}

/// Why a browser was not let through.
#[derive(Debug)]
pub(crate) enum AuthorizeError {
    /// The person gets a page: where to send them is not known to be right.
    Page(PageError),
    /// The application is told.
    Redirect(Box<Location>),
}

/// A redirect, and the error that it tells.
#[derive(Debug)]
pub(crate) struct Location {
    url: String,
    error: Option<&'static str>,
}

impl IntoResponse for Location {
    fn into_response(self) -> Response {
        let Ok(location) = HeaderValue::try_from(self.url) else {
            return ApiError::Internal.into_response();
        };
        let headers = [(header::LOCATION, location), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
        let mut response = (StatusCode::FOUND, headers).into_response();
        if let Some(error) = self.error {
            response.extensions_mut().insert(ErrorName(error));
        }
        response
    }
}

impl From<PageError> for AuthorizeError {
    fn from(error: PageError) -> Self {
        Self::Page(error)
    }
}

impl From<Location> for AuthorizeError {
    fn from(location: Location) -> Self {
        Self::Redirect(Box::new(location))
    }
}

impl IntoResponse for AuthorizeError {
    fn into_response(self) -> Response {
        match self {
            Self::Page(error) => error.into_response(),
            Self::Redirect(location) => location.into_response(),
        }
    }
}

impl<'a> ReturnAddress<'a> {
    /// Finds the client and compares the address, exactly, with those that it registered.
    pub(crate) fn parse(config: &'a TenantConfig, fields: &'a Fields) -> Result<Self, PageError> {
        let text = |name| fields.param(name).ok().flatten();
        let client_id = text("client_id").ok_or(PageError::MissingParameter("client_id"))?;
        let client = config.client(client_id).ok_or_else(|| PageError::UnknownClient(client_id.to_owned()))?;
        let redirect_uri = text("redirect_uri").ok_or(PageError::MissingParameter("redirect_uri"))?;
        if !client.callbacks.iter().any(|callback| callback == redirect_uri) {
            return Err(PageError::CallbackMismatch);
        }
        Ok(Self { client, redirect_uri, state: text("state") })
    }

    /// Tells the application why it gets no code.
    pub(crate) fn refuse(&self, error: &OauthError) -> Location {
        refuse(self.redirect_uri, self.state, error)
    }
}

fn refuse(redirect_uri: &str, state: Option<&str>, error: &OauthError) -> Location {
    if let OauthError::Store(error) = error {
        tracing::error!(%error, "the store failed");
    }
    let mut members = vec![("error", error.name().to_owned()), ("error_description", error.to_string())];
    if let OauthError::Refused(Refusal::WrongCode { attempts_left: Some(left) }) = error {
        members.push(("attempts_left", left.to_string()));
    }
    Location { url: with_query(redirect_uri, &members, state), error: Some(error.name()) }
}

fn with_query(redirect_uri: &str, members: &[(&str, String)], state: Option<&str>) -> String {
    // The address was compared with the configuration, which holds only what parses.
    let Ok(mut url) = Url::parse(redirect_uri) else { return redirect_uri.to_owned() };
    url.query_pairs_mut().extend_pairs(members).extend_pairs(state.map(|state| ("state", state)));
    url.into()
}

impl AuthorizationRequest {
    pub(crate) fn parse(
        config: &TenantConfig,
        fields: &Fields,
        address: &ReturnAddress<'_>,
    ) -> Result<Self, OauthError> {
        let text = |name| fields.param(name).ok().flatten().map(str::to_owned);
        let client = address.client;
        check_response(fields)?;
        if !client.allows(CODE_GRANT) {
            return Err(OauthError::UnauthorizedClient);
        }
        Ok(Self {
            client_id: client.client_id.clone(),
            redirect_uri: address.redirect_uri.to_owned(),
            state: address.state.map(str::to_owned),
            scope: Scope::granted(text("scope").as_deref(), client),
            audience: text("audience"),
            nonce: text("nonce"),
            code_challenge: code_challenge(client, fields)?,
            connection: choose_connection(config, client, text("connection").or_else(|| text("realm")).as_deref())?
                .name
                .clone(),
            login_hint: text("login_hint").map(|hint| hint.chars().take(MAX_TYPED).collect()),
        })
    }

    pub(crate) fn connection<'a>(&self, config: &'a TenantConfig) -> Result<&'a Connection, OauthError> {
        config.connection(&self.connection).ok_or(OauthError::InvalidRequest("the connection was not found".into()))
    }

    /// Makes a code for the person and says where to take it.
    pub(crate) async fn grant_code(
        &self,
        tenant: &Tenant,
        user: &User,
        session: &SsoSession,
    ) -> Result<Location, StoreError> {
        let code = entropy::token(&*tenant.entropy);
        let now = tenant.now();
        let grant = Grant {
            user_id: user.id.clone(),
            scope: self.scope.clone(),
            audience: self.audience.clone(),
            nonce: self.nonce.clone(),
            auth_time: session.created_at.seconds(),
            sid: Some(session.sid.clone()),
        };
        let stored = StoredCode {
            client_id: self.client_id.clone(),
            redirect_uri: self.redirect_uri.clone(),
            code_challenge: self.code_challenge.clone(),
            grant,
            expires_at: now.plus_seconds(CODE_SECONDS),
        };
        tenant.store.put_authorization_code(&code, &stored, now).await?;
        Ok(Location { url: with_query(&self.redirect_uri, &[("code", code)], self.state.as_deref()), error: None })
    }

    /// Tells the application why it gets no code.
    pub(crate) fn refuse(&self, error: &OauthError) -> Location {
        refuse(&self.redirect_uri, self.state.as_deref(), error)
    }
}

fn invalid(description: &'static str) -> OauthError {
    OauthError::InvalidRequest(description.into())
}

fn check_response(fields: &Fields) -> Result<(), OauthError> {
    let text = |name| fields.param(name).ok().flatten();
    match text("response_type") {
        Some("code") => {}
        Some(other) => return Err(OauthError::UnsupportedResponseType(other.to_owned())),
        None => return Err(invalid("Missing required parameter: response_type")),
    }
    if !matches!(text("response_mode"), None | Some("query")) {
        return Err(invalid("Unsupported response mode"));
    }
    if fields.get("request").is_some() || fields.get("request_uri").is_some() {
        return Err(invalid("Request objects are not supported"));
    }
    Ok(())
}

/// The S256 challenge; a public client cannot do without (RFC 9700 section 2.1.1).
fn code_challenge(client: &Client, fields: &Fields) -> Result<Option<String>, OauthError> {
    let text = |name| fields.param(name).ok().flatten();
    match (text("code_challenge"), text("code_challenge_method")) {
        (None, None) if client.is_public() => Err(invalid("Parameter 'code_challenge' is required for this client")),
        (None, None) => Ok(None),
        (None, Some(_)) => Err(invalid("Parameter 'code_challenge' is required with 'code_challenge_method'")),
        (Some(challenge), Some("S256")) if pkce::is_challenge(challenge) => Ok(Some(challenge.to_owned())),
        (Some(_), Some("S256")) => Err(invalid("Parameter 'code_challenge' must be a base64url SHA-256 hash")),
        (Some(_), _) => Err(invalid("Parameter 'code_challenge_method' must be S256")),
    }
}

fn choose_connection<'a>(
    config: &'a TenantConfig,
    client: &Client,
    name: Option<&str>,
) -> Result<&'a Connection, OauthError> {
    match name {
        Some(name) => {
            let connection = config.connection(name).ok_or(invalid("the connection was not found"))?;
            if connection.is_enabled_for(client) { Ok(connection) } else { Err(invalid("the connection was disabled")) }
        }
        None => config
            .connections()
            .iter()
            .find(|connection| connection.is_enabled_for(client))
            .ok_or(invalid("no connections enabled for the client")),
    }
}
