//! Cache headers of the app's responses.

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderValue, StatusCode, header::CACHE_CONTROL};

/// 128 bits in base64, as `pack` and cargo-leptos put them into names.
const HASH_LENGTH: usize = 22;
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Middleware for all responses but files: they depend on the user, or on the login in progress.
pub(crate) async fn nothing(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().entry(CACHE_CONTROL).or_insert(NO_STORE);
    response
}

/// Middleware for the rest.
pub(crate) async fn files(request: Request, next: Next) -> Response {
    let is_hashed = is_hashed(request.uri().path());
    let mut response = next.run(request).await;
    let is_there = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    let caching = match (is_there, is_hashed) {
        (false, _) => NO_STORE,
        (true, true) => HeaderValue::from_static("public, max-age=31536000, immutable"),
        // Cached, but revalidated each time.
        (true, false) => HeaderValue::from_static("no-cache"),
    };
    response.headers_mut().entry(CACHE_CONTROL).or_insert(caching);
    response
}

/// Whether a path names its content: `/pkg/client.<hash>.js`.
fn is_hashed(path: &str) -> bool {
    let hash = || path.strip_prefix("/pkg/")?.split('.').nth(1);
    hash().is_some_and(|hash| {
        hash.len() == HASH_LENGTH && hash.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_hash_below_pkg_are_for_ever() {
        assert!(is_hashed("/pkg/client.SgDL2_hWVt-EvMqc4uPqGQ.css"));
        assert!(is_hashed("/pkg/client.SgDL2_hWVt-EvMqc4uPqGQ.wasm"));
        for other in [
            "/client.SgDL2_hWVt-EvMqc4uPqGQ.css",
            "/pkg/client.css",
            "/pkg/client_bg.wasm",
            "/pkg/client.SgDL2_hWVt-EvMqc4uPqG.css",
            "/pkg/client.SgDL2/hWVt/EvMqc4uPqGQ.css",
            "/pkg/",
            "/",
        ] {
            assert!(!is_hashed(other), "{other}");
        }
    }
}
