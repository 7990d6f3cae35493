//! Security headers of the app's responses.

use aws_lc_rs::rand;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS},
    request::Parts,
};
use leptos::{
    nonce::Nonce,
    prelude::{provide_context, use_context},
};
use std::sync::Arc;

/// The nonce of one answer's scripts and of the dialog's colour.
#[derive(Clone)]
struct CspNonce(Arc<str>);

/// The configuration that the headers depend on.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    /// Forms end there: Chromium checks `form-action` along the redirects of a form post.
    pub(crate) tenant_origin: String,
    pub(crate) is_https: bool,
}

/// Gives the page that is rendered the nonce of its answer.
pub(crate) fn provide_nonce() {
    let nonce = use_context::<Parts>().and_then(|parts| parts.extensions.get::<CspNonce>().cloned());
    if let Some(CspNonce(nonce)) = nonce {
        provide_context(Nonce::from_value(nonce));
    }
}

/// Middleware that sets the headers.
#[expect(clippy::disallowed_methods, reason = "a nonce, on which no rule depends")]
pub(crate) async fn set(State(policy): State<Policy>, mut request: Request, next: Next) -> Response {
    let mut bytes = [0; 16];
    if rand::fill(&mut bytes).is_err() {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let nonce: Arc<str> = STANDARD_NO_PAD.encode(bytes).into();
    request.extensions_mut().insert(CspNonce(nonce.clone()));
    let mut response = next.run(request).await;
    insert(response.headers_mut(), &policy, &nonce);
    response
}

fn insert(headers: &mut HeaderMap, policy: &Policy, nonce: &str) {
    if let Ok(csp) = HeaderValue::from_str(&content_security_policy(policy, nonce)) {
        // A page may have one of its own.
        headers.entry(CONTENT_SECURITY_POLICY).or_insert(csp);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Forms without JavaScript are sent back to their page by its address.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), otp-credentials=(self)"),
    );
    if policy.is_https {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000"));
    }
}

fn content_security_policy(policy: &Policy, nonce: &str) -> String {
    let tenant = source(&policy.tenant_origin);
    [
        "default-src 'none'",
        &format!("script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'"),
        &format!("style-src 'self' 'nonce-{nonce}'"),
        "img-src 'self'",
        "connect-src 'self'",
        &format!("form-action 'self' {tenant}"),
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
    .join("; ")
}

/// An origin as the policy can name it: an IPv6 address has no form there, and would be ignored, so its scheme has to do.
pub(crate) fn source(origin: &str) -> &str {
    origin.split_once("//[").map_or(origin, |(scheme, _)| scheme)
}
