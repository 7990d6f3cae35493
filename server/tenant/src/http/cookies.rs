//! The tenant's cookies: scripts cannot read them, and under https their names tie them to this host (RFC 6265bis).

use axum::response::{IntoResponseParts, ResponseParts};
use cookie::{Cookie, CookieBuilder, SameSite};
use http::{HeaderMap, HeaderValue, header};
use time::Duration;

use super::api_error::ApiError;
use crate::origin::{Origin, is_loopback};

/// How the tenant's cookies are named and set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CookiePolicy {
    is_https: bool,
    /// Browsers take `Secure` cookies from this machine without https too.
    is_secure: bool,
}

impl CookiePolicy {
    pub(crate) fn new(origin: &Origin) -> Self {
        let is_local = origin.url().is_some_and(|url| is_loopback(&url));
        Self { is_https: origin.is_https(), is_secure: origin.is_https() || is_local }
    }

    /// The name with the prefix that it has under https.
    pub(crate) fn full_name(self, name: &str) -> String {
        if self.is_https { format!("__Host-{name}") } else { name.to_owned() }
    }

    /// The value of a cookie in a request.
    pub(crate) fn read(self, headers: &HeaderMap, name: &str) -> Option<String> {
        let name = self.full_name(name);
        cookies(headers).into_iter().find(|cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned())
    }

    /// The full names and values of the cookies in a request whose names start with `prefix`.
    pub(crate) fn read_all(self, headers: &HeaderMap, prefix: &str) -> Vec<(String, String)> {
        let prefix = self.full_name(prefix);
        let named = cookies(headers).into_iter().filter(|cookie| cookie.name().starts_with(&prefix));
        named.map(|cookie| (cookie.name().to_owned(), cookie.value().to_owned())).collect()
    }

    /// A cookie that other sites' requests carry only for top-level navigation.
    pub(crate) fn set(self, name: &str, value: String, max_age_seconds: i64) -> Cookie<'static> {
        self.builder(self.full_name(name), value, max_age_seconds).same_site(SameSite::Lax).build()
    }

    /// A cookie in the response to a page of another site; browsers accept that under https only.
    pub(crate) fn set_cross_site(self, name: &str, value: String, max_age_seconds: i64) -> Cookie<'static> {
        let same_site = if self.is_https { SameSite::None } else { SameSite::Lax };
        self.builder(self.full_name(name), value, max_age_seconds).same_site(same_site).build()
    }

    /// A cookie for a page in another site's frame: browsers keep one for each site that frames the page.
    pub(crate) fn set_framed(self, name: &str, value: String, max_age_seconds: i64) -> Cookie<'static> {
        if !self.is_secure {
            return self.set(name, value, max_age_seconds);
        }
        let cookie = self.builder(self.full_name(name), value, max_age_seconds);
        cookie.secure(true).same_site(SameSite::None).partitioned(true).build()
    }

    /// Removes the cookie of this full name.
    pub(crate) fn remove(self, full_name: String) -> Cookie<'static> {
        self.builder(full_name, String::new(), 0).same_site(SameSite::Lax).build()
    }

    fn builder(self, full_name: String, value: String, max_age_seconds: i64) -> CookieBuilder<'static> {
        let max_age = Duration::seconds(max_age_seconds);
        Cookie::build((full_name, value)).path("/").http_only(true).secure(self.is_https).max_age(max_age)
    }
}

/// The cookies of a request. Others of the same host may contain any bytes.
fn cookies(headers: &HeaderMap) -> Vec<Cookie<'static>> {
    let lines = headers.get_all(header::COOKIE).iter().map(|line| String::from_utf8_lossy(line.as_bytes()));
    lines.flat_map(|line| Cookie::split_parse(line.into_owned()).filter_map(Result::ok).collect::<Vec<_>>()).collect()
}

/// The `Set-Cookie` headers of a response.
#[derive(Debug, Default)]
pub(crate) struct SetCookies(pub(crate) Vec<Cookie<'static>>);

impl From<Option<Cookie<'static>>> for SetCookies {
    fn from(cookie: Option<Cookie<'static>>) -> Self {
        Self(cookie.into_iter().collect())
    }
}

impl IntoResponseParts for SetCookies {
    type Error = ApiError;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, ApiError> {
        for cookie in self.0 {
            let line = HeaderValue::try_from(cookie.to_string()).map_err(|_| ApiError::Internal)?;
            parts.headers_mut().append(header::SET_COOKIE, line);
        }
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HTTP: CookiePolicy = CookiePolicy { is_https: false, is_secure: false };
    const HTTPS: CookiePolicy = CookiePolicy { is_https: true, is_secure: true };

    #[test]
    fn https_ties_the_cookie_to_the_host() {
        let cookie = HTTPS.set("a", "b".to_owned(), 9);
        assert_eq!(cookie.to_string(), "__Host-a=b; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=9");
    }

    #[test]
    fn read_finds_the_cookie_of_the_exact_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("aa=1; a=2=3"));
        headers.append(header::COOKIE, HeaderValue::from_static("b=4"));
        assert_eq!(HTTP.read(&headers, "a").as_deref(), Some("2=3"));
        assert_eq!(HTTP.read(&headers, "b").as_deref(), Some("4"));
        assert_eq!(HTTP.read(&headers, "c"), None);
    }

    #[test]
    fn read_ignores_the_bytes_of_other_cookies() -> Result<(), http::header::InvalidHeaderValue> {
        for line in [&b"z\xfc=\xe4; a=1"[..], b"a=1; name=M\xc3\xbcller", b" \xff ;a=1;", b"b; a=1"] {
            let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_bytes(line)?)]);
            assert_eq!(HTTP.read(&headers, "a").as_deref(), Some("1"));
        }
        Ok(())
    }
}
