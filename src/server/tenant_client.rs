//! Client of the tenant's HTTP API, as Auth0 documents it.
//!
//! Every call has a timeout, follows no redirect and reads a bounded response.

use super::{
    AuthConfig, Clock, address,
    authorization_request::{Authorization, PkceSupport},
    browser::Browser,
    config::Tenant,
    languages::Language,
    measure,
    oauth_secrets::Transaction,
    request_id,
    tenant_error::{ErrorBody, TenantError},
    token_set::TokenSet,
};
use crate::{OneTimeCode, PhoneNumber};
use http::StatusCode;
use reqwest::{Client, Request, RequestBuilder, Response, redirect::Policy};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use time::OffsetDateTime;
use tokio::sync::OnceCell;
use tracing::Instrument;
use url::Url;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const MAX_ANSWER: usize = 256 * 1024;
const OTP_GRANT: &str = "http://auth0.com/oauth/grant-type/passwordless/otp";

/// The response of `/oauth/token` at a login.
#[derive(Deserialize)]
pub(super) struct Tokens {
    pub(super) id_token: SecretString,
    #[serde(flatten)]
    for_apis: ApiTokens,
    /// An extension of our tenant: identifies the browser to it.
    pub(super) device_token: Option<SecretString>,
}

/// The other tokens of a response of `/oauth/token`.
#[derive(Clone, Deserialize)]
struct ApiTokens {
    access_token: Option<SecretString>,
    /// Seconds; of any type, as a malformed one must not stop a login.
    #[serde(default)]
    expires_in: Value,
    refresh_token: Option<SecretString>,
}

impl Tokens {
    /// The tokens for APIs, if there are any, received at this time.
    pub(super) fn token_set(&self, now: OffsetDateTime) -> Option<TokenSet> {
        self.for_apis.clone().token_set(now)
    }
}

impl ApiTokens {
    fn token_set(self, now: OffsetDateTime) -> Option<TokenSet> {
        let lifetime = self.expires_in.as_i64().map(time::Duration::seconds);
        Some(TokenSet {
            access_token: self.access_token?,
            expires_at: lifetime.and_then(|lifetime| now.checked_add(lifetime)),
            refresh_token: self.refresh_token,
        })
    }
}

/// The response of `/passwordless/start`; the members are extensions of our tenant.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct StartResponse {
    pub(super) code_length: Option<u32>,
    expires_in: Option<u32>,
}

impl StartResponse {
    /// The lifetime of the code.
    pub(super) fn expires_in(self) -> Option<Duration> {
        self.expires_in.map(|seconds| Duration::from_secs(seconds.into()))
    }
}

/// A client of one tenant; cheap to clone.
#[derive(Clone)]
pub(super) struct TenantClient(Arc<Inner>);

struct Inner {
    http: Client,
    config: AuthConfig,
    clock: Arc<dyn Clock>,
    pkce: OnceCell<PkceSupport>,
}

impl TenantClient {
    pub(super) fn new(config: &AuthConfig, clock: Arc<dyn Clock>) -> Result<Self, reqwest::Error> {
        let builder = Client::builder();
        // A tenant on this machine is behind no proxy, whatever the environment configures.
        let builder = if address::is_loopback(config.tenant.url()) { builder.no_proxy() } else { builder };
        let http =
            builder.connect_timeout(CONNECT_TIMEOUT).timeout(config.tenant_timeout).redirect(Policy::none()).build()?;
        Ok(Self(Arc::new(Inner { http, config: config.clone(), clock, pkce: OnceCell::new() })))
    }

    fn tenant(&self) -> &Tenant {
        &self.0.config.tenant
    }

    fn post(&self, path: &str) -> RequestBuilder {
        self.0.http.post(self.tenant().endpoint(path))
    }

    /// `POST /passwordless/start`: requests a code, in a message in this language, with the proof of work
    /// that our tenant has asked for.
    pub(super) async fn start(
        &self,
        number: &PhoneNumber,
        browser: &Browser,
        language: Language,
        proof: Option<&str>,
    ) -> Result<StartResponse, TenantError> {
        let config = &self.0.config;
        let mut body = json!({
            "client_id": config.client_id,
            "client_secret": config.client_secret.expose_secret(),
            "connection": config.connection,
            "phone_number": number.as_str(),
            "send": "code",
        });
        if let Some(proof) = proof {
            body["altcha"] = Value::from(proof);
        }
        let request = self.post("/passwordless/start").header("x-request-language", language.tag());
        self.read(browser.told_in(request).json(&body)).await
    }

    /// `POST /passwordless/verify`: checks a code without using it up.
    ///
    /// The endpoint needs no authentication, but our tenant trusts the end user's address only from an authenticated client.
    pub(super) async fn verify(
        &self,
        number: &PhoneNumber,
        code: &OneTimeCode,
        browser: &Browser,
    ) -> Result<(), TenantError> {
        let config = &self.0.config;
        let body = json!({
            "client_id": config.client_id,
            "connection": config.connection,
            "phone_number": number.as_str(),
            "verification_code": code.as_str(),
        });
        let request =
            self.post("/passwordless/verify").basic_auth(&config.client_id, Some(config.client_secret.expose_secret()));
        self.done(browser.told_in(request).json(&body)).await
    }

    /// `GET /passwordless/verify_redirect`: the URL that takes the browser through the tenant to the callback.
    pub(super) fn verify_redirect_url(
        &self,
        number: &PhoneNumber,
        code: &OneTimeCode,
        authorization: &Authorization,
        transaction: &Transaction,
    ) -> Url {
        let mut url = self.authorization_url("/passwordless/verify_redirect", authorization);
        // Only our tenant supports PKCE here, and it binds its codes to a transaction.
        if authorization.code_verifier.is_some() {
            url.query_pairs_mut().append_pair("transaction", transaction.as_str());
        }
        url.query_pairs_mut()
            .append_pair("phone_number", number.as_str())
            .append_pair("verification_code", code.as_str());
        url
    }

    /// `GET /authorize`: the URL of the tenant's own login page.
    pub(super) fn authorize_url(&self, authorization: &Authorization, language: Language) -> Url {
        let mut url = self.authorization_url("/authorize", authorization);
        // Its page speaks the language of the app's, OpenID Connect Core section 3.1.2.1.
        url.query_pairs_mut().append_pair("ui_locales", language.tag());
        url
    }

    fn authorization_url(&self, path: &str, authorization: &Authorization) -> Url {
        let config = &self.0.config;
        let mut url = self.tenant().endpoint(path);
        let mut query = url.query_pairs_mut();
        query
            .append_pair("client_id", &config.client_id)
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", &config.callback_url())
            .append_pair("connection", &config.connection)
            .append_pair("scope", &config.scope)
            .append_pair("state", authorization.state.as_str())
            .append_pair("nonce", authorization.nonce.as_str());
        if let Some(audience) = &config.audience {
            query.append_pair("audience", audience);
        }
        if let Some(verifier) = &authorization.code_verifier {
            query.append_pair("code_challenge", &verifier.challenge()).append_pair("code_challenge_method", "S256");
        }
        drop(query);
        url
    }

    /// `GET /v2/logout`: the URL that ends the session at the tenant.
    pub(super) fn logout_url(&self) -> Url {
        let config = &self.0.config;
        let mut url = self.tenant().endpoint("/v2/logout");
        url.query_pairs_mut()
            .append_pair("client_id", &config.client_id)
            .append_pair("returnTo", &config.logged_out_url());
        url
    }

    /// `POST /oidc/logout` (OpenID Connect RP-Initiated Logout 1.0): ends the session that an ID token names.
    pub(super) async fn end_session(&self, id_token: &SecretString) -> Result<(), TenantError> {
        let form = [("client_id", self.0.config.client_id.as_str()), ("id_token_hint", id_token.expose_secret())];
        let response = self.send(self.post("/oidc/logout").form(&form)).await?;
        // A tenant may send the browser on, which there is none of.
        if response.status().is_redirection() {
            return Ok(());
        }
        success(response, self.0.clock.now()).await.map(drop)
    }

    /// `POST /oauth/token`, passwordless OTP grant: consumes the code.
    pub(super) async fn redeem_otp(
        &self,
        number: &PhoneNumber,
        code: &OneTimeCode,
        browser: &Browser,
    ) -> Result<Tokens, TenantError> {
        let config = &self.0.config;
        let mut body = json!({
            "grant_type": OTP_GRANT,
            "username": number.as_str(),
            "otp": code.as_str(),
            "realm": config.connection,
            "scope": config.scope,
        });
        if let Some(audience) = &config.audience {
            body["audience"] = Value::from(audience.as_str());
        }
        self.token(body, Some(browser)).await
    }

    /// `POST /oauth/token`, authorization code grant.
    pub(super) async fn redeem_authorization_code(
        &self,
        code: &str,
        authorization: &Authorization,
    ) -> Result<Tokens, TenantError> {
        let mut body = json!({
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.0.config.callback_url(),
        });
        if let Some(verifier) = &authorization.code_verifier {
            body["code_verifier"] = Value::from(verifier.as_str());
        }
        self.token(body, None).await
    }

    /// `POST /oauth/token`, refresh token grant (RFC 6749, section 6).
    pub(super) async fn refresh(&self, refresh_token: &SecretString) -> Result<TokenSet, TenantError> {
        let body = json!({ "grant_type": "refresh_token", "refresh_token": refresh_token.expose_secret() });
        let tokens: ApiTokens = self.token(body, None).await?;
        tokens.token_set(self.0.clock.now()).ok_or(TenantError::Unintelligible(StatusCode::OK))
    }

    async fn token<T: DeserializeOwned>(&self, mut body: Value, browser: Option<&Browser>) -> Result<T, TenantError> {
        body["client_id"] = Value::from(self.0.config.client_id.as_str());
        body["client_secret"] = Value::from(self.0.config.client_secret.expose_secret());
        let request = self.post("/oauth/token");
        let request = match browser {
            Some(browser) => browser.told_in(request),
            None => request,
        };
        self.read(request.json(&body)).await
    }

    /// `GET /.well-known/jwks.json`: the keys that sign ID tokens.
    pub(super) async fn jwks(&self) -> Result<Value, TenantError> {
        self.get("/.well-known/jwks.json").await
    }

    /// Whether `verify_redirect` supports PKCE, which our tenant states in its metadata and Auth0 does not. If the metadata
    /// cannot be fetched, PKCE is left out: an optional protection must not stop a login.
    pub(super) async fn verify_redirect_pkce(&self) -> PkceSupport {
        let known = self.0.pkce.get_or_try_init(async || {
            let metadata: Metadata = self.get("/.well-known/openid-configuration").await?;
            let methods = metadata.passwordless_code_challenge_methods_supported.unwrap_or_default();
            let takes = methods.iter().any(|method| method == "S256");
            Ok::<_, TenantError>(if takes { PkceSupport::S256 } else { PkceSupport::None })
        });
        known.await.copied().unwrap_or_else(|error| {
            tracing::warn!(%error, "the tenant's metadata cannot be had, so PKCE is left out");
            PkceSupport::None
        })
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, TenantError> {
        self.read(self.0.http.get(self.tenant().endpoint(path))).await
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, TenantError> {
        let mut request = request.build()?;
        request_id::pass_on(request.headers_mut());
        let path = request.url().path().to_owned();
        // The path alone: queries have codes and states.
        let span = tracing::debug_span!("tenant", otel.kind = "client", path);
        #[expect(clippy::disallowed_methods, reason = "how long the tenant takes in fact")]
        let began = Instant::now();
        let response = self.answer(request).instrument(span).await;
        let status = response.as_ref().ok().map(|response| response.status().as_u16());
        measure::tenant_called(&path, status, began.elapsed());
        response
    }

    async fn answer(&self, request: Request) -> Result<Response, TenantError> {
        let config = &self.0.config;
        match &config.tenant_service {
            Some(service) => service.answer(request, config.tenant_timeout, MAX_ANSWER).await,
            None => Ok(self.0.http.execute(request).await?),
        }
    }

    /// Sends a request whose response body does not matter.
    async fn done(&self, request: RequestBuilder) -> Result<(), TenantError> {
        success(self.send(request).await?, self.0.clock.now()).await.map(drop)
    }

    async fn read<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, TenantError> {
        let (status, bytes) = success(self.send(request).await?, self.0.clock.now()).await?;
        serde_json::from_slice(&bytes).map_err(|_| TenantError::Unintelligible(status))
    }
}

#[derive(Deserialize)]
struct Metadata {
    passwordless_code_challenge_methods_supported: Option<Vec<String>>,
}

/// The body of a successful response.
async fn success(response: Response, now: OffsetDateTime) -> Result<(StatusCode, Vec<u8>), TenantError> {
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = body(response).await?;
    if status.is_success() {
        return Ok((status, bytes));
    }
    let is_error = status.is_client_error() || status.is_server_error();
    let refused = ErrorBody::read(status, &headers, &bytes, now).filter(|_| is_error);
    Err(refused.map_or(TenantError::Unintelligible(status), TenantError::Refused))
}

async fn body(mut response: Response) -> Result<Vec<u8>, TenantError> {
    let status = response.status();
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_ANSWER {
            return Err(TenantError::Unintelligible(status));
        }
    }
    Ok(bytes)
}
