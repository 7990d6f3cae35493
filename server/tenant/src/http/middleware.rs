//! What every request passes through.

use std::{any::Any, collections::BTreeSet, time::Duration};

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use tower_http::{
    cors::{AllowOrigin, CorsLayer},
    csrf::ProtectionError,
};

use super::api_error::{ApiError, ErrorName};
use crate::{
    config::{Client, TenantConfig},
    pages::PageError,
};

/// Longer than the slowest sender may take: a gateway has 30 seconds.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(40);

/// Says in the log what was refused: no query, as it can hold a code, and nothing that the request holds.
pub(crate) async fn log_refusals(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let response = next.run(request).await;
    if let Some(ErrorName(error)) = response.extensions().get() {
        tracing::warn!(%method, path, status = response.status().as_u16(), error, "request refused");
    }
    response
}

/// Headers that keep browsers from guessing types, framing, telling others where they were, and leaving https.
///
/// No `Cross-Origin-Opener-Policy`: a page of an application may open the login page as a popup, and has to be reached
/// from there.
pub(crate) async fn secure(State(is_https): State<bool>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), otp-credentials=(self)"),
    );
    if is_https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000"));
    }
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Answers that hold tokens or depend on a code are kept nowhere, RFC 6749 section 5.1.
pub(crate) async fn no_store(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

/// A GET here uses codes up, and signs people in or out; programs that look ahead with HEAD must not.
pub(crate) async fn head_does_nothing(request: Request, next: Next) -> Response {
    if request.method() == Method::HEAD { StatusCode::OK.into_response() } else { next.run(request).await }
}

pub(crate) async fn time_out(request: Request, next: Next) -> Response {
    match tokio::time::timeout(REQUEST_TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::Timeout.into_response(),
    }
}

/// A panic is a defect; the one who called gets an answer all the same.
pub(crate) fn panicked(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a request handler panicked");
    ApiError::Internal.into_response()
}

pub(crate) fn cross_site(_: ProtectionError) -> Response<Body> {
    PageError::CrossSite.into_response()
}

/// Pages of the clients' origins may call, with cookies, as auth0-js does; others get no permission.
pub(crate) fn cors(config: &TenantConfig) -> CorsLayer {
    let origins: BTreeSet<String> = config.clients().iter().flat_map(Client::origins).collect();
    let allowed = AllowOrigin::predicate(move |origin, _| origin.to_str().is_ok_and(|origin| origins.contains(origin)));
    CorsLayer::new()
        .allow_origin(allowed)
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::OPTIONS])
        .allow_headers([
            header::CONTENT_TYPE,
            header::AUTHORIZATION,
            HeaderName::from_static("auth0-client"),
            HeaderName::from_static("x-request-language"),
            HeaderName::from_static("dpop"),
        ])
        .expose_headers(
            ["retry-after", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"]
                .map(HeaderName::from_static),
        )
        .max_age(Duration::from_mins(10))
}
