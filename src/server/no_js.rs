//! Responses to plain forms, which browsers submit without JavaScript.

use http::{
    HeaderValue, StatusCode,
    header::{ACCEPT, LOCATION},
    request::Parts,
};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// Sends a plain form on with 303 (See Other), which turns the POST into a GET; a call from the client is left alone.
pub(super) fn redirect(parts: &Parts, url: &str) {
    let (Some(response), Ok(location)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(url)) else { return };
    if is_plain_form(parts) {
        response.insert_header(LOCATION, location);
        response.set_status(StatusCode::SEE_OTHER);
    }
}

/// Answers a request that cannot be read with 400 instead of Leptos' 500.
pub(crate) fn bad_request() {
    let parts = use_context::<Parts>();
    if let Some(response) = use_context::<ResponseOptions>()
        && !parts.is_some_and(|parts| is_plain_form(&parts))
    {
        response.set_status(StatusCode::BAD_REQUEST);
    }
}

/// Whether a browser without JavaScript, or before hydration, posted it.
pub(super) fn is_plain_form(parts: &Parts) -> bool {
    let accept = parts.headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}
