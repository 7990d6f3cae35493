//! The id of a request, which calls of the tenant pass on. The app's own layer sets it.

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderName, HeaderValue};

pub(super) const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Longer ones are not passed on.
const MAX_LENGTH: usize = 128;

tokio::task_local! {
    static ID: Option<HeaderValue>;
}

/// Middleware that remembers the id of each request for as long as it is answered.
pub(super) async fn keep(request: Request, next: Next) -> Response {
    let id = request.headers().get(HEADER).filter(|id| id.len() <= MAX_LENGTH).cloned();
    ID.scope(id, next.run(request)).await
}

/// The id of the request that is being answered, if it has one.
pub(super) fn current() -> Option<HeaderValue> {
    ID.try_with(Clone::clone).ok().flatten()
}

/// A task of the request that is being answered.
pub(super) fn in_current<T>(task: impl Future<Output = T>) -> impl Future<Output = T> {
    ID.scope(current(), task)
}
