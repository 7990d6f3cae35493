//! The tenant's HTTP API, as Auth0 documents it: only what the login needs.
//!
//! Every call has a time-out, follows no redirect and reads no more than a small answer.

use super::{
    AuthConfig,
    authorization::{Authorization, PkceSupport},
    config::Tenant,
    languages::Language,
};
use crate::{OneTimeCode, PhoneNumber, api::Refusal};
use http::StatusCode;
use reqwest::{Client, RequestBuilder, Response, redirect::Policy};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{net::IpAddr, sync::Arc, time::Duration};
use thiserror::Error;
use tokio::sync::OnceCell;
use url::Url;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const MAX_ANSWER: usize = 256 * 1024;
const OTP_GRANT: &str = "http://auth0.com/oauth/grant-type/passwordless/otp";

/// A call did not end as hoped.
#[derive(Debug, Error)]
pub(super) enum TenantError {
    /// No answer in time, or none at all.
    #[error("the tenant does not answer")]
    Unreachable(#[from] reqwest::Error),
    /// An answer, but not one of its protocol.
    #[error("the tenant's answer is not of its protocol (status {0})")]
    Unintelligible(StatusCode),
    /// A refusal with its error code.
    #[error("the tenant refused: {0:?}")]
    Refused(ErrorBody),
}

/// The body of a refusal. The description is only matched, never logged: it can name the phone number.
#[derive(Deserialize)]
pub(super) struct ErrorBody {
    error: String,
    #[serde(default)]
    error_description: String,
    attempts_left: Option<u32>,
    #[serde(default)]
    superseded: bool,
    retry_after: Option<u32>,
    #[serde(skip)]
    status: StatusCode,
}

impl std::fmt::Debug for ErrorBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status.as_u16(), self.error)
    }
}

/// What `/oauth/token` answers; the access token is not used.
#[derive(Deserialize)]
pub(super) struct Tokens {
    pub(super) id_token: SecretString,
}

/// What `/passwordless/start` answers; the members are our tenant's.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Started {
    pub(super) code_length: Option<u32>,
    expires_in: Option<u32>,
}

impl Started {
    /// How long the code lives.
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
    pkce: OnceCell<PkceSupport>,
}

impl TenantClient {
    pub(super) fn new(config: &AuthConfig) -> Result<Self, reqwest::Error> {
        let http = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(config.tenant_timeout)
            .redirect(Policy::none())
            .build()?;
        Ok(Self(Arc::new(Inner { http, config: config.clone(), pkce: OnceCell::new() })))
    }

    fn tenant(&self) -> &Tenant {
        &self.0.config.tenant
    }

    fn post(&self, path: &str) -> RequestBuilder {
        self.0.http.post(self.tenant().endpoint(path))
    }

    /// `POST /passwordless/start`: has a code sent, in a message in this language.
    pub(super) async fn start(
        &self,
        number: &PhoneNumber,
        client_ip: IpAddr,
        language: Language,
    ) -> Result<Started, TenantError> {
        let config = &self.0.config;
        let body = json!({
            "client_id": config.client_id,
            "client_secret": config.client_secret.expose_secret(),
            "connection": config.connection,
            "phone_number": number.as_str(),
            "send": "code",
        });
        let request = self
            .post("/passwordless/start")
            .header("auth0-forwarded-for", client_ip.to_string())
            .header("x-request-language", language.tag());
        read(request.json(&body).send().await?).await
    }

    /// `POST /passwordless/verify`: checks a code without using it up.
    ///
    /// Nobody has to prove themselves there, but only from one who does does our tenant take the end user's address.
    pub(super) async fn verify(
        &self,
        number: &PhoneNumber,
        code: &OneTimeCode,
        client_ip: IpAddr,
    ) -> Result<(), TenantError> {
        let config = &self.0.config;
        let body = json!({
            "client_id": config.client_id,
            "connection": config.connection,
            "phone_number": number.as_str(),
            "verification_code": code.as_str(),
        });
        let request = self
            .post("/passwordless/verify")
            .basic_auth(&config.client_id, Some(config.client_secret.expose_secret()))
            .header("auth0-forwarded-for", client_ip.to_string());
        done(request.json(&body).send().await?).await
    }

    /// `GET /passwordless/verify_redirect`: the URL that takes the browser through the tenant to the callback.
    pub(super) fn verify_redirect_url(
        &self,
        number: &PhoneNumber,
        code: &OneTimeCode,
        authorization: &Authorization,
    ) -> Url {
        let mut url = self.authorization_url("/passwordless/verify_redirect", authorization);
        url.query_pairs_mut()
            .append_pair("phone_number", number.as_str())
            .append_pair("verification_code", code.as_str());
        url
    }

    /// `GET /authorize`: the URL of the tenant's own login page.
    pub(super) fn authorize_url(&self, authorization: &Authorization) -> Url {
        self.authorization_url("/authorize", authorization)
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

    /// `POST /oauth/token`, passwordless OTP grant: uses the code up.
    pub(super) async fn redeem_otp(
        &self,
        number: &PhoneNumber,
        code: &OneTimeCode,
        client_ip: IpAddr,
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
        self.token(body, Some(client_ip)).await
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

    async fn token(&self, mut body: Value, client_ip: Option<IpAddr>) -> Result<Tokens, TenantError> {
        body["client_id"] = Value::from(self.0.config.client_id.as_str());
        body["client_secret"] = Value::from(self.0.config.client_secret.expose_secret());
        let mut request = self.post("/oauth/token");
        if let Some(client_ip) = client_ip {
            request = request.header("auth0-forwarded-for", client_ip.to_string());
        }
        read(request.json(&body).send().await?).await
    }

    /// `GET /.well-known/jwks.json`: the keys that sign ID tokens.
    pub(super) async fn jwks(&self) -> Result<Value, TenantError> {
        self.get("/.well-known/jwks.json").await
    }

    /// Whether `verify_redirect` takes PKCE, which our tenant says in its metadata and Auth0 does not.
    pub(super) async fn verify_redirect_pkce(&self) -> Result<PkceSupport, TenantError> {
        self.0
            .pkce
            .get_or_try_init(async || {
                let metadata: Metadata = self.get("/.well-known/openid-configuration").await?;
                let takes = metadata.passwordless_code_challenge_methods_supported.iter().any(|m| m == "S256");
                Ok(if takes { PkceSupport::S256 } else { PkceSupport::None })
            })
            .await
            .copied()
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, TenantError> {
        read(self.0.http.get(self.tenant().endpoint(path)).send().await?).await
    }
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(default)]
    passwordless_code_challenge_methods_supported: Vec<String>,
}

/// An answer of which only the success matters.
async fn done(response: Response) -> Result<(), TenantError> {
    let (status, bytes) = body(response).await?;
    if status.is_success() { Ok(()) } else { Err(refusal(status, &bytes)) }
}

async fn read<T: DeserializeOwned>(response: Response) -> Result<T, TenantError> {
    let (status, bytes) = body(response).await?;
    if !status.is_success() {
        return Err(refusal(status, &bytes));
    }
    serde_json::from_slice(&bytes).map_err(|_| TenantError::Unintelligible(status))
}

async fn body(mut response: Response) -> Result<(StatusCode, Vec<u8>), TenantError> {
    let status = response.status();
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_ANSWER {
            return Err(TenantError::Unintelligible(status));
        }
    }
    Ok((status, bytes))
}

/// A refusal is a 4xx with an error body; all else is a tenant in trouble.
fn refusal(status: StatusCode, bytes: &[u8]) -> TenantError {
    match serde_json::from_slice::<ErrorBody>(bytes) {
        Ok(error) if status.is_client_error() => TenantError::Refused(ErrorBody { status, ..error }),
        _ => TenantError::Unintelligible(status),
    }
}

impl From<TenantError> for Refusal {
    fn from(error: TenantError) -> Self {
        match error {
            TenantError::Unreachable(_) | TenantError::Unintelligible(_) => Self::TenantUnavailable,
            TenantError::Refused(body) => body.meaning(),
        }
    }
}

impl ErrorBody {
    /// Auth0 tells some cases apart by its fixed sentences only.
    fn meaning(&self) -> Refusal {
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            return Refusal::RateLimited { retry_after: self.retry_after };
        }
        match self.error.as_str() {
            "bad.connection" if self.error_description.contains("signup is disabled") => Refusal::SignUpDisabled,
            "bad.phone_number" => Refusal::PhoneNumberInvalid,
            "sms_provider_error" => self.provider_error(),
            "invalid_grant" | "invalid_user_password" | "unauthorized" | "access_denied" => {
                match code_refusal(&self.error, &self.error_description, self.attempts_left) {
                    Refusal::WrongCode { attempts_left } if self.superseded && attempts_left != Some(0) => {
                        Refusal::CodeReplaced
                    }
                    refusal => refusal,
                }
            }
            _ => Refusal::Misconfigured,
        }
    }

    /// Twilio's codes for numbers that take no SMS: invalid, not a mobile, landline.
    fn provider_error(&self) -> Refusal {
        let is_number = ["21211", "21614", "21635"].iter().any(|code| self.error_description.contains(code));
        if is_number { Refusal::PhoneNumberInvalid } else { Refusal::SmsNotSent }
    }
}

/// What a refused code means, from the error of an answer or of a callback.
pub(super) fn code_refusal(error: &str, description: &str, attempts_left: Option<u32>) -> Refusal {
    if description.contains("user is blocked") {
        Refusal::UserBlocked
    } else if description.contains("maximum number of attempts") {
        Refusal::TooManyAttempts
    } else if description.contains("expired") {
        Refusal::CodeExpired
    } else if description.contains("verification code") || error == "invalid_user_password" {
        Refusal::WrongCode { attempts_left }
    } else {
        Refusal::TenantRefused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(status: u16, body: &str) -> Refusal {
        let status = StatusCode::from_u16(status).unwrap_or_default();
        refusal(status, body.as_bytes()).into()
    }

    #[test]
    fn auth0s_sentences_are_told_apart() {
        let of = |text: &str| meaning(403, &format!(r#"{{"error":"invalid_grant","error_description":"{text}"}}"#));
        assert_eq!(of("Wrong phone number or verification code."), Refusal::WrongCode { attempts_left: None });
        assert_eq!(of("The verification code has expired. Please try to login again."), Refusal::CodeExpired);
        let used_up = "You've reached the maximum number of attempts. Please try to login again.";
        assert_eq!(of(used_up), Refusal::TooManyAttempts);
        assert_eq!(of("user is blocked"), Refusal::UserBlocked);
    }

    #[test]
    fn our_tenants_members_are_read() {
        let wrong = r#"{"error":"invalid_user_password","error_description":"Wrong phone number or verification code.","attempts_left":2}"#;
        assert_eq!(meaning(401, wrong), Refusal::WrongCode { attempts_left: Some(2) });
        let limited = r#"{"error":"too_many_requests","retry_after":42}"#;
        assert_eq!(meaning(429, limited), Refusal::RateLimited { retry_after: Some(42) });
    }

    #[test]
    fn the_provider_is_not_to_blame_for_a_number_without_sms() {
        let of = |code| {
            meaning(400, &format!(r#"{{"error":"sms_provider_error","error_description":"no (Code: {code})"}}"#))
        };
        assert_eq!(of(21211), Refusal::PhoneNumberInvalid);
        assert_eq!(of(30001), Refusal::SmsNotSent);
    }

    #[test]
    fn a_tenant_in_trouble_is_unavailable_and_a_wrong_secret_our_fault() {
        assert_eq!(meaning(500, r#"{"error":"server_error"}"#), Refusal::TenantUnavailable);
        assert_eq!(meaning(200, "<html>"), Refusal::TenantUnavailable);
        assert_eq!(meaning(403, "<html>"), Refusal::TenantUnavailable);
        assert_eq!(meaning(401, r#"{"error":"invalid_client"}"#), Refusal::Misconfigured);
    }

    #[test]
    fn a_refusal_is_logged_without_its_description() {
        let body = r#"{"error":"sms_provider_error","error_description":"The number +14155552671 is bad"}"#;
        let text = refusal(StatusCode::BAD_REQUEST, body.as_bytes()).to_string();
        assert_eq!(text, "the tenant refused: 400 sms_provider_error");
    }
}
