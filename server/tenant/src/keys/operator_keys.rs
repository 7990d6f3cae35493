//! Keys that the operator supplies, instead of those that the tenant generates and stores: the database alone then reveals
//! no key.

use std::fmt;

use rustls_pki_types::{PrivatePkcs8KeyDer, pem::PemObject};
use secrecy::{ExposeSecret, SecretString};

use super::{signing_algorithm::SigningAlgorithm, signing_key::SigningKey};
use crate::error::BuildError;

/// Shortest secret for codes, in characters: 32 random bytes in base64url.
const MIN_OTP_KEY: usize = 43;

const NOT_PEM: BuildError = BuildError::SigningKey("it is not PKCS#8 in PEM (-----BEGIN PRIVATE KEY-----)");

/// The operator's keys; none by default.
#[derive(Clone, Default)]
pub struct OperatorKeys {
    signing: Option<SecretString>,
    pub(crate) otp: Option<SecretString>,
}

impl OperatorKeys {
    /// `signing` are the keys that sign tokens, PKCS#8 in PEM: one of RSA, and one on P-256 where a client has ES256. `code`
    /// is a secret that codes are hashed under, together with the rotating keys in the database.
    ///
    /// # Errors
    ///
    /// [`BuildError::SigningKey`] when `signing` is no PKCS#8 RSA key of 2048 to 8192 bits, with or without a key on P-256;
    /// [`BuildError::CodeKey`] when `code` has fewer than 43 characters, as many as 32 bytes have in base64url.
    pub fn new(signing: Option<SecretString>, code: Option<SecretString>) -> Result<Self, BuildError> {
        if code.as_ref().is_some_and(|code| code.expose_secret().trim().len() < MIN_OTP_KEY) {
            return Err(BuildError::CodeKey);
        }
        let keys = Self { signing, otp: code };
        keys.signing()?;
        Ok(keys)
    }

    /// Whether the operator supplies the signing keys.
    pub fn has_signing_key(&self) -> bool {
        self.signing.is_some()
    }

    /// The keys that sign, one an algorithm; none where the tenant makes its own.
    pub(crate) fn signing(&self) -> Result<Vec<SigningKey>, BuildError> {
        let Some(pem) = &self.signing else { return Ok(Vec::new()) };
        let keys = PrivatePkcs8KeyDer::pem_slice_iter(pem.expose_secret().as_bytes()).map(|der| {
            let der = der.map_err(|_| NOT_PEM)?;
            either_key(der.secret_pkcs8_der())
        });
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        let count = |algorithm| keys.iter().filter(|key: &&SigningKey| key.public.algorithm == algorithm).count();
        match (count(SigningAlgorithm::Rs256), count(SigningAlgorithm::Es256)) {
            (1, 0 | 1) => Ok(keys),
            (0, 0) => Err(NOT_PEM),
            // OpenID Connect Discovery section 3: RS256 is for every issuer.
            (0, _) => Err(BuildError::SigningKey("the RSA key is missing")),
            _ => Err(BuildError::SigningKey("there is more than one of a kind")),
        }
    }
}

fn either_key(pkcs8: &[u8]) -> Result<SigningKey, BuildError> {
    let of = |algorithm| SigningKey::from_pkcs8(algorithm, pkcs8);
    of(SigningAlgorithm::Es256)
        .or_else(|_| of(SigningAlgorithm::Rs256))
        .map_err(|_| BuildError::SigningKey("it is neither a PKCS#8 RSA key nor one on P-256"))
}

impl fmt::Debug for OperatorKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OperatorKeys")
            .field("signing", &self.signing.is_some())
            .field("otp", &self.otp.is_some())
            .finish()
    }
}
