//! The signing key, and its public half for clients.

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

use crate::{clock::Millis, error::BuildError, store::Store, tenant::Tenant};

/// An RSA key of 2048 bits, made at first start and kept in the store.
pub(crate) struct SigningKey {
    pair: KeyPair,
    kid: String,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

/// The key refused to sign.
#[derive(Debug, thiserror::Error)]
#[error("the signing key refused to sign")]
pub(crate) struct SignError;

impl SigningKey {
    pub(crate) async fn load_or_make(store: &Store, now: Millis) -> Result<Self, BuildError> {
        if store.signing_key().await?.is_none() {
            let made = tokio::task::spawn_blocking(generate).await;
            store
                .offer_signing_key(&made.map_err(|_| BuildError::SigningKey("making it was interrupted"))??, now)
                .await?;
        }
        let pkcs8 = store.signing_key().await?.ok_or(BuildError::SigningKey("it was not kept"))?;
        Self::from_pkcs8(&pkcs8)
    }

    fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, BuildError> {
        let pair = KeyPair::from_pkcs8(pkcs8).map_err(|_| BuildError::SigningKey("it is not a PKCS#8 RSA key"))?;
        let public: RsaPublicKeyComponents<Vec<u8>> = pair.public_key().into();
        let kid = thumbprint(&public.n, &public.e);
        Ok(Self { pair, kid, modulus: public.n, exponent: public.e })
    }

    /// A JSON Web Token, RS256 (RFC 7515).
    pub(crate) fn sign(&self, claims: &impl Serialize) -> Result<String, SignError> {
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": self.kid });
        let claims = serde_json::to_vec(claims).map_err(|_| SignError)?;
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)
            .map_err(|_| SignError)?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The claims of a token that this key signed for this audience. Time is for the caller to check, by its own clock.
    pub(crate) fn verify<C: DeserializeOwned + Clone>(&self, token: &str, issuer: &str, audience: &str) -> Option<C> {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.validate_exp = false;
        validation.set_required_spec_claims(&["iss", "aud"]);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        let key = DecodingKey::from_rsa_raw_components(&self.modulus, &self.exponent);
        jsonwebtoken::decode(token, &key, &validation).ok().map(|token| token.claims)
    }

    /// The public half, RFC 7517.
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

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

fn generate() -> Result<Vec<u8>, BuildError> {
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
pub(crate) async fn jwks(State(tenant): State<Arc<Tenant>>) -> Response {
    let keys = json!({ "keys": [tenant.signing_key.jwk()] });
    ([(header::CACHE_CONTROL, "public, max-age=300")], Json(keys)).into_response()
}
