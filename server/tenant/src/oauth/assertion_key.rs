//! Public keys of clients that authenticate by `private_key_jwt`.

use std::fmt;

use aws_lc_rs::rsa::PublicKey;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use rustls_pki_types::{SubjectPublicKeyInfoDer, pem::PemObject};
use serde::Deserialize;
use serde_json::Value;

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

    /// The claims of a token that this key signed for `audience` in the name of `client_id`. The caller checks the times.
    pub(crate) fn verify(&self, assertion: &str, client_id: &str, audience: &str) -> Option<AssertionClaims> {
        let mut validation = Validation::new(self.algorithm);
        validation.validate_exp = false;
        validation.set_required_spec_claims(&["iss", "sub", "aud", "exp"]);
        validation.set_issuer(&[client_id]);
        validation.set_audience(&[audience]);
        validation.sub = Some(client_id.to_owned());
        let key = DecodingKey::from_rsa_raw_components(&self.modulus, &self.exponent);
        let claims: AssertionClaims = jsonwebtoken::decode(assertion, &key, &validation).ok()?.claims;
        // For this tenant only: another audience could replay the assertion here (RFC 9700 section 2.5).
        let is_only_audience = claims.aud.as_array().is_none_or(|all| all.len() == 1);
        is_only_audience.then_some(claims)
    }
}

impl fmt::Debug for AssertionKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AssertionKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

/// The claims of a client assertion.
#[derive(Clone, Deserialize)]
pub(crate) struct AssertionClaims {
    aud: Value,
    pub(crate) exp: i64,
    pub(crate) nbf: Option<i64>,
    pub(crate) jti: String,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        fuzz::almost,
        keys::{
            signing_algorithm::SigningAlgorithm::Rs256,
            signing_key::{SigningKey, TokenType, generate},
        },
    };

    /// Of all assertions that look like the client's, only its own verifies, and for no other client.
    #[test]
    fn fuzz_client_assertions() {
        let signer = generate(Rs256).and_then(|pkcs8| SigningKey::from_pkcs8(Rs256, &pkcs8)).expect("a key");
        let [modulus, exponent] = signer.public.numbers.clone();
        let key = AssertionKey { algorithm: Algorithm::RS256, modulus, exponent };
        let claims = json!({ "iss": "app", "sub": "app", "aud": "https://tenant.example/", "exp": 1, "jti": "1" });
        let assertion = signer.sign(TokenType::Id, &claims).expect("an assertion");
        bolero::check!().with_generator(almost(&assertion)).for_each(|text| {
            let is_proof = key.verify(text, "app", "https://tenant.example/").is_some();
            assert_eq!(is_proof, *text == assertion);
            assert!(key.verify(text, "other", "https://tenant.example/").is_none());
        });
    }
}
