//! How long browsers may keep an answer of the app.

use axum::{extract::Request, middleware::Next, response::Response};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};

/// 128 bits in base64, as `pack` and cargo-leptos put them into names.
const HASH_LENGTH: usize = 22;

/// Middleware that sets `Cache-Control`, where nobody else has.
pub(crate) async fn set(request: Request, next: Next) -> Response {
    let is_hashed = is_hashed(request.uri().path());
    let mut response = next.run(request).await;
    let caching = if !is_file(response.status(), response.headers()) {
        // Pages show who is signed in.
        "no-store"
    } else if is_hashed {
        "public, max-age=31536000, immutable"
    } else {
        // May be kept, if asked about each time.
        "no-cache"
    };
    response.headers_mut().entry(CACHE_CONTROL).or_insert(HeaderValue::from_static(caching));
    response
}

/// Pages are HTML, and never answered with 304.
fn is_file(status: StatusCode, headers: &HeaderMap) -> bool {
    let is_html = headers.get(CONTENT_TYPE).is_none_or(|kind| kind.as_bytes().starts_with(b"text/html"));
    status == StatusCode::NOT_MODIFIED || (status.is_success() && !is_html)
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
