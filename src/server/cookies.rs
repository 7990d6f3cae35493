//! Cookies of requests and responses (RFC 6265bis).

use super::AuthConfig;
use http::{HeaderMap, HeaderValue, header::COOKIE};
use time::Duration;
use tower_sessions::cookie::{Cookie, SameSite};

/// The name of a cookie: under https with the prefix that ties it to this host.
pub(super) fn name(config: &AuthConfig, name: &str) -> String {
    if config.is_https() { ["__Host-", name].concat() } else { name.to_owned() }
}

/// The names and values of a request's cookies. One of another app on the host that is not UTF-8 is skipped.
pub(super) fn of(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let pairs = headers.get_all(COOKIE).iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b';'));
    let texts = pairs.filter_map(|pair| std::str::from_utf8(pair).ok());
    texts.filter_map(|pair| pair.trim().split_once('='))
}

/// The value of a cookie.
pub(super) fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    of(headers).find(|(other, _)| *other == name).map(|(_, value)| value)
}

/// A header that sets a cookie, not readable by scripts. `Lax`, because the callback comes from the tenant's site.
pub(super) fn set(config: &AuthConfig, name: &str, value: &str, max_age: Duration) -> Option<HeaderValue> {
    let cookie = Cookie::build((name, value))
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(config.is_https())
        .path("/")
        .max_age(max_age);
    HeaderValue::from_str(&cookie.to_string()).ok()
}

/// A header that removes a cookie. It needs the attributes of the cookie, or browsers ignore it for `__Host-`.
pub(super) fn remove(config: &AuthConfig, name: &str) -> Option<HeaderValue> {
    set(config, name, "", Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_neighbours_cookie_spoils_no_other() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_bytes(b"a=\xff\xfe; session=1; b=caf\xc3\xa9; =; c").unwrap());
        headers.append(COOKIE, HeaderValue::from_static("last_login=2"));
        assert_eq!(value(&headers, "session"), Some("1"));
        assert_eq!(value(&headers, "last_login"), Some("2"));
        assert_eq!(value(&headers, "a"), None);
    }
}
