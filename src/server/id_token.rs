//! Checks ID tokens (OpenID Connect Core, section 3.1.3.7).

use super::{
    AuthConfig, Clock,
    jwks::{Jwks, KeyError},
    jwt::{Audience, NumericDate, SignatureError, Signed},
    oauth_secrets::Nonce,
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::Arc;
use thiserror::Error;

/// An ID token was rejected.
#[derive(Debug, Error)]
pub(super) enum IdTokenError {
    /// It is not the tenant's.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// Without a member that it must have.
    #[error("it is malformed")]
    Malformed,
    /// Issued by someone else.
    #[error("it comes from another issuer")]
    WrongIssuer,
    /// Issued for someone else.
    #[error("it is meant for another client")]
    WrongAudience,
    /// It has expired or is not valid yet.
    #[error("it is not valid at this time")]
    WrongTime,
    /// Not the response to this request.
    #[error("its nonce is not the one that was sent")]
    WrongNonce,
}

/// The claims of a verified ID token.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Claims {
    iss: String,
    pub(super) sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: NumericDate,
    iat: NumericDate,
    nbf: Option<NumericDate>,
    nonce: Option<String>,
    /// The session at the tenant.
    pub(super) sid: Option<String>,
    pub(super) name: Option<String>,
    pub(super) phone_number: Option<String>,
    /// These and all others.
    #[serde(skip)]
    pub(super) all: Map<String, Value>,
}

/// Checks the ID tokens of one tenant for one client.
pub(super) struct IdTokens {
    issuer: String,
    client_id: String,
    jwks: Arc<Jwks>,
    clock: Arc<dyn Clock>,
}

impl IdTokens {
    pub(super) fn new(config: &AuthConfig, jwks: Arc<Jwks>, clock: Arc<dyn Clock>) -> Self {
        Self { issuer: config.tenant.issuer().to_owned(), client_id: config.client_id.clone(), jwks, clock }
    }

    /// Ensures that there are keys to verify a token with, before a code is consumed for one.
    pub(super) async fn ready(&self) -> Result<(), KeyError> {
        self.jwks.ready().await
    }

    /// Checks a token; `nonce` is the one that was sent, and must be absent if none was.
    pub(super) async fn check(&self, token: &SecretString, nonce: Option<&Nonce>) -> Result<Claims, IdTokenError> {
        let claims = self.signed_claims(token.expose_secret()).await?;
        self.check_parties(&claims)?;
        self.check_time(&claims)?;
        match (nonce, &claims.nonce) {
            (None, None) => Ok(claims),
            (Some(sent), Some(received)) if sent.is(received) => Ok(claims),
            _ => Err(IdTokenError::WrongNonce),
        }
    }

    async fn signed_claims(&self, token: &str) -> Result<Claims, IdTokenError> {
        let Signed { claims, .. } = Signed::read(token, &self.jwks).await?;
        let known = Claims::deserialize(&claims).map_err(|_| IdTokenError::Malformed)?;
        Ok(Claims { all: claims, ..known })
    }

    fn check_parties(&self, claims: &Claims) -> Result<(), IdTokenError> {
        let is_meant_for_us = claims.aud.has(&self.client_id);
        let is_authorized = match &claims.azp {
            Some(party) => *party == self.client_id,
            None => !claims.aud.is_several(),
        };
        if claims.iss != self.issuer {
            Err(IdTokenError::WrongIssuer)
        } else if !is_meant_for_us || !is_authorized {
            Err(IdTokenError::WrongAudience)
        } else if claims.sub.is_empty() {
            Err(IdTokenError::Malformed)
        } else {
            Ok(())
        }
    }

    fn check_time(&self, claims: &Claims) -> Result<(), IdTokenError> {
        let now = self.clock.now();
        let is_to_come = claims.iat.is_to_come(now) || claims.nbf.is_some_and(|nbf| nbf.is_to_come(now));
        let is_current = !claims.exp.is_over(now) && !is_to_come;
        if is_current { Ok(()) } else { Err(IdTokenError::WrongTime) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::{
        SystemClock,
        fuzz::{almost, config, texts},
        tenant_client::TenantClient,
    };
    use std::panic::AssertUnwindSafe;

    /// For a tenant that nobody can reach, so that there is no key.
    fn id_tokens() -> AssertUnwindSafe<IdTokens> {
        let (mut config, clock) = (config(), Arc::new(SystemClock));
        config.tenant = "http://127.0.0.1:1".parse().expect("a tenant");
        let tenant = TenantClient::new(&config, clock.clone()).expect("an HTTP client");
        AssertUnwindSafe(IdTokens::new(&config, Arc::new(Jwks::new(tenant, config.id_token_alg, clock.clone())), clock))
    }

    /// An unsigned text is never a valid token, whatever its header.
    #[test]
    fn fuzz_id_tokens() {
        let pieces: &[&str] = &[
            // Headers of HS256, none, and RS256 without a key; `{"sub":"a"}`; and pieces of them.
            "eyJhbGciOiJIUzI1NiJ9",
            "eyJhbGciOiJub25lIn0",
            "eyJhbGciOiJSUzI1NiJ9",
            "eyJzdWIiOiJhIn0",
            "eyJ",
            "hbGci",
            ".",
            "..",
            "=",
            "_",
            "AAAA",
        ];
        let (id_tokens, runtime) = (id_tokens(), tokio::runtime::Builder::new_current_thread().enable_all().build());
        let runtime = AssertUnwindSafe(runtime.expect("a runtime"));
        bolero::check!().with_generator(texts(pieces)).for_each(|text| {
            let token = SecretString::from(text.as_str());
            assert!(runtime.block_on(id_tokens.check(&token, None)).is_err());
        });
    }

    /// Claims that hold name our tenant and our client, whatever else they name.
    #[test]
    fn fuzz_claims() {
        let claims =
            r#"{"iss":"http://127.0.0.1:1/","sub":"sms|1","aud":["client"],"azp":"client","exp":9e9,"iat":1,"nbf":1}"#;
        let id_tokens = id_tokens();
        bolero::check!().with_generator(almost(claims)).for_each(|text| {
            let Ok(claims) = serde_json::from_str::<Claims>(text) else { return };
            let is_ours = text.contains(r#""http://127.0.0.1:1/""#) && text.contains(r#""client""#);
            assert!(id_tokens.check_parties(&claims).is_err() || is_ours && !claims.sub.is_empty());
            let _ = id_tokens.check_time(&claims);
        });
    }
}
