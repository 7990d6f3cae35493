//! A signing key, RSA or on the curve P-256, and its public half for clients.

use std::{collections::BTreeMap, fmt};

use aws_lc_rs::{
    digest,
    encoding::{AsDer, Pkcs8V1Der},
    error::Unspecified,
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaPublicKeyComponents,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{DecodingKey, Validation};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::signing_algorithm::SigningAlgorithm;
use crate::{
    error::{BuildError, StoreError},
    oauth::lifetimes::LONGEST_TOKEN_SECONDS,
};

/// How long an instance uses the keys that it read before it reads them again.
pub(crate) const CACHE_SECONDS: i64 = 60;

/// How long a retired key stays published: until the last token that it signed has expired.
pub(crate) const RETIRED_SECONDS: i64 = LONGEST_TOKEN_SECONDS + 2 * CACHE_SECONDS;

/// Bytes of a coordinate of P-256.
const COORDINATE: usize = 32;

/// The private key.
pub(crate) struct SigningKey {
    pair: Pair,
    pub(crate) public: PublicKey,
}

enum Pair {
    Rsa(KeyPair),
    Ec(EcdsaKeyPair),
}

/// The public half, which verifies signatures.
#[derive(Clone, Debug)]
pub(crate) struct PublicKey {
    pub(crate) kid: String,
    pub(crate) algorithm: SigningAlgorithm,
    pub(crate) numbers: Numbers,
}

/// The two numbers of a public key, unsigned and big-endian: modulus and exponent of RSA, x and y of a point of P-256.
pub(crate) type Numbers = [Vec<u8>; 2];

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
    #[error("there is no key for {}", .0.name())]
    NoKey(SigningAlgorithm),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SigningKey {
    pub(crate) fn from_pkcs8(algorithm: SigningAlgorithm, pkcs8: &[u8]) -> Result<Self, BuildError> {
        let (pair, numbers) = match algorithm {
            SigningAlgorithm::Rs256 => rsa_pair(pkcs8)?,
            SigningAlgorithm::Es256 => ec_pair(pkcs8)?,
        };
        Ok(Self { pair, public: PublicKey::new(algorithm, numbers) })
    }

    /// A JSON Web Token (RFC 7515). Not by `jsonwebtoken::encode`, which parses the private key at every call.
    pub(crate) fn sign(&self, token_type: TokenType, claims: &impl Serialize) -> Result<String, SignError> {
        let PublicKey { algorithm, kid, .. } = &self.public;
        let header = json!({ "alg": algorithm.name(), "typ": token_type.typ(), "kid": kid });
        let claims = serde_json::to_vec(claims).map_err(|_| SignError::Refused)?;
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims));
        let signature = self.pair.sign(message.as_bytes()).map_err(|_| SignError::Refused)?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

impl Pair {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Unspecified> {
        match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)?;
                Ok(signature)
            }
            Self::Ec(pair) => Ok(pair.sign(&SystemRandom::new(), message)?.as_ref().to_vec()),
        }
    }
}

fn rsa_pair(pkcs8: &[u8]) -> Result<(Pair, Numbers), BuildError> {
    let pair = KeyPair::from_pkcs8(pkcs8).map_err(|_| BuildError::SigningKey("it is not a PKCS#8 RSA key"))?;
    let public: RsaPublicKeyComponents<Vec<u8>> = pair.public_key().into();
    Ok((Pair::Rsa(pair), [public.n, public.e]))
}

fn ec_pair(pkcs8: &[u8]) -> Result<(Pair, Numbers), BuildError> {
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
        .map_err(|_| BuildError::SigningKey("it is not a PKCS#8 key on P-256"))?;
    // The uncompressed form: a byte that says so, x and y (SEC 1 section 2.3.3).
    let point = pair.public_key().as_ref().split_first().and_then(|(_, point)| point.split_at_checked(COORDINATE));
    let (x, y) = point.ok_or(BuildError::SigningKey("its point cannot be read"))?;
    let numbers = [x.to_vec(), y.to_vec()];
    Ok((Pair::Ec(pair), numbers))
}

impl PublicKey {
    pub(crate) fn new(algorithm: SigningAlgorithm, numbers: Numbers) -> Self {
        Self { kid: thumbprint(&key_members(algorithm, &numbers)), algorithm, numbers }
    }

    /// The claims of a token that this key signed. The caller checks the expiry, by its own clock.
    pub(crate) fn verify<C: DeserializeOwned + Clone>(&self, token: &str, validation: &Validation) -> Option<C> {
        jsonwebtoken::decode(token, &self.decoding_key()?, validation).ok().map(|token| token.claims)
    }

    fn decoding_key(&self) -> Option<DecodingKey> {
        let [first, second] = &self.numbers;
        match self.algorithm {
            SigningAlgorithm::Rs256 => Some(DecodingKey::from_rsa_raw_components(first, second)),
            SigningAlgorithm::Es256 => {
                DecodingKey::from_ec_components(&URL_SAFE_NO_PAD.encode(first), &URL_SAFE_NO_PAD.encode(second)).ok()
            }
        }
    }

    /// A JSON Web Key, RFC 7517.
    pub(crate) fn jwk(&self) -> Value {
        let mut members = key_members(self.algorithm, &self.numbers);
        let (alg, kid) = (self.algorithm.name().to_owned(), self.kid.clone());
        members.extend([("use", "sig".to_owned()), ("alg", alg), ("kid", kid)]);
        json!(members)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SigningKey").field("kid", &self.public.kid).finish_non_exhaustive()
    }
}

/// Generates a key, PKCS#8.
pub(crate) fn generate(algorithm: SigningAlgorithm) -> Result<Vec<u8>, BuildError> {
    let not_made = |_| BuildError::SigningKey("it could not be made");
    let not_written = |_| BuildError::SigningKey("it could not be written");
    match algorithm {
        SigningAlgorithm::Rs256 => {
            let pair = KeyPair::generate(KeySize::Rsa2048).map_err(not_made)?;
            let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(not_written)?;
            Ok(der.as_ref().to_vec())
        }
        SigningAlgorithm::Es256 => {
            let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(not_made)?;
            Ok(pair.to_pkcs8v1().map_err(not_written)?.as_ref().to_vec())
        }
    }
}

/// The members that make a key what it is (RFC 7518 sections 6.2 and 6.3).
fn key_members(algorithm: SigningAlgorithm, numbers: &Numbers) -> BTreeMap<&'static str, String> {
    let [first, second] = numbers.each_ref().map(|number| URL_SAFE_NO_PAD.encode(number));
    let text = str::to_owned;
    match algorithm {
        SigningAlgorithm::Rs256 => BTreeMap::from([("kty", text("RSA")), ("n", first), ("e", second)]),
        SigningAlgorithm::Es256 => {
            BTreeMap::from([("kty", text("EC")), ("crv", text("P-256")), ("x", first), ("y", second)])
        }
    }
}

/// The `kid`: the thumbprint of RFC 7638, of these members in the order of their names, which is that of the map.
fn thumbprint(members: &BTreeMap<&'static str, String>) -> String {
    let canonical = json!(members).to_string();
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, canonical.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::almost;

    /// Of all tokens that look like ours, only ours verifies.
    #[test]
    fn fuzz_access_tokens() {
        for algorithm in SigningAlgorithm::ALL {
            let key = generate(algorithm).and_then(|pkcs8| SigningKey::from_pkcs8(algorithm, &pkcs8)).expect("a key");
            let token =
                key.sign(TokenType::Id, &json!({ "iss": "https://tenant.example/", "sub": "sms|1" })).expect("a token");
            let mut validation = Validation::new(algorithm.into());
            validation.validate_exp = false;
            validation.set_required_spec_claims(&["iss"]);
            bolero::check!().with_generator(almost(&token)).for_each(|text| {
                let _ = jsonwebtoken::decode_header(text);
                assert_eq!(key.public.verify::<Value>(text, &validation).is_some(), *text == token);
            });
        }
    }
}
