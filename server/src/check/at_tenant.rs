//! Checks of a tenant that need no login.

use leptos_passwordless::server::{AuthConfig, IdTokenAlg};
use reqwest::{Client, StatusCode, redirect::Policy};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::{Value, json};
use thiserror::Error;
use url::Url;

/// No tenant ever gave out this one.
const MADE_UP_CODE: &str = "made-up-by-a-check";
/// Names of errors are shorter.
const MAX_NAME: usize = 60;

/// The tenant is not as the app needs it.
#[derive(Debug, Error)]
pub(super) enum TenantFault {
    #[error("the HTTP client could not be set up")]
    HttpClient(#[source] reqwest::Error),
    #[error("the tenant does not answer; look at AUTH0_DOMAIN, and at what is between here and there")]
    Unreachable(#[source] reqwest::Error),
    #[error("{url} answered {status} and no metadata; AUTH0_DOMAIN must be the tenant's domain")]
    NoMetadata { url: Url, status: StatusCode },
    #[error(
        "the tenant's tokens are of {actual:?}, not of {expected:?}; set AUTH0_DOMAIN to the domain that they name"
    )]
    OtherIssuer { actual: String, expected: String },
    #[error(
        "{url} (status {status}) has no {alg} key, so no ID token could be checked; have the tenant sign with {alg}, or set \
         AUTH0_ID_TOKEN_ALG to what it signs with"
    )]
    NoKey { url: Url, status: StatusCode, alg: IdTokenAlg },
    #[error(
        "the tenant does not take AUTH0_CLIENT_ID with this AUTH0_CLIENT_SECRET ({0}); copy both anew from the \
         application's settings"
    )]
    InvalidClient(String),
    #[error(
        "the application may not use the grant authorization_code ({0}); allow it in the application's settings, \
         under Grant Types"
    )]
    UnauthorizedClient(String),
    #[error("asked with a made-up code, {url} answered {status} ({error:?}), not invalid_grant; try again later")]
    Unexpected { url: Url, status: StatusCode, error: String },
}

/// Without its URL, which the configuration holds.
impl From<reqwest::Error> for TenantFault {
    fn from(error: reqwest::Error) -> Self {
        Self::Unreachable(error.without_url())
    }
}

/// The part of the discovery document that is checked.
#[derive(Deserialize)]
pub(super) struct Metadata {
    issuer: String,
    jwks_uri: String,
}

/// Asks a tenant; every call has a time-out, and follows no redirect.
pub(super) struct Probe<'a> {
    http: Client,
    auth: &'a AuthConfig,
}

impl<'a> Probe<'a> {
    pub(super) fn new(auth: &'a AuthConfig) -> Result<Self, TenantFault> {
        let http = Client::builder().timeout(auth.tenant_timeout).redirect(Policy::none());
        Ok(Self { http: http.build().map_err(TenantFault::HttpClient)?, auth })
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.auth.tenant.origin())
    }

    /// `GET /.well-known/openid-configuration`.
    pub(super) async fn metadata(&self) -> Result<Metadata, TenantFault> {
        let response = self.http.get(self.url("/.well-known/openid-configuration")).send().await?;
        let (url, status) = (response.url().clone(), response.status());
        let metadata = if status.is_success() { response.json().await.ok() } else { None };
        metadata.ok_or(TenantFault::NoMetadata { url, status })
    }

    /// The issuer of its tokens is the one that the app believes.
    pub(super) fn issuer(&self, metadata: &Metadata) -> Result<String, TenantFault> {
        let (actual, expected) = (metadata.issuer.clone(), self.auth.tenant.issuer().to_owned());
        if actual == expected { Ok(actual) } else { Err(TenantFault::OtherIssuer { actual, expected }) }
    }

    /// The keys that it signs ID tokens with.
    pub(super) async fn keys(&self, metadata: &Metadata) -> Result<String, TenantFault> {
        let response = self.http.get(&metadata.jwks_uri).send().await?;
        let (url, status) = (response.url().clone(), response.status());
        let document: Value = response.json().await.unwrap_or_default();
        let alg = self.auth.id_token_alg;
        match document["keys"].as_array().into_iter().flatten().filter(|key| is_usable(key, alg)).count() {
            0 => Err(TenantFault::NoKey { url, status, alg }),
            count => Ok(format!("{alg} keys: {count}")),
        }
    }

    /// `POST /oauth/token` with an invalid code: `invalid_grant` proves that the credentials are accepted.
    pub(super) async fn credentials(&self) -> Result<String, TenantFault> {
        let body = json!({
            "grant_type": "authorization_code",
            "client_id": self.auth.client_id,
            "client_secret": self.auth.client_secret.expose_secret(),
            "code": MADE_UP_CODE,
            "redirect_uri": self.auth.callback_url(),
        });
        let response = self.http.post(self.url("/oauth/token")).json(&body).send().await?;
        let (url, status) = (response.url().clone(), response.status());
        let answer: Value = response.json().await.unwrap_or_default();
        let error: String = answer["error"].as_str().unwrap_or_default().chars().take(MAX_NAME).collect();
        match error.as_str() {
            "invalid_grant" => Ok("the tenant takes them".to_owned()),
            // Auth0's name for it.
            "invalid_client" | "access_denied" => Err(TenantFault::InvalidClient(error)),
            "unauthorized_client" => Err(TenantFault::UnauthorizedClient(error)),
            _ => Err(TenantFault::Unexpected { url, status, error }),
        }
    }
}

/// As the app takes them.
fn is_usable(key: &Value, alg: IdTokenAlg) -> bool {
    let is_absent_or = |name: &str, value: &str| key[name].is_null() || key[name] == value;
    let has = |name: &str| key[name].as_str().is_some_and(|text| !text.is_empty());
    let is_kind = match alg {
        IdTokenAlg::Rs256 => key["kty"] == "RSA" && has("n") && has("e"),
        IdTokenAlg::Es256 => key["kty"] == "EC" && key["crv"] == "P-256" && has("x") && has("y"),
    };
    is_kind && is_absent_or("alg", alg.name()) && is_absent_or("use", "sig") && has("kid")
}
