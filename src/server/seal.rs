//! Texts that a browser or a session store keeps for the app, encrypted and authenticated (AES-256-GCM).
//!
//! Not `cookie::PrivateJar`, which brings a second implementation of AES-GCM besides that of aws-lc. The embedded tenant
//! has a `seal` of its own, on purpose: library and tenant share no types, only HTTP.

use super::AuthConfig;
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    error::Unspecified,
    hkdf::{HKDF_SHA256, Salt},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::ExposeSecret;

/// Encrypts a text, as base64url, for the cookie or the record of this name.
pub(super) fn seal(config: &AuthConfig, name: &str, text: &[u8]) -> Result<String, Unspecified> {
    let mut sealed = text.to_vec();
    let nonce = key(config)?.seal_in_place_append_tag(Aad::from(name), &mut sealed)?;
    Ok(URL_SAFE_NO_PAD.encode([nonce.as_ref(), sealed.as_slice()].concat()))
}

/// Decrypts the text of this name; `None` if it was not written by this app with its current secret.
pub(super) fn open(config: &AuthConfig, name: &str, value: &str) -> Option<Vec<u8>> {
    let mut bytes = URL_SAFE_NO_PAD.decode(value).ok()?;
    let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let text = key(config).ok()?.open_in_place(nonce, Aad::from(name), sealed).ok()?;
    Some(text.to_vec())
}

/// Derived from the client secret, which every instance of the app has.
fn key(config: &AuthConfig) -> Result<RandomizedNonceKey, Unspecified> {
    let secret = config.client_secret.expose_secret().as_bytes();
    let mut key = [0; 32];
    Salt::new(HKDF_SHA256, config.client_id.as_bytes())
        .extract(secret)
        .expand(&[b"leptos_passwordless cookies"], &AES_256_GCM)?
        .fill(&mut key)?;
    RandomizedNonceKey::new(&AES_256_GCM, &key)
}
