//! Static files of the tenant's pages.

use axum::response::{IntoResponse, Response};
use http::header;

/// `GET /u/tenant.css`.
pub(crate) async fn stylesheet() -> Response {
    asset("text/css; charset=utf-8", include_str!("../pages/tenant.css"))
}

pub(super) fn asset(content_type: &'static str, text: &'static str) -> Response {
    let headers = [(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "public, max-age=300")];
    (headers, text).into_response()
}

/// `GET /lock-frame.js`: what the login page runs inside of a frame.
pub(crate) async fn lock_frame() -> Response {
    asset("text/javascript; charset=utf-8", include_str!("../pages/lock-frame.js"))
}
