//! The algorithms that tokens are signed with, RFC 7518 section 3.1.

use jsonwebtoken::Algorithm;
use serde::Deserialize;

/// How the tokens of a client are signed: `jwt_configuration.alg` in a `tenant.yaml`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum SigningAlgorithm {
    /// RSA with SHA-256, which every client understands.
    #[default]
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA on P-256 with SHA-256: shorter tokens, which cost less to sign.
    #[serde(rename = "ES256")]
    Es256,
}

impl SigningAlgorithm {
    pub(crate) const ALL: [Self; 2] = [Self::Rs256, Self::Es256];

    /// Its `alg` in tokens and keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }
}

impl From<SigningAlgorithm> for Algorithm {
    fn from(algorithm: SigningAlgorithm) -> Self {
        match algorithm {
            SigningAlgorithm::Rs256 => Self::RS256,
            SigningAlgorithm::Es256 => Self::ES256,
        }
    }
}
