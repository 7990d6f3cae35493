//! Keys that the operator keeps, in place of those that the tenant makes and keeps in its database: whoever reads the
//! database then has no key.

use std::fmt;

use rustls_pki_types::{PrivatePkcs8KeyDer, pem::PemObject};
use secrecy::{ExposeSecret, SecretString};

use super::signing_key::SigningKey;
use crate::error::BuildError;

/// Characters that a secret for codes has at least: 32 random bytes in base64url.
const MIN_CODE_KEY: usize = 43;

/// What the operator keeps; by default nothing.
#[derive(Clone, Default)]
pub struct OwnKeys {
    signing: Option<SecretString>,
    pub(crate) code: Option<SecretString>,
}

impl OwnKeys {
    /// `signing` is the RSA key that signs tokens, PKCS#8 in PEM; `code` is a secret that codes are hashed under, beside the
    /// key of the day in the database.
    ///
    /// # Errors
    ///
    /// [`BuildError::SigningKey`] when `signing` is no PKCS#8 RSA key of 2048 to 8192 bits, [`BuildError::CodeKey`] when
    /// `code` has fewer than 43 characters, as many as 32 bytes have in base64url.
    pub fn new(signing: Option<SecretString>, code: Option<SecretString>) -> Result<Self, BuildError> {
        if code.as_ref().is_some_and(|code| code.expose_secret().trim().len() < MIN_CODE_KEY) {
            return Err(BuildError::CodeKey);
        }
        let keys = Self { signing, code };
        keys.signing()?;
        Ok(keys)
    }

    /// Whether tokens are signed with a key of the operator's.
    pub fn signs(&self) -> bool {
        self.signing.is_some()
    }

    pub(crate) fn signing(&self) -> Result<Option<SigningKey>, BuildError> {
        let Some(pem) = &self.signing else { return Ok(None) };
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem.expose_secret().as_bytes());
        let der = der.map_err(|_| BuildError::SigningKey("it is not PKCS#8 in PEM (-----BEGIN PRIVATE KEY-----)"))?;
        SigningKey::from_pkcs8(der.secret_pkcs8_der()).map(Some)
    }
}

impl fmt::Debug for OwnKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnKeys").field("signing", &self.signing.is_some()).field("code", &self.code.is_some()).finish()
    }
}
