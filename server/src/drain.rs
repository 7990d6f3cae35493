//! Reads what is left of a request's body before its response is sent.
//!
//! A connection that is closed with bytes unread is reset, and the response is lost with it: a proxy in front then reports a
//! bad gateway.

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::{
    future::poll_fn,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::timeout;

/// No form and no argument is larger, in bytes.
pub(crate) const MAX_BODY: usize = 16 * 1024;
/// How much is read to be thrown away, in bytes, and how long that may take.
const MAX_DRAINED: usize = 2 * 1024 * 1024;
const MAX_TIME: Duration = Duration::from_secs(5);

/// Sends the response after the body. Where too much of it is left, or the client waits to be told to send it, the connection
/// is closed.
pub(crate) async fn rest_of_body(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    if body.is_end_stream() {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let expects_continue = has_expectation(&parts.headers);
    if expects_continue && usize::try_from(body.size_hint().lower()).map_or(true, |length| length > MAX_BODY) {
        return closing(StatusCode::PAYLOAD_TOO_LARGE.into_response());
    }
    let rest = Rest::default();
    let tracked = Tracked { body: Some(body), is_begun: false, rest: rest.clone() };
    let response = next.run(Request::from_parts(parts, Body::new(tracked))).await;
    match rest.take() {
        Some(left) if left.is_begun || !expects_continue => {
            let is_done = timeout(MAX_TIME, drain(left.body)).await.unwrap_or(false);
            if is_done { response } else { closing(response) }
        }
        Some(_) => closing(response),
        None => response,
    }
}

fn has_expectation(headers: &HeaderMap) -> bool {
    headers.get(header::EXPECT).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
}

fn closing(mut response: Response) -> Response {
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// Whether the body was read to its end.
async fn drain(mut body: Body) -> bool {
    let mut left = MAX_DRAINED;
    loop {
        match poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
            None => return true,
            Some(Err(_)) => return false,
            Some(Ok(frame)) => {
                let length = frame.data_ref().map_or(0, Bytes::len);
                let Some(fewer) = left.checked_sub(length) else { return false };
                left = fewer;
            }
        }
    }
}

/// What a handler left of a body.
struct Left {
    body: Body,
    /// Whether any of it was asked for: that tells a client which waits to send it.
    is_begun: bool,
}

#[derive(Clone, Default)]
struct Rest(Arc<Mutex<Option<Left>>>);

impl Rest {
    fn put(&self, left: Left) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(left);
    }

    fn take(&self) -> Option<Left> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A body that is handed back when it is dropped before its end.
struct Tracked {
    body: Option<Body>,
    is_begun: bool,
    rest: Rest,
}

impl HttpBody for Tracked {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, axum::Error>>> {
        self.is_begun = true;
        self.body.as_mut().map_or(Poll::Ready(None), |body| Pin::new(body).poll_frame(context))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        self.body.as_ref().map(Body::size_hint).unwrap_or_default()
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        if let Some(body) = self.body.take().filter(|body| !body.is_end_stream()) {
            self.rest.put(Left { body, is_begun: self.is_begun });
        }
    }
}
