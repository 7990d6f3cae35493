//! Keys that the operator supplies, instead of those that the tenant generates and stores: the database alone then reveals
//! no key.

use std::fmt;

use rustls_pki_types::{PrivatePkcs8KeyDer, pem::PemObject};
use secrecy::{ExposeSecret, SecretString};

use super::signing_key::SigningKey;
use crate::error::BuildError;

/// Shortest secret for codes, in characters: 32 random bytes in base64url.
const MIN_OTP_KEY: usize = 43;

/// The operator's keys; none by default.
#[derive(Clone, Default)]
pub struct OperatorKeys {
    signing: Option<SecretString>,
    pub(crate) otp: Option<SecretString>,
}

impl OperatorKeys {
    /// `signing` is the RSA key that signs tokens, PKCS#8 in PEM; `code` is a secret that codes are hashed under, together
    /// with the rotating keys in the database.
    ///
    /// # Errors
    ///
    /// [`BuildError::SigningKey`] when `signing` is no PKCS#8 RSA key of 2048 to 8192 bits, [`BuildError::CodeKey`] when
    /// `code` has fewer than 43 characters, as many as 32 bytes have in base64url.
    pub fn new(signing: Option<SecretString>, code: Option<SecretString>) -> Result<Self, BuildError> {
        if code.as_ref().is_some_and(|code| code.expose_secret().trim().len() < MIN_OTP_KEY) {
            return Err(BuildError::CodeKey);
        }
        let keys = Self { signing, otp: code };
        keys.signing()?;
        Ok(keys)
    }

    /// Whether the operator supplies the signing key.
    pub fn has_signing_key(&self) -> bool {
        self.signing.is_some()
    }

    pub(crate) fn signing(&self) -> Result<Option<SigningKey>, BuildError> {
        let Some(pem) = &self.signing else { return Ok(None) };
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem.expose_secret().as_bytes());
        let der = der.map_err(|_| BuildError::SigningKey("it is not PKCS#8 in PEM (-----BEGIN PRIVATE KEY-----)"))?;
        SigningKey::from_pkcs8(der.secret_pkcs8_der()).map(Some)
    }
}

impl fmt::Debug for OperatorKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OperatorKeys")
            .field("signing", &self.signing.is_some())
            .field("otp", &self.otp.is_some())
            .finish()
    }
}
