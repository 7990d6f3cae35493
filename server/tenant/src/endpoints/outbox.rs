//! `/outbox`: the messages that would have been sent, for a developer.

use std::{convert::Infallible, sync::Arc};

use axum::{
    Json,
    extract::{Request, State},
    middleware::Next,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use http::{HeaderMap, StatusCode, header};
use tokio_stream::{Stream, StreamExt, wrappers::BroadcastStream};
use url::Url;

use super::assets::asset;
use crate::{
    http::{api_error::ApiError, params::QueryParams},
    origin::{Origin, is_loopback},
    pages::{NO_STORE, outbox as pages},
    sms::Outbox,
};

/// Middleware that accepts the tenant's own host name and loopback names only: by another name, pointed here by DNS
/// rebinding, a foreign page could read the codes.
pub(crate) async fn require_own_host(State(origin): State<Origin>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if host.is_some_and(|host| is_own(host, &origin)) {
        return next.run(request).await;
    }
    (StatusCode::MISDIRECTED_REQUEST, format!("The outbox is at {}\n", origin.at("/outbox"))).into_response()
}

fn is_own(host: &str, origin: &Origin) -> bool {
    let Ok(asked) = Url::parse(&format!("http://{host}/")) else { return false };
    is_loopback(&asked) || origin.url().is_some_and(|own| own.host() == asked.host())
}

/// `GET /outbox`: a page, or with `Accept: application/json` an array, newest first.
pub(crate) async fn get(State(outbox): State<Arc<Outbox>>, headers: HeaderMap) -> Response {
    let messages = outbox.newest_first();
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if accept.contains("application/json") {
        return ([(header::CACHE_CONTROL, NO_STORE)], Json(messages)).into_response();
    }
    pages::page(&messages).into_response()
}

/// `GET /outbox/events?after=N`: the messages after the `N`th, then each as it arrives.
pub(crate) async fn events(
    State(outbox): State<Arc<Outbox>>,
    headers: HeaderMap,
    QueryParams(params): QueryParams,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    // A browser that reconnects names the last event that it saw.
    let seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()).or(params.param("after")?);
    let (missed, arrivals) = outbox.since(seen.and_then(|number| number.parse().ok()).unwrap_or(0));
    let live = BroadcastStream::new(arrivals).filter_map(Result::ok);
    let events = tokio_stream::iter(missed).chain(live).map(|message| Ok(pages::event(&message)));
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

/// `GET /outbox.js`.
pub(crate) async fn script() -> Response {
    asset("text/javascript; charset=utf-8", include_str!("../pages/outbox.js"))
}
