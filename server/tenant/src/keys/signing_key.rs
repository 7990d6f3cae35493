//! A signing key, and its public half for clients.

use std::{fmt, sync::Arc};

use aws_lc_rs::{
    digest,
    encoding::{AsDer, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaPublicKeyComponents},
};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::header;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::rotation::Keys;
use crate::{
    error::{BuildError, StoreError},
    http::api_error::ApiError,
    state::Tenant,
};

/// An RSA key of 2048 bits that signs.
pub(crate) struct SigningKey {
    pair: KeyPair,
    pub(crate) public: PublicKey,
}

/// What others check signatures with.
#[derive(Clone, Debug)]
pub(crate) struct PublicKey {
    pub(crate) kid: String,
    pub(crate) modulus: Vec<u8>,
    pub(crate) exponent: Vec<u8>,
}

/// What a token is for: its header says so (RFC 9068 section 2.1), that none is taken for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenType {
    Id,
    Access,
}

impl TokenType {
    fn typ(self) -> &'static str {
        match self {
            Self::Id => "JWT",
            Self::Access => "at+jwt",
        }
    }
}

/// No token could be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignError {
    #[error("the signing key refused to sign")]
    Refused,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SigningKey {
    pub(crate) fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, BuildError> {
        let pair = KeyPair::from_pkcs8(pkcs8).map_err(|_| BuildError::SigningKey("it is not a PKCS#8 RSA key"))?;
        let public: RsaPublicKeyComponents<Vec<u8>> = pair.public_key().into();
        Ok(Self { pair, public: PublicKey::new(public.n, public.e) })
    }

    /// A JSON Web Token, RS256 (RFC 7515).
    pub(crate) fn sign(&self, token_type: TokenType, claims: &impl Serialize) -> Result<String, SignError> {
        let header = json!({ "alg": "RS256", "typ": token_type.typ(), "kid": self.public.kid });
        let claims = serde_json::to_vec(claims).map_err(|_| SignError::Refused)?;
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)
            .map_err(|_| SignError::Refused)?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

impl PublicKey {
    pub(crate) fn new(modulus: Vec<u8>, exponent: Vec<u8>) -> Self {
        Self { kid: thumbprint(&modulus, &exponent), modulus, exponent }
    }

    /// The claims of a token that this key signed. Time is for the caller to check, by its own clock.
    fn verify<C: DeserializeOwned + Clone>(&self, token: &str, validation: &Validation) -> Option<C> {
        let key = DecodingKey::from_rsa_raw_components(&self.modulus, &self.exponent);
        jsonwebtoken::decode(token, &key, validation).ok().map(|token| token.claims)
    }

    /// RFC 7517.
    fn jwk(&self) -> Value {
        json!({
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.kid,
            "n": URL_SAFE_NO_PAD.encode(&self.modulus),
            "e": URL_SAFE_NO_PAD.encode(&self.exponent),
        })
    }
}

impl Keys {
    /// The claims of a token that one of these keys signed for this audience, or for any. Time is for the caller to check.
    pub(crate) fn verify<C: DeserializeOwned + Clone>(
        &self,
        token_type: TokenType,
        token: &str,
        issuer: &str,
        audience: Option<&str>,
    ) -> Option<C> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        if header.typ.as_deref() != Some(token_type.typ()) {
            return None;
        }
        let kid = header.kid?;
        let mut validation = Validation::new(Algorithm::RS256);
        validation.validate_exp = false;
        validation.set_required_spec_claims(&["iss", "aud"]);
        validation.set_issuer(&[issuer]);
        match audience {
            Some(audience) => validation.set_audience(&[audience]),
            None => validation.validate_aud = false,
        }
        self.public().find(|key| key.kid == kid)?.verify(token, &validation)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SigningKey").field("kid", &self.public.kid).finish_non_exhaustive()
    }
}

/// A new key, PKCS#8.
pub(crate) fn generate() -> Result<Vec<u8>, BuildError> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| BuildError::SigningKey("it could not be made"))?;
    let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| BuildError::SigningKey("it could not be written"))?;
    Ok(der.as_ref().to_vec())
}

/// The key's name: its thumbprint, RFC 7638.
fn thumbprint(modulus: &[u8], exponent: &[u8]) -> String {
    let (n, e) = (URL_SAFE_NO_PAD.encode(modulus), URL_SAFE_NO_PAD.encode(exponent));
    let canonical = format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#);
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, canonical.as_bytes()))
}

/// `GET /.well-known/jwks.json`.
pub(crate) async fn jwks(State(tenant): State<Arc<Tenant>>) -> Result<Response, ApiError> {
    let keys = tenant.keys().await?;
    let keys = json!({ "keys": keys.public().map(PublicKey::jwk).collect::<Vec<_>>() });
    Ok(([(header::CACHE_CONTROL, "public, max-age=300")], Json(keys)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::almost;

    /// Of all tokens that look like one of ours, ours is the only one.
    #[test]
    fn fuzz_access_tokens() {
        let key = generate().and_then(|pkcs8| SigningKey::from_pkcs8(&pkcs8)).expect("a key");
        let token =
            key.sign(TokenType::Id, &json!({ "iss": "https://tenant.example/", "sub": "sms|1" })).expect("a token");
        let mut validation = Validation::new(Algorithm::RS256);
        validation.validate_exp = false;
        validation.set_required_spec_claims(&["iss"]);
        bolero::check!().with_generator(almost(&token)).for_each(|text| {
            let _ = jsonwebtoken::decode_header(text);
            assert_eq!(key.public.verify::<Value>(text, &validation).is_some(), *text == token);
        });
    }
}
