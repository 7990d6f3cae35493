//! Counts and times the requests of a router, by route: a path itself would be a label that strangers choose.

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    middleware::{Next, from_fn, from_fn_with_state},
    response::Response,
};
use http::Method;
use metrics::{Unit, counter, describe_counter, describe_histogram, histogram};
use std::time::Instant;

const REQUESTS: &str = "passwordless_http_requests_total";
const SECONDS: &str = "passwordless_http_request_seconds";

/// Of responses of no route.
const FILE: &str = "(file)";
const NONE: &str = "(none)";

pub(crate) fn describe() {
    describe_counter!(REQUESTS, "HTTP requests, by part of the program, route, method and status");
    describe_histogram!(SECONDS, Unit::Seconds, "How long they took, until the head of the response");
}

/// Counts what this part of the program is asked.
pub(crate) fn observed(router: Router, part: &'static str) -> Router {
    router.layer(from_fn_with_state(part, measure))
}

/// Names the route of each response of this router, for [`observed`], which is further out.
pub(crate) fn with_names(router: Router) -> Router {
    router.layer(from_fn(name))
}

async fn name(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    if let Some(route) = route {
        response.extensions_mut().insert(route);
    }
    response
}

async fn measure(State(part): State<&'static str>, request: Request, next: Next) -> Response {
    let method = method(request.method());
    #[expect(clippy::disallowed_methods, reason = "how long the request takes in fact")]
    let began = Instant::now();
    let response = next.run(request).await;
    let (route, status) = (route(&response), response.status().as_u16().to_string());
    histogram!(SECONDS, "part" => part, "route" => route.clone(), "method" => method).record(began.elapsed());
    counter!(REQUESTS, "part" => part, "route" => route, "method" => method, "status" => status).increment(1);
    response
}

fn route(response: &Response) -> String {
    let nameless = if response.status().is_client_error() { NONE } else { FILE };
    response.extensions().get::<MatchedPath>().map_or(nameless, MatchedPath::as_str).to_owned()
}

/// Clients may send any word as a method.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
