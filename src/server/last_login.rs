//! The number of a browser's last login, in an encrypted cookie; it is shown only masked.

use super::{AuthConfig, cookies, seal};
use crate::PhoneNumber;
use http::{HeaderMap, HeaderValue};
use time::Duration;

const LIFETIME: Duration = Duration::days(90);
const NAME: &str = "last_login";

/// The header that stores the number of an ID token in the browser; `None` if that is disabled or fails.
pub(super) fn remember(config: &AuthConfig, phone_number: Option<&str>) -> Option<HeaderValue> {
    if !config.remember_last_login {
        return None;
    }
    let (number, name) = (PhoneNumber::parse(phone_number?).ok()?, cookies::name(config, NAME));
    let value = seal::seal(config, &name, number.as_str().as_bytes()).ok()?;
    cookies::set(config, &name, &value, LIFETIME)
}

/// The stored number.
pub(super) fn remembered(config: &AuthConfig, headers: &HeaderMap) -> Option<PhoneNumber> {
    if !config.remember_last_login {
        return None;
    }
    let name = cookies::name(config, NAME);
    let number = seal::open(config, &name, cookies::value(headers, &name)?)?;
    PhoneNumber::parse(std::str::from_utf8(&number).ok()?).ok()
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
