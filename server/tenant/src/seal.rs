//! Authenticated encryption of what browsers store for the tenant. The library has its own for its cookies; the two crates
//! share no code.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    digest::{SHA256, digest},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    entropy::{self, Entropy},
    error::BuildError,
};

/// AES-256-GCM with a random nonce for each text.
pub(crate) struct SealKey(LessSafeKey);

impl SealKey {
    /// From a secret of 256 random bits, which all instances share.
    pub(crate) fn of(secret: &SecretString) -> Result<Self, BuildError> {
        let bytes = digest(&SHA256, secret.expose_secret().as_bytes());
        let key = UnboundKey::new(&AES_256_GCM, bytes.as_ref()).map_err(|_| BuildError::SealKey)?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Encrypts a text for the cookie of this name, as base64url.
    pub(crate) fn seal(&self, cookie: &str, text: &[u8], entropy: &dyn Entropy) -> Option<String> {
        let nonce: [u8; NONCE_LEN] = entropy::bytes(entropy);
        let mut sealed = text.to_vec();
        let aad = Aad::from(cookie.as_bytes());
        self.0.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed).ok()?;
        Some(URL_SAFE_NO_PAD.encode([&nonce[..], sealed.as_slice()].concat()))
    }

    /// The text of the cookie of this name; `None` if this tenant did not encrypt it.
    pub(crate) fn open(&self, cookie: &str, value: &str) -> Option<Vec<u8>> {
        let mut bytes = URL_SAFE_NO_PAD.decode(value).ok()?;
        let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let text = self.0.open_in_place(nonce, Aad::from(cookie.as_bytes()), sealed).ok()?;
        Some(text.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    #[test]
    fn a_text_opens_under_its_own_name_and_key_only() -> Result<(), BuildError> {
        let (key, other) = (SealKey::of(&"a".into())?, SealKey::of(&"b".into())?);
        let sealed = key.seal("name", b"text", &SystemEntropy).unwrap_or_default();
        assert_eq!(key.open("name", &sealed).as_deref(), Some(&b"text"[..]));
        assert_eq!(key.open("another", &sealed), None);
        assert_eq!(other.open("name", &sealed), None);
        for broken in ["", "AAAA", &sealed[1..], &sealed[..sealed.len() - 2]] {
            assert_eq!(key.open("name", broken), None);
        }
        Ok(())
    }
}
