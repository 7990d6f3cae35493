//! The outbox: for a developer, the messages that would have been sent.

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
use maud::{Markup, html};
use tokio_stream::{Stream, StreamExt, wrappers::BroadcastStream};
use url::{Host, Url};

use super::{NO_STORE, Page, asset};
use crate::{
    http::{api_error::ApiError, params::QueryFields},
    origin::Origin,
    sms::{Outbox, OutboxMessage},
};

/// Middleware that answers under the tenant's own name and those of this machine only. Under another name a page from
/// elsewhere, whose name was pointed here (DNS rebinding), could read the codes.
pub(crate) async fn under_own_names(State(origin): State<Origin>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if host.is_some_and(|host| is_own(host, &origin)) {
        return next.run(request).await;
    }
    (StatusCode::MISDIRECTED_REQUEST, format!("The outbox is at {}\n", origin.at("/outbox"))).into_response()
}

fn is_own(host: &str, origin: &Origin) -> bool {
    let Ok(asked) = Url::parse(&format!("http://{host}/")) else { return false };
    let is_loopback = match asked.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    is_loopback || origin.url().is_some_and(|own| own.host() == asked.host())
}

/// `GET /outbox`: a page, or with `Accept: application/json` an array, newest first.
pub(crate) async fn outbox(State(outbox): State<Arc<Outbox>>, headers: HeaderMap) -> Response {
    let messages = outbox.newest_first();
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if accept.contains("application/json") {
        return ([(header::CACHE_CONTROL, NO_STORE)], Json(messages)).into_response();
    }
    page(&messages).into_response()
}

fn page(messages: &[OutboxMessage]) -> Page {
    let last = messages.first().map_or(0, |message| message.number);
    let body = html! {
        h1 { "Outbox" }
        p { "No SMS provider is configured. Messages stay here, and each appears as it arrives." }
        p #empty hidden[!messages.is_empty()] { "No messages yet." }
        div role="log" aria-label="Messages, newest first" {
            ol #messages data-last=(last) {
                @for message in messages { (item(message)) }
            }
        }
    };
    let head = html! {
        script src="/outbox.js" defer {}
        noscript { meta http-equiv="refresh" content="3"; }
    };
    Page { policy: "; script-src 'self'; connect-src 'self'".to_owned(), head, ..Page::new("Outbox", body) }
}

fn item(message: &OutboxMessage) -> Markup {
    let at = time_of(message);
    html! {
        li {
            p.to { bdi { (message.to) } " " time datetime=(at) { (at) } }
            p { (message.body) }
            @if let Some(code) = code_in(&message.body) { p { code.code { (code) } } }
        }
    }
}

fn time_of(message: &OutboxMessage) -> String {
    let at = message.at.replace_nanosecond(0).unwrap_or(message.at);
    at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
}

/// The code in a message: its first run of at least four digits.
fn code_in(body: &str) -> Option<&str> {
    body.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() >= 4)
}

/// `GET /outbox/events?after=N`: the messages after the `N`th, then each as it arrives.
pub(crate) async fn events(
    State(outbox): State<Arc<Outbox>>,
    headers: HeaderMap,
    QueryFields(fields): QueryFields,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    // A browser that reconnects names the last event that it saw.
    let seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()).or(fields.param("after")?);
    let (missed, arrivals) = outbox.since(seen.and_then(|number| number.parse().ok()).unwrap_or(0));
    let live = BroadcastStream::new(arrivals).filter_map(Result::ok);
    let events = tokio_stream::iter(missed).chain(live).map(|message| Ok(event(&message)));
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

fn event(message: &OutboxMessage) -> Event {
    let html = item(message).into_string();
    Event::default().id(message.number.to_string()).data(html.replace('\n', "&#10;").replace('\r', ""))
}

/// `GET /outbox.js`.
pub(crate) async fn script() -> Response {
    asset("text/javascript; charset=utf-8", include_str!("outbox.js"))
}

#[cfg(test)]
mod tests {
    use super::code_in;

    #[test]
    fn the_code_is_found() {
        assert_eq!(code_in("Your verification code is: 123456 (Acme 2)"), Some("123456"));
        assert_eq!(code_in("No 12 code 345"), None);
    }
}
