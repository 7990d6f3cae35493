//! What all tokens of the tenant have in common: the signature (RFC 7515), and types of claims (RFC 7519).

use super::{
    IdTokenAlg,
    jwks::{Jwks, KeyError},
};
use jsonwebtoken::{Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::HashSet;
use thiserror::Error;
use time::OffsetDateTime;

/// Seconds by which the clocks may differ.
pub(super) const LEEWAY: f64 = 60.0;

/// A token is not the tenant's.
#[derive(Debug, Error)]
pub(super) enum SignatureError {
    /// Not a JWT.
    #[error("it is malformed")]
    Malformed,
    /// Signed in another way than the configured one, or not at all.
    #[error("it is not signed with {0}")]
    WrongAlgorithm(IdTokenAlg),
    /// Its header names extensions that have to be understood, and none is here (RFC 7515, section 4.1.11).
    #[error("its header has `crit`, of which nothing is understood here")]
    Critical,
    /// Its header names no key, or there is none to check it with.
    #[error("there is no key to check it with: {0}")]
    NoKey(#[from] KeyError),
    /// The signature is not the tenant's.
    #[error("its signature is not the tenant's")]
    BadSignature,
}

/// A token with the tenant's signature; nothing else of it has been checked.
pub(super) struct Signed {
    /// The kind of the token, if its header names one.
    pub(super) typ: Option<String>,
    pub(super) claims: Map<String, Value>,
}

impl Signed {
    pub(super) async fn read(token: &str, jwks: &Jwks) -> Result<Self, SignatureError> {
        let algorithm = jwks.algorithm();
        // An `alg` that the library does not know, `none` among them, fails here already.
        let header = decode_header(token).map_err(|_| SignatureError::WrongAlgorithm(algorithm))?;
        if header.alg != algorithm.algorithm() {
            return Err(SignatureError::WrongAlgorithm(algorithm));
        }
        if header.crit.is_some() {
            return Err(SignatureError::Critical);
        }
        let key = jwks.key(&header.kid.ok_or(SignatureError::NoKey(KeyError::Unknown))?).await?;
        let decoded =
            decode::<Map<String, Value>>(token, &key, &signature_only(algorithm)).map_err(|error| {
                match error.kind() {
                    jsonwebtoken::errors::ErrorKind::InvalidSignature => SignatureError::BadSignature,
                    _ => SignatureError::Malformed,
                }
            })?;
        Ok(Self { typ: header.typ, claims: decoded.claims })
    }
}

/// The library checks algorithm and signature; the claims are checked here, against the injected clock.
fn signature_only(algorithm: IdTokenAlg) -> Validation {
    let mut validation = Validation::new(algorithm.algorithm());
    validation.required_spec_claims = HashSet::new();
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation
}

/// Seconds since 1970, with or without a fraction (RFC 7519, section 2).
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct NumericDate(f64);

impl NumericDate {
    /// Whether this time is over.
    pub(super) fn is_over(self, now: OffsetDateTime) -> bool {
        self.0 + LEEWAY <= seconds(now)
    }

    /// Whether this time is still to come.
    pub(super) fn is_to_come(self, now: OffsetDateTime) -> bool {
        self.0 - LEEWAY > seconds(now)
    }

    /// When the tolerance for this time ends, if it is a time at all.
    pub(super) fn with_leeway(self) -> Option<OffsetDateTime> {
        let after = time::Duration::checked_seconds_f64(self.0 + LEEWAY)?;
        OffsetDateTime::UNIX_EPOCH.checked_add(after)
    }
}

fn seconds(at: OffsetDateTime) -> f64 {
    (at - OffsetDateTime::UNIX_EPOCH).as_seconds_f64()
}

/// Whom a token is for.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    pub(super) fn has(&self, client: &str) -> bool {
        match self {
            Self::One(one) => one == client,
            Self::Many(many) => many.iter().any(|one| one == client),
        }
    }

    pub(super) fn is_several(&self) -> bool {
        matches!(self, Self::Many(many) if many.len() > 1)
    }
}
