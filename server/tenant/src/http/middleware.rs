//! Middleware.

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
use tracing::Instrument;

use super::api_error::{ApiError, ErrorName};
use crate::{
    config::{Client, TenantConfig},
    pages::PageError,
};

/// Longer than the slowest sender: a gateway has 30 seconds.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(40);

/// Logs refused requests: without the query, which can contain a code, and without anything of the body.
pub(crate) async fn log_refusals(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let response = next.run(request).await;
    if let Some(ErrorName(error)) = response.extensions().get() {
        tracing::warn!(%method, path, status = response.status().as_u16(), error, "request refused");
    }
    response
}

/// Security headers: against MIME sniffing, framing, referrer leaks and downgrades to http.
///
/// No `Cross-Origin-Opener-Policy`: a page of an application may open the login page as a popup, which has to reach its
/// opener.
pub(crate) async fn security_headers(State(is_https): State<bool>, request: Request, next: Next) -> Response {
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

/// Responses with tokens, or that depend on a code, are not cached, RFC 6749 section 5.1.
pub(crate) async fn no_store(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

/// A GET here uses codes up, and signs users in or out; a HEAD must not, as link previews send them.
pub(crate) async fn ignore_head(request: Request, next: Next) -> Response {
    if request.method() == Method::HEAD { StatusCode::OK.into_response() } else { next.run(request).await }
}

/// Answers in a task of its own: what a handler waits for, the store above all, wakes the handler alone, and not each layer
/// around it. The task runs to its end, also if the client leaves.
pub(crate) async fn own_task(request: Request, next: Next) -> Response {
    match tokio::spawn(next.run(request).in_current_span()).await {
        Ok(response) => response,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => ApiError::Internal.into_response(),
        },
    }
}

pub(crate) async fn timeout(request: Request, next: Next) -> Response {
    match tokio::time::timeout(REQUEST_TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::Timeout.into_response(),
    }
}

/// The response after a panic.
pub(crate) fn handle_panic(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a request handler panicked");
    ApiError::Internal.into_response()
}

/// The response to a form that another site sent.
pub(crate) fn cross_site_form(_: ProtectionError) -> Response<Body> {
    PageError::CrossSite.into_response()
}

/// Pages of the clients' origins may call the API, with cookies, as auth0-js does.
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
