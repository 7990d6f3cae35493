//! Authorization requests, RFC 6749 section 4.1.1.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::{
    audience,
    authorization_response::{AuthorizationResponse, ResponseType, ReturnTo},
    pkce,
    scope::Scope,
};
use crate::{
    config::{AudienceError, Client, Connection, TenantConfig},
    error::StoreError,
    http::params::Params,
    keys::signing_key::SignError,
    login_page::Frame,
    origin::Origin,
    otp::challenge::Refusal,
    pages::PageError,
};

/// Longest `login_hint` that is kept, in characters: a phone number, however it is formatted.
pub(crate) const MAX_LOGIN_HINT: usize = 40;

/// Longest `ui_locales` that are kept, in characters.
const MAX_UI_LOCALES: usize = 100;

/// Longest request, in bytes of JSON: encrypted it has to fit into a cookie of 4,096.
const MAX_REQUEST: usize = 2_300;

/// Where the response goes: a URL that the client registered.
#[derive(Debug)]
pub(crate) struct ReturnAddress<'a> {
    pub(crate) client: &'a Client,
    to: ReturnTo,
}

/// A validated request; a cookie keeps it while the user signs in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AuthorizationRequest {
    pub(crate) client_id: String,
    pub(crate) return_to: ReturnTo,
    pub(crate) response_type: ResponseType,
    pub(crate) scope: Scope,
    pub(crate) audience: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) code_challenge: Option<String>,
    pub(crate) connection: String,
    pub(crate) login_hint: Option<String>,
    /// The languages that the application asks for, OpenID Connect Core section 3.1.2.1.
    pub(crate) ui_locales: Option<String>,
    /// The page that shows the login page in a frame.
    pub(crate) frame: Option<Frame>,
}

/// An error that the application receives by redirect, RFC 6749 section 4.1.2.1.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OauthError {
    #[error("{0}")]
    InvalidRequest(Cow<'static, str>),
    #[error("Unsupported response type: {0}")]
    UnsupportedResponseType(String),
    #[error("Grant type '{0}' not allowed for the client.")]
    UnauthorizedClient(&'static str),
    #[error("Login required")]
    LoginRequired,
    #[error("Unknown or invalid login ticket.")]
    LoginTicket,
    #[error(transparent)]
    Audience(#[from] AudienceError),
    #[error("{0}")]
    Refused(Refusal),
    #[error("The tenant could not answer. Please try again later.")]
    Store(#[from] StoreError),
    #[error("Internal error")]
    Sign(#[from] SignError),
}

impl OauthError {
    fn name(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::UnsupportedResponseType(_) => "unsupported_response_type",
            Self::UnauthorizedClient(_) => "unauthorized_client",
            Self::LoginRequired => "login_required",
            Self::LoginTicket | Self::Audience(_) => "access_denied",
            Self::Refused(Refusal::TooManyAttempts(_)) => "too_many_attempts",
            Self::Refused(Refusal::SignUpDisabled) => "bad.connection",
            Self::Refused(_) => "unauthorized",
            Self::Store(_) => "temporarily_unavailable",
            Self::Sign(_) => "server_error",
        }
    }
}

/// Why an authorization request failed.
#[derive(Debug)]
pub(crate) enum AuthorizeError {
    /// The user sees a page: it is not certain where to send them.
    Page(PageError),
    /// The application receives the error.
    Response(Box<AuthorizationResponse>),
}

impl From<PageError> for AuthorizeError {
    fn from(error: PageError) -> Self {
        Self::Page(error)
    }
}

impl From<AuthorizationResponse> for AuthorizeError {
    fn from(response: AuthorizationResponse) -> Self {
        Self::Response(Box::new(response))
    }
}

impl IntoResponse for AuthorizeError {
    fn into_response(self) -> Response {
        match self {
            Self::Page(error) => error.into_response(),
            Self::Response(response) => response.into_response(),
        }
    }
}

impl<'a> ReturnAddress<'a> {
    /// Finds the client, and compares the `redirect_uri` with those that it registered.
    pub(crate) fn parse(config: &'a TenantConfig, origin: &Origin, params: &'a Params) -> Result<Self, PageError> {
        let text = |name| params.optional(name);
        let client_id = text("client_id").ok_or(PageError::MissingParameter("client_id"))?;
        let client = config.client(client_id).ok_or_else(|| PageError::UnknownClient(client_id.to_owned()))?;
        let redirect_uri = text("redirect_uri").ok_or(PageError::MissingParameter("redirect_uri"))?;
        if !client.is_callback(redirect_uri) {
            return Err(PageError::CallbackMismatch);
        }
        let frame_origin = text("web_origin");
        if frame_origin.is_some_and(|frame| !client.origins().any(|origin| origin == frame)) {
            return Err(PageError::OriginMismatch);
        }
        Ok(Self { client, to: ReturnTo::parse(origin.issuer(), redirect_uri, frame_origin, params) })
    }

    /// The error response.
    pub(crate) fn refuse(&self, error: &OauthError) -> AuthorizationResponse {
        refuse(&self.to, error)
    }
}

fn refuse(to: &ReturnTo, error: &OauthError) -> AuthorizationResponse {
    if let OauthError::Store(error) = error {
        tracing::error!(%error, "the store failed");
    }
    let mut params = vec![("error", error.name().to_owned()), ("error_description", error.to_string())];
    if let OauthError::Refused(refusal) = error {
        params.extend(refusal.attempts_left().map(|left| ("attempts_left", left.to_string())));
    }
    to.respond(params, Some(error.name()))
}

impl AuthorizationRequest {
    pub(crate) fn parse(
        config: &TenantConfig,
        origin: &Origin,
        params: &Params,
        address: &ReturnAddress<'_>,
    ) -> Result<Self, OauthError> {
        let text = |name| params.optional(name).map(str::to_owned);
        let client = address.client;
        let response_type = response_type(params, &address.to)?;
        if let Some(grant) = response_type.grants().find(|grant| !client.allows(grant)) {
            return Err(OauthError::UnauthorizedClient(grant));
        }
        let audience = audience::requested(config, origin, client, params.optional("audience"))?;
        let nonce = text("nonce");
        if response_type.id_token && nonce.is_none() {
            return Err(invalid("Missing required parameter: nonce"));
        }
        let request = Self {
            client_id: client.client_id.clone(),
            return_to: address.to.clone(),
            response_type,
            scope: Scope::granted(text("scope").as_deref(), client),
            audience,
            nonce,
            code_challenge: if response_type.code { code_challenge(client, params)? } else { None },
            connection: choose_connection(config, client, text("connection").or_else(|| text("realm")).as_deref())?
                .name
                .clone(),
            login_hint: text("login_hint").map(|hint| hint.chars().take(MAX_LOGIN_HINT).collect()),
            ui_locales: text("ui_locales").map(|tags| tags.chars().take(MAX_UI_LOCALES).collect()),
            frame: address.to.frame_origin().map(|origin| frame(origin, params)).transpose()?,
        };
        if request.is_too_long() { Err(invalid("The request is too long")) } else { Ok(request) }
    }

    fn is_too_long(&self) -> bool {
        serde_json::to_string(self).map_or(true, |text| text.len() > MAX_REQUEST)
    }

    pub(crate) fn connection<'a>(&self, config: &'a TenantConfig) -> Result<&'a Connection, OauthError> {
        config.connection(&self.connection).ok_or(OauthError::InvalidRequest("the connection was not found".into()))
    }

    /// The error response.
    pub(crate) fn refuse(&self, error: &OauthError) -> AuthorizationResponse {
        refuse(&self.return_to, error)
    }
}

/// What the framing page asks for, in `lock`.
fn frame(origin: &str, params: &Params) -> Result<Frame, OauthError> {
    let frame = match params.optional("lock") {
        Some(text) => {
            serde_json::from_str(text).map_err(|_| invalid("Parameter 'lock' must be a JSON object of options"))?
        }
        None => Frame::default(),
    };
    Ok(Frame { origin: origin.to_owned(), ..frame })
}

fn invalid(description: &'static str) -> OauthError {
    OauthError::InvalidRequest(description.into())
}

fn response_type(params: &Params, to: &ReturnTo) -> Result<ResponseType, OauthError> {
    let text = |name| params.optional(name);
    let requested = text("response_type").ok_or(invalid("Missing required parameter: response_type"))?;
    let response_type =
        ResponseType::parse(requested).ok_or_else(|| OauthError::UnsupportedResponseType(requested.to_owned()))?;
    if !to.has_requested_mode(text("response_mode"), response_type) {
        return Err(invalid("Unsupported response mode"));
    }
    if params.get("request").is_some() || params.get("request_uri").is_some() {
        return Err(invalid("Request objects are not supported"));
    }
    Ok(response_type)
}

/// The S256 challenge; public clients need one (RFC 9700 section 2.1.1).
fn code_challenge(client: &Client, params: &Params) -> Result<Option<String>, OauthError> {
    let text = |name| params.optional(name);
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

    use super::*;

    const CALLBACK: &str = "https://app.example/callback?x=1";

    fn is_accepted(redirect_uri: &str) -> bool {
        is_accepted_to(CALLBACK, redirect_uri)
    }

    fn is_accepted_to(callback: &str, redirect_uri: &str) -> bool {
        let text = format!(
            "clients: [{{name: Web, client_id: web, client_secret: s, callbacks: ['{callback}']}}]\n\
             connections: [{{name: sms, strategy: sms}}]"
        );
        let Ok((config, _)) = TenantConfig::from_yaml(&text, |_| None) else { return false };
        let params = Params::of(&[("client_id", "web"), ("redirect_uri", redirect_uri)]);
        let Some(origin) = Url::parse("http://localhost:3001").ok().and_then(|url| Origin::of(&url).ok()) else {
            return false;
        };
        ReturnAddress::parse(&config, &origin, &params).is_ok()
    }

    proptest! {
        /// Nothing added to, taken from or changed in a callback makes another one that is let through.
        #[test]
        fn only_the_registered_address_is_accepted(
            at in 0..CALLBACK.len(), cut in 0..9_usize, more in "(\\PC|[/?#@\\\\.%:&;A-Z]){0,9}",
        ) {
            let end = (at + cut).min(CALLBACK.len());
            let changed = format!("{}{more}{}", &CALLBACK[..at], &CALLBACK[end..]);
            prop_assert_eq!(is_accepted(&changed), changed == CALLBACK);
        }

        #[test]
        fn no_address_breaks_it(redirect_uri in "\\PC{0,60}") {
            prop_assert!(!is_accepted(&redirect_uri));
        }
    }

    #[test]
    fn the_registered_address_is_accepted() {
        assert!(is_accepted(CALLBACK));
    }

    #[test]
    fn an_origin_is_accepted_with_its_slash_and_without() {
        let (bare, slashed) = ("https://app.example:8443", "https://app.example:8443/");
        for (callback, asked) in [(bare, bare), (bare, slashed), (slashed, bare), (slashed, slashed)] {
            assert!(is_accepted_to(callback, asked), "{callback} {asked}");
        }
        for (callback, asked) in [
            (bare, "https://app.example:8443//"),
            (bare, "https://app.example:8443/?"),
            (bare, "https://app.example:8443\\"),
            (bare, "https://app.example:8443/."),
            (bare, "https://APP.example:8443/"),
            (bare, "https://me@app.example:8443/"),
            (bare, "https://app.example/"),
            (bare, "http://app.example:8443/"),
            (slashed, "https://app.example:8443//"),
            ("https://app.example/a", "https://app.example/a/"),
            ("https://app.example/a/", "https://app.example/a"),
            ("https://app.example/?a=", "https://app.example/?a=/"),
            ("com.app.example:/", "com.app.example:"),
            ("com.app.example://a", "com.app.example://a/"),
        ] {
            assert!(!is_accepted_to(callback, asked), "{callback} {asked}");
            assert!(!is_accepted_to(asked, callback), "{asked} {callback}");
        }
    }
}
