//! The one address where a login can end: the tenant sends the browser back to it, and the cookies must be there.

use super::AuthConfig;
use axum::extract::Request;
use http::{
    HeaderMap, HeaderName, Method, Uri,
    header::{FORWARDED, HOST, ORIGIN, REFERER, VIA},
};
use std::net::IpAddr;
use url::{Host, Position, Url};

/// Whether the browser names another origin than the app's as that of the form.
pub(super) fn is_foreign_form(config: &AuthConfig, headers: &HeaderMap) -> bool {
    url(headers, ORIGIN).is_some_and(|from| from.origin() != config.app_base_url.origin())
}

/// Whether a link was followed on a page that this server serves under another origin than the app's.
pub(super) fn is_foreign_link(config: &AuthConfig, headers: &HeaderMap) -> bool {
    let Some(from) = url(headers, REFERER) else { return false };
    let is_ours = text(headers, HOST).is_some_and(|host| *host == from[Position::BeforeHost..Position::AfterPort]);
    is_ours && from.origin() != config.app_base_url.origin()
}

fn url(headers: &HeaderMap, name: HeaderName) -> Option<Url> {
    Url::parse(text(headers, name)?).ok()
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// The same page under the app's own address, if it was requested under another name of this machine:
/// `http://127.0.0.1:3000` in place of `http://localhost:3000`.
///
/// Only on loopback and on the same port, and not through a proxy, whose Host may differ from the browser's.
pub(super) fn elsewhere(config: &AuthConfig, request: &Request) -> Option<String> {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    if !is_read || is_proxied(request.headers()) || !is_loopback(&config.app_base_url) {
        return None;
    }
    let host = text(request.headers(), HOST)?;
    let asked = Url::parse(&format!("{}://{host}/", config.app_base_url.scheme())).ok()?;
    let same_port = asked.port_or_known_default() == config.app_base_url.port_or_known_default();
    let is_other_name = asked.host() != config.app_base_url.host();
    (same_port && is_other_name && is_loopback(&asked))
        .then(|| config.address() + config.below_base(path(request.uri())))
}

fn path(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", |path| path.as_str())
}

fn is_proxied(headers: &HeaderMap) -> bool {
    headers.contains_key(FORWARDED)
        || headers.contains_key(VIA)
        || headers.keys().any(|name| name.as_str().starts_with("x-forwarded-"))
}

/// Whether a URL names this machine: `localhost`, a name below it, or a loopback address. The embedded tenant has the same
/// rule in code of its own, on purpose: library and tenant share nothing but HTTP.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}
