//! `private_key_jwt`: a client proves itself with a token that it signed, RFC 7523 section 3 and OpenID Connect Core section 9.

use std::fmt;

use aws_lc_rs::rsa::PublicKey;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use rustls_pki_types::{SubjectPublicKeyInfoDer, pem::PemObject};
use serde::Deserialize;
use serde_json::Value;

use crate::{config::Client, error::StoreError, state::Tenant};

/// The `client_assertion_type` of a JSON Web Token.
pub(crate) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Algorithms that a client may sign with, as at Auth0.
pub(crate) const ALGORITHMS: [&str; 3] = ["RS256", "RS384", "PS256"];

/// Farthest that an expiry may lie ahead; until then the token's identifier is remembered.
const MAX_SECONDS: i64 = 60 * 60;

/// How far the clocks of client and tenant may be apart.
const LEEWAY_SECONDS: i64 = 60;

/// A public key that a client registered.
#[derive(Clone)]
pub struct AssertionKey {
    algorithm: Algorithm,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

/// Why a public key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AssertionKeyError {
    #[error("must be RS256, RS384 or PS256")]
    Algorithm,
    #[error("is not a public key in PEM form (BEGIN PUBLIC KEY)")]
    Pem,
    #[error("is not an RSA key of at least 2048 bits")]
    Rsa,
}

impl AssertionKeyError {
    /// The key of the configuration that it is about.
    pub(crate) fn key(self) -> &'static str {
        if self == Self::Algorithm { "alg" } else { "pem" }
    }
}

impl AssertionKey {
    pub(crate) fn from_pem(pem: &str, algorithm: &str) -> Result<Self, AssertionKeyError> {
        let algorithm = match algorithm {
            "RS256" => Algorithm::RS256,
            "RS384" => Algorithm::RS384,
            "PS256" => Algorithm::PS256,
            _ => return Err(AssertionKeyError::Algorithm),
        };
        let der = SubjectPublicKeyInfoDer::from_pem_slice(pem.as_bytes()).map_err(|_| AssertionKeyError::Pem)?;
        let key = PublicKey::from_der(&der).map_err(|_| AssertionKeyError::Rsa)?;
        let modulus = key.modulus().big_endian_without_leading_zero().to_vec();
        if modulus.len() < 256 {
            return Err(AssertionKeyError::Rsa);
        }
        Ok(Self { algorithm, modulus, exponent: key.exponent().big_endian_without_leading_zero().to_vec() })
    }

    /// The claims of a token that this key signed for `audience` in the name of `client_id`. Time is checked later.
    fn verify(&self, assertion: &str, client_id: &str, audience: &str) -> Option<Claims> {
        let mut validation = Validation::new(self.algorithm);
        validation.validate_exp = false;
        validation.set_required_spec_claims(&["iss", "sub", "aud", "exp"]);
        validation.set_issuer(&[client_id]);
        validation.set_audience(&[audience]);
        validation.sub = Some(client_id.to_owned());
        let key = DecodingKey::from_rsa_raw_components(&self.modulus, &self.exponent);
        let claims: Claims = jsonwebtoken::decode(assertion, &key, &validation).ok()?.claims;
        // For this tenant alone: one that others may use as well can be one that they pass on (RFC 9700 section 2.5).
        let is_for_us_alone = !claims.aud.is_array() || claims.aud.as_array().is_some_and(|all| all.len() == 1);
        is_for_us_alone.then_some(claims)
    }
}

impl fmt::Debug for AssertionKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AssertionKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

#[derive(Clone, Deserialize)]
struct Claims {
    aud: Value,
    exp: i64,
    nbf: Option<i64>,
    jti: String,
}

/// Whom the assertion says that it comes from: to find the client by, and nothing more before it is verified.
pub(crate) fn claimed_client(assertion: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Subject {
        sub: String,
    }
    let payload = URL_SAFE_NO_PAD.decode(assertion.split('.').nth(1)?).ok()?;
    serde_json::from_slice::<Subject>(&payload).ok().map(|claims| claims.sub)
}

/// Whether the assertion says that it is to be refused by who does not understand all of it, RFC 7515 section 4.1.11:
/// nothing of that is understood here.
fn is_critical(assertion: &str) -> bool {
    let header = assertion.split('.').next().and_then(|header| URL_SAFE_NO_PAD.decode(header).ok());
    let header = header.and_then(|header| serde_json::from_slice::<Value>(&header).ok());
    header.is_none_or(|header| header.get("crit").is_some())
}

/// Whether the assertion proves the client, and had not done so before.
pub(crate) async fn proves(tenant: &Tenant, client: &Client, assertion: &str) -> Result<bool, StoreError> {
    if is_critical(assertion) {
        return Ok(false);
    }
    let issuer = tenant.origin.issuer();
    let now = tenant.now();
    let verified = client.assertion_keys.iter().find_map(|key| key.verify(assertion, &client.client_id, &issuer));
    let Some(claims) = verified.filter(|claims| is_current(claims, now.seconds())) else { return Ok(false) };
    let name = format!("{}\0{}", client.client_id, claims.jti);
    tenant.store.take_assertion(&name, now.plus_seconds(claims.exp - now.seconds())).await
}

fn is_current(claims: &Claims, now: i64) -> bool {
    let begins = claims.nbf.unwrap_or(now);
    now < claims.exp && claims.exp - now <= MAX_SECONDS && begins <= now + LEEWAY_SECONDS
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        fuzz::{almost, texts},
        keys::signing_key::{SigningKey, TokenType, generate},
    };

    /// Of all assertions that look like the client's, its own is the only one, and for nobody else.
    #[test]
    fn fuzz_client_assertions() {
        let signer = generate().and_then(|pkcs8| SigningKey::from_pkcs8(&pkcs8)).expect("a key");
        let (modulus, exponent) = (signer.public.modulus.clone(), signer.public.exponent.clone());
        let key = AssertionKey { algorithm: Algorithm::RS256, modulus, exponent };
        let claims = json!({ "iss": "app", "sub": "app", "aud": "https://tenant.example/", "exp": 1, "jti": "1" });
        let assertion = signer.sign(TokenType::Id, &claims).expect("an assertion");
        bolero::check!().with_generator(almost(&assertion)).for_each(|text| {
            let _ = claimed_client(text);
            let is_proof = key.verify(text, "app", "https://tenant.example/").is_some();
            assert_eq!(is_proof, *text == assertion);
            assert!(key.verify(text, "other", "https://tenant.example/").is_none());
        });
    }

    #[test]
    fn fuzz_claimed_clients() {
        // `{"sub":"app"}`, and pieces of it.
        let pieces: &[&str] =
            &[".", "eyJzdWIiOiJhcHAifQ", "eyJ", "zdWIi", "OiJhcHAifQ", "=", "_", "-", "AAAA", "bnVsbA"];
        bolero::check!().with_generator(texts(pieces)).for_each(|text| {
            assert!(claimed_client(text).is_none() || text.contains('.'));
        });
    }
}
