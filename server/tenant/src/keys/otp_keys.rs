//! The keys that one-time codes are hashed under. A new one takes over every day, or when an operator rotates it; earlier
//! ones are kept until the codes that they hashed have expired.

use std::fmt;

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};

use crate::otp::code::OneTimeCode;

/// The keys, which all instances share. Each reads them once a minute, and wherever a code is wrong by those that it has.
pub(crate) struct OtpKeys {
    newest: hmac::Key,
    before: Vec<hmac::Key>,
}

impl OtpKeys {
    pub(crate) fn new(newest: &SecretString, before: &[SecretString]) -> Self {
        let key = |secret: &SecretString| hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
        Self { newest: key(newest), before: before.iter().map(key).collect() }
    }

    /// The hash of a code, bound to this challenge.
    pub(crate) fn mac(&self, challenge_id: &str, code: &OneTimeCode) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.newest, &mac_input(challenge_id, code.expose())))
    }

    /// Whether one of the keys made this hash of this code for this challenge. Compares in constant time.
    pub(crate) fn verify(&self, challenge_id: &str, mac: &str, attempt: &str) -> bool {
        let Ok(mac) = URL_SAFE_NO_PAD.decode(mac) else { return false };
        let bytes = mac_input(challenge_id, attempt);
        [&self.newest].into_iter().chain(&self.before).any(|key| hmac::verify(key, &bytes, &mac).is_ok())
    }
}

impl fmt::Debug for OtpKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("OtpKeys(…)")
    }
}

fn mac_input(challenge_id: &str, code: &str) -> Vec<u8> {
    [challenge_id.as_bytes(), b"\0", code.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> OneTimeCode {
        OneTimeCode::from("123456")
    }

    #[test]
    fn hash_is_bound_to_challenge_code_and_key() {
        let keys = OtpKeys::new(&"one".into(), &[]);
        let mac = keys.mac("id", &code());
        assert!(keys.verify("id", &mac, "123456"));
        assert!(!keys.verify("other", &mac, "123456") && !keys.verify("id", &mac, "123457"));
        assert!(!OtpKeys::new(&"two".into(), &[]).verify("id", &mac, "123456"));
        assert!(!keys.verify("id", "", "123456") && !keys.verify("id", "no base64", "123456"));
    }

    #[test]
    fn newest_key_hashes_and_earlier_keys_verify() {
        let old = OtpKeys::new(&"one".into(), &[]).mac("id", &code());
        let keys = OtpKeys::new(&"three".into(), &["two".into(), "one".into()]);
        assert!(keys.verify("id", &old, "123456"));
        assert_eq!(keys.mac("id", &code()), OtpKeys::new(&"three".into(), &[]).mac("id", &code()));
    }
}
