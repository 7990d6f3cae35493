//! The number of a browser's last login, kept there in an encrypted cookie: nobody else can read it, and what is shown
//! of it is masked.

use super::{AuthConfig, request::cookie};
use crate::PhoneNumber;
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    error::Unspecified,
    hkdf::{HKDF_SHA256, Salt},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue};
use secrecy::ExposeSecret;
use time::Duration;
use tower_sessions::cookie::{Cookie, SameSite};

const LIFETIME: Duration = Duration::days(90);
const CONTEXT: &[u8] = b"leptos_passwordless last login";

/// The header that makes a browser remember the number that an ID token names; `None` where that is not wanted, or
/// cannot be done.
pub(super) fn remember(config: &AuthConfig, phone_number: Option<&str>) -> Option<HeaderValue> {
    if !config.remember_last_login {
        return None;
    }
    let number = PhoneNumber::parse(phone_number?).ok()?;
    let mut sealed = number.as_str().as_bytes().to_vec();
    let nonce = key(config).ok()?.seal_in_place_append_tag(Aad::from(CONTEXT), &mut sealed).ok()?;
    let value = URL_SAFE_NO_PAD.encode([nonce.as_ref(), sealed.as_slice()].concat());
    let cookie = Cookie::build((name(config), value))
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(config.is_https())
        .path("/")
        .max_age(LIFETIME);
    HeaderValue::from_str(&cookie.to_string()).ok()
}

/// The number that a browser remembers.
pub(super) fn remembered(config: &AuthConfig, headers: &HeaderMap) -> Option<PhoneNumber> {
    if !config.remember_last_login {
        return None;
    }
    open(config, &cookie(headers, name(config))?).ok()
}

fn open(config: &AuthConfig, value: &str) -> Result<PhoneNumber, Unspecified> {
    let mut bytes = URL_SAFE_NO_PAD.decode(value).map_err(|_| Unspecified)?;
    let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN).ok_or(Unspecified)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce)?;
    let number = key(config)?.open_in_place(nonce, Aad::from(CONTEXT), sealed)?;
    PhoneNumber::parse(std::str::from_utf8(number).map_err(|_| Unspecified)?).map_err(|_| Unspecified)
}

/// From the client secret, which every instance has and no browser.
fn key(config: &AuthConfig) -> Result<RandomizedNonceKey, Unspecified> {
    let secret = config.client_secret.expose_secret().as_bytes();
    let mut key = [0; 32];
    Salt::new(HKDF_SHA256, config.client_id.as_bytes())
        .extract(secret)
        .expand(&[CONTEXT], &AES_256_GCM)?
        .fill(&mut key)?;
    RandomizedNonceKey::new(&AES_256_GCM, &key)
}

fn name(config: &AuthConfig) -> &'static str {
    if config.is_https() { "__Host-last_login" } else { "last_login" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header::COOKIE;
    use proptest::prelude::*;

    fn config(remember: bool) -> AuthConfig {
        let mut config = AuthConfig::new(
            "https://app.example".parse().unwrap(),
            "demo.auth0.com".parse().unwrap(),
            "client".to_owned(),
            "secret".into(),
        );
        config.remember_last_login = remember;
        config
    }

    fn sent_back(header: &HeaderValue) -> HeaderMap {
        let pair = header.to_str().unwrap().split(';').next().unwrap().to_owned();
        HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(&format!("other=1; {pair}")).unwrap())])
    }

    #[test]
    fn a_browser_brings_back_what_it_was_given() {
        let number = PhoneNumber::parse("+14155552671").unwrap();
        let header = remember(&config(true), Some(number.as_str())).unwrap();
        let text = header.to_str().unwrap();
        assert!(text.contains("HttpOnly") && text.contains("Secure") && !text.contains("4155552671"));
        assert_eq!(remembered(&config(true), &sent_back(&header)), Some(number));
    }

    #[test]
    fn only_where_that_is_wanted() {
        let number = Some("+14155552671");
        assert_eq!(remember(&config(false), number), None);
        let header = remember(&config(true), number).unwrap();
        assert_eq!(remembered(&config(false), &sent_back(&header)), None);
    }

    #[test]
    fn another_secret_reads_nothing() {
        let header = remember(&config(true), Some("+14155552671")).unwrap();
        let mut other = config(true);
        other.client_secret = "another".into();
        assert_eq!(remembered(&other, &sent_back(&header)), None);
    }

    proptest! {
        #[test]
        fn what_was_made_up_is_no_number(value in "[A-Za-z0-9_-]{0,120}") {
            let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(&format!("__Host-last_login={value}")).unwrap())]);
            prop_assert_eq!(remembered(&config(true), &headers), None);
        }
    }
}
