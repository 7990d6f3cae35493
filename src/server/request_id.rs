//! The id of a request and its place in a trace, which calls of the tenant pass on. The app's own layer sets both.

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderMap, HeaderName, HeaderValue};

/// The id, and the context of [W3C Trace Context](https://www.w3.org/TR/trace-context/).
const HEADERS: [HeaderName; 2] = [HeaderName::from_static("x-request-id"), HeaderName::from_static("traceparent")];
/// Longer ones are not passed on.
const MAX_LENGTH: usize = 128;

/// Of each header the value, where the request has one.
type Values = [Option<HeaderValue>; 2];

tokio::task_local! {
    static CURRENT: Values;
}

/// Middleware that remembers the id of each request for as long as it is answered.
pub(super) async fn keep(request: Request, next: Next) -> Response {
    let value = |name| request.headers().get(name).filter(|value| value.len() <= MAX_LENGTH).cloned();
    CURRENT.scope(HEADERS.each_ref().map(value), next.run(request)).await
}

/// Names the request that is being answered in one that it causes.
pub(super) fn pass_on(headers: &mut HeaderMap) {
    let current = CURRENT.try_with(Clone::clone).unwrap_or_default();
    for (name, value) in HEADERS.into_iter().zip(current) {
        if let Some(value) = value {
            headers.insert(name, value);
        }
    }
}

/// A task of the request that is being answered.
pub(super) fn in_current<T>(task: impl Future<Output = T>) -> impl Future<Output = T> {
    CURRENT.scope(CURRENT.try_with(Clone::clone).unwrap_or_default(), task)
}
