//! The one address that a login can end under: the tenant sends the browser back to it, where the cookies have to be.

use super::AuthConfig;
use axum::extract::Request;
use http::{
    HeaderMap, Method, Uri,
    header::{FORWARDED, HOST, ORIGIN, REFERER, VIA},
};
use std::net::IpAddr;
use url::{Host, Url};

/// Whether a request comes from a page of another origin than the app's, as far as the browser tells.
pub(super) fn is_foreign(config: &AuthConfig, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let from = text(ORIGIN).filter(|origin| *origin != "null").or_else(|| text(REFERER));
    let from = from.and_then(|url| Url::parse(url).ok());
    from.is_some_and(|from| from.origin() != config.app_base_url.origin())
}

/// The same page under the app's own address, where it was asked for under another name of this machine:
/// `http://127.0.0.1:3000` in place of `http://localhost:3000`.
///
/// Only on loopback and on the same port, and not through a proxy, which may pass on another name than the browser's.
pub(super) fn elsewhere(config: &AuthConfig, request: &Request) -> Option<String> {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    if !is_read || is_proxied(request.headers()) || !is_loopback(&config.app_base_url) {
        return None;
    }
    let host = request.headers().get(HOST)?.to_str().ok()?;
    let asked = Url::parse(&format!("{}://{host}/", config.app_base_url.scheme())).ok()?;
    let same_port = asked.port_or_known_default() == config.app_base_url.port_or_known_default();
    let is_other_name = asked.host() != config.app_base_url.host();
    (same_port && is_other_name && is_loopback(&asked)).then(|| config.address() + path(request.uri()))
}

fn path(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", |path| path.as_str())
}

fn is_proxied(headers: &HeaderMap) -> bool {
    headers.contains_key(FORWARDED)
        || headers.contains_key(VIA)
        || headers.keys().any(|name| name.as_str().starts_with("x-forwarded-"))
}

/// Whether a URL names this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}
