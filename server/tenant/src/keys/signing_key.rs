//! An RSA signing key, and its public half for clients.

use std::fmt;

use aws_lc_rs::{
    digest,
    encoding::{AsDer, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaPublicKeyComponents},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{DecodingKey, Validation};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    error::{BuildError, StoreError},
    oauth::lifetimes::LONGEST_TOKEN_SECONDS,
};

/// How long an instance uses the keys that it read before it reads them again.
pub(crate) const CACHE_SECONDS: i64 = 60;

/// How long a retired key stays published: until the last token that it signed has expired.
pub(crate) const RETIRED_SECONDS: i64 = LONGEST_TOKEN_SECONDS + 2 * CACHE_SECONDS;

/// The private key.
pub(crate) struct SigningKey {
    pair: KeyPair,
    pub(crate) public: PublicKey,
}

/// The public half, which verifies signatures.
#[derive(Clone, Debug)]
pub(crate) struct PublicKey {
    pub(crate) kid: String,
    pub(crate) modulus: Vec<u8>,
    pub(crate) exponent: Vec<u8>,
}

/// The `typ` of a token (RFC 9068 section 2.1), which keeps one kind from being accepted as the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenType {
    Id,
    Access,
    Logout,
}

impl TokenType {
    pub(crate) fn typ(self) -> &'static str {
        match self {
            Self::Id => "JWT",
            Self::Access => "at+jwt",
            Self::Logout => "logout+jwt",
        }
    }
}

/// A token could not be signed.
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

    /// A JSON Web Token, RS256 (RFC 7515). Not by `jsonwebtoken::encode`, which parses the private key at every call.
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

    /// The claims of a token that this key signed. The caller checks the expiry, by its own clock.
    pub(crate) fn verify<C: DeserializeOwned + Clone>(&self, token: &str, validation: &Validation) -> Option<C> {
        let key = DecodingKey::from_rsa_raw_components(&self.modulus, &self.exponent);
        jsonwebtoken::decode(token, &key, validation).ok().map(|token| token.claims)
    }

    /// A JSON Web Key, RFC 7517.
    pub(crate) fn jwk(&self) -> Value {
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
        formatter.debug_struct("SigningKey").field("kid", &self.public.kid).finish_non_exhaustive()
    }
}

/// Generates a key, PKCS#8.
pub(crate) fn generate() -> Result<Vec<u8>, BuildError> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| BuildError::SigningKey("it could not be made"))?;
    let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| BuildError::SigningKey("it could not be written"))?;
    Ok(der.as_ref().to_vec())
}

/// The `kid`: the thumbprint of RFC 7638.
fn thumbprint(modulus: &[u8], exponent: &[u8]) -> String {
    let (n, e) = (URL_SAFE_NO_PAD.encode(modulus), URL_SAFE_NO_PAD.encode(exponent));
    let canonical = format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#);
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, canonical.as_bytes()))
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::Algorithm;

    use super::*;
    use crate::fuzz::almost;

    /// Of all tokens that look like ours, only ours verifies.
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
