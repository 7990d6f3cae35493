//! A name for each request: in the response, in every line of the log about it, and in the app's calls of the tenant.

use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use http::{HeaderName, HeaderValue};
use leptos_passwordless::server::TrustedProxies;
use passwordless_tenant::{Entropy, SystemEntropy};
use std::{fmt::Write, net::SocketAddr};
use tracing::{Instrument, Span, field::Empty};

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
const MAX_LENGTH: usize = 64;

/// The place of a request in a trace, <https://www.w3.org/TR/trace-context/>: of strangers it is not taken over either.
const TRACE_CONTEXT: [&str; 2] = ["traceparent", "tracestate"];

/// Names the requests of this router. Outside of all that changes the peer's address: the names of trusted proxies are
/// taken over. That of any other client is in the log too, but not as the request's own.
pub(crate) fn with_ids(router: Router, part: &'static str, proxies: TrustedProxies) -> Router {
    router.layer(from_fn_with_state((part, proxies), name))
}

async fn name(
    State((part, proxies)): State<(&'static str, TrustedProxies)>,
    mut request: Request,
    next: Next,
) -> Response {
    let claimed = request.headers().get(HEADER).filter(|id| is_plain(id)).cloned();
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let is_trusted = peer.is_some_and(|peer| proxies.trusts(peer));
    let (id, others) = match claimed {
        Some(id) if is_trusted => (id, None),
        others => (new_id(), others),
    };
    let span = span(part, &request, &id);
    if let Some(others) = others.as_ref().and_then(|others| others.to_str().ok()) {
        span.record("client_request_id", others);
    }
    let headers = request.headers_mut();
    headers.insert(HEADER, id.clone());
    if !is_trusted {
        for name in TRACE_CONTEXT {
            headers.remove(name);
        }
    }
    #[cfg(feature = "otel")]
    crate::telemetry::traces::join(&span, headers);
    let mut response = next.run(request).instrument(span.clone()).await;
    span.record("http.response.status_code", response.status().as_u16());
    if response.status().is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    response.headers_mut().insert(HEADER, id);
    response
}

/// Of the level of errors, so that it is there whatever is logged. The path is without its query, in which the callback's
/// code travels.
fn span(part: &'static str, request: &Request, id: &HeaderValue) -> Span {
    tracing::error_span!(
        // What asks in the same program has a span of its own, and is named by its id.
        parent: None,
        "request",
        otel.kind = "server",
        otel.status_code = Empty,
        part,
        method = %request.method(),
        path = request.uri().path(),
        request_id = id.to_str().unwrap_or_default(),
        client_request_id = Empty,
        http.response.status_code = Empty,
    )
}

/// Anything else could break the log's lines.
fn is_plain(id: &HeaderValue) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
    (1..=MAX_LENGTH).contains(&id.len()) && id.as_bytes().iter().all(is_plain)
}

fn new_id() -> HeaderValue {
    let mut bytes = [0; 16];
    SystemEntropy.fill(&mut bytes);
    let hex = bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    HeaderValue::try_from(hex).unwrap_or(HeaderValue::from_static("none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_short_and_of_plain_characters() {
        for (id, plain) in [
            ("a", true),
            ("0123456789abcdef0123456789abcdef", true),
            ("Root-1.2_3", true),
            ("", false),
            ("a b", false),
            ("a\"b", false),
            ("a=b", false),
            (&*"a".repeat(MAX_LENGTH), true),
            (&*"a".repeat(MAX_LENGTH + 1), false),
        ] {
            assert_eq!(HeaderValue::from_str(id).is_ok_and(|id| is_plain(&id)), plain, "{id}");
        }
    }

    #[test]
    fn no_two_are_the_same() {
        let (one, other) = (new_id(), new_id());
        assert!(one != other && one.len() == 32 && is_plain(&one));
    }
}
