//! The server keys under which codes are hashed. A new one takes over once a day, and when an operator says so; those
//! before it stay as long as a code that they sealed may live.

use std::fmt;

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use time::OffsetDateTime;

use super::rotation::KeyState;
use crate::{
    clock::{Clock, Millis},
    config::LONGEST_CODE_SECONDS,
    entropy::{self, SystemEntropy},
    error::StoreError,
    otp::challenge::OneTimeCode,
    store::{Pool, Store},
};

/// How long a key seals codes.
const DAY_SECONDS: i64 = 24 * 60 * 60;

/// How long a key stays after another one took over: until the last code that it sealed is over.
pub(crate) const RETIRED_SECONDS: i64 = LONGEST_CODE_SECONDS;

/// The keys, read from the store whenever they are needed, so that all instances have the same ones at once.
pub(crate) struct CodeKeys {
    newest: hmac::Key,
    before: Vec<hmac::Key>,
}

impl CodeKeys {
    pub(crate) fn new(newest: &SecretString, before: &[SecretString]) -> Self {
        let key = |secret: &SecretString| hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
        Self { newest: key(newest), before: before.iter().map(key).collect() }
    }

    /// The hash that is kept of a code; it is good for this challenge only.
    pub(crate) fn seal(&self, challenge_id: &str, code: &OneTimeCode) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.newest, &sealed_bytes(challenge_id, code.expose())))
    }

    /// Whether one of the keys made this hash of this code, for this challenge. Compares in constant time.
    pub(crate) fn fits(&self, challenge_id: &str, mac: &str, attempt: &str) -> bool {
        let Ok(mac) = URL_SAFE_NO_PAD.decode(mac) else { return false };
        let bytes = sealed_bytes(challenge_id, attempt);
        [&self.newest].into_iter().chain(&self.before).any(|key| hmac::verify(key, &bytes, &mac).is_ok())
    }
}

impl fmt::Debug for CodeKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CodeKeys(…)")
    }
}

fn sealed_bytes(challenge_id: &str, code: &str) -> Vec<u8> {
    [challenge_id.as_bytes(), b"\0", code.as_bytes()].concat()
}

/// A key that codes are hashed under, for an operator; it has no name, and itself it is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeKeyInfo {
    /// [`KeyState::Current`], or [`KeyState::Retired`] while codes may live that it sealed.
    pub state: KeyState,
    /// Since when it does, or no longer does, seal codes.
    pub since: OffsetDateTime,
}

/// The keys that codes are hashed under, the current one first.
///
/// # Errors
///
/// When the store cannot be used.
pub async fn code_keys(pool: &Pool) -> Result<Vec<CodeKeyInfo>, StoreError> {
    let taken_over = Store::open(pool.clone()).await?.code_key_times().await?;
    let mut keys = Vec::new();
    for (index, since) in taken_over.iter().enumerate() {
        // A key is retired since the one after it took over.
        let (state, since) = match index.checked_sub(1).and_then(|newer| taken_over.get(newer)) {
            None => (KeyState::Current, since),
            Some(successor) => (KeyState::Retired, successor),
        };
        let since =
            OffsetDateTime::from_unix_timestamp(since.seconds()).map_err(|_| StoreError::Malformed("code key"))?;
        keys.push(CodeKeyInfo { state, since });
    }
    Ok(keys)
}

/// Has a new key take over at once, in all instances; codes under way stay good.
///
/// # Errors
///
/// When the store cannot be used.
pub async fn rotate_code_key(pool: &Pool, clock: &dyn Clock) -> Result<Vec<CodeKeyInfo>, StoreError> {
    let store = Store::open(pool.clone()).await?;
    store.put_code_key(&entropy::token(&SystemEntropy).into(), Millis::of(clock)).await?;
    code_keys(pool).await
}

/// Makes the first key, and a new one where the newest is a day old.
pub(crate) async fn renew(store: &Store, now: Millis) -> Result<(), StoreError> {
    let newest = store.code_key_times().await?.first().copied();
    if newest.is_none_or(|since| now >= since.plus_seconds(DAY_SECONDS)) {
        store.put_code_key(&entropy::token(&SystemEntropy).into(), now).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> OneTimeCode {
        OneTimeCode::from("123456")
    }

    #[test]
    fn a_hash_is_good_for_its_challenge_its_code_and_under_its_key_only() {
        let keys = CodeKeys::new(&"one".into(), &[]);
        let mac = keys.seal("id", &code());
        assert!(keys.fits("id", &mac, "123456"));
        assert!(!keys.fits("other", &mac, "123456") && !keys.fits("id", &mac, "123457"));
        assert!(!CodeKeys::new(&"two".into(), &[]).fits("id", &mac, "123456"));
        assert!(!keys.fits("id", "", "123456") && !keys.fits("id", "no base64", "123456"));
    }

    #[test]
    fn the_newest_key_seals_and_those_before_are_known() {
        let old = CodeKeys::new(&"one".into(), &[]).seal("id", &code());
        let keys = CodeKeys::new(&"three".into(), &["two".into(), "one".into()]);
        assert!(keys.fits("id", &old, "123456"));
        assert_eq!(keys.seal("id", &code()), CodeKeys::new(&"three".into(), &[]).seal("id", &code()));
    }
}
