//! Responses while the session store or the tenant does not answer: 503, and when to try again.

use super::no_js::is_plain_form;
use crate::outcome::ApiError;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header::RETRY_AFTER, request::Parts};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use tower_sessions::{session::Error, session_store};

const SECONDS: HeaderValue = HeaderValue::from_static("5");

/// In a request's extensions: who sent it is not known, as the store failed.
#[derive(Clone, Copy)]
pub(super) struct StoreFailed {
    /// Another try may help.
    is_temporary: bool,
}

impl From<&Error> for StoreFailed {
    fn from(error: &Error) -> Self {
        Self { is_temporary: matches!(error, Error::Store(session_store::Error::Backend(_))) }
    }
}

impl IntoResponse for StoreFailed {
    fn into_response(self) -> Response {
        if self.is_temporary {
            return later("The service is not available at the moment. Please try again.");
        }
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}

/// Says what is not available now.
pub(super) fn later(what: impl Into<String>) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, SECONDS)], what.into()).into_response()
}

/// The error of a server function. Leptos answers an error with 500, and a plain form with a page.
pub(super) fn api_error(error: &Error) -> ApiError {
    if !StoreFailed::from(error).is_temporary {
        return ApiError::ServerError;
    }
    let parts = use_context::<Parts>();
    if let Some(response) = use_context::<ResponseOptions>()
        && !parts.is_some_and(|parts| is_plain_form(&parts))
    {
        response.set_status(StatusCode::SERVICE_UNAVAILABLE);
        response.insert_header(RETRY_AFTER, SECONDS);
    }
    ApiError::TemporarilyUnavailable
}

#[cfg(test)]
mod tests {
    use super::super::{SessionListError, TokenError};
    use super::*;

    #[test]
    fn pages_of_an_app_ask_to_come_back_too() {
        for response in [TokenError::TenantUnavailable, TokenError::Store].map(IntoResponse::into_response) {
            assert_eq!((response.status().as_u16(), &response.headers()[RETRY_AFTER]), (503, &SECONDS));
        }
        let response = SessionListError::Store.into_response();
        assert_eq!((response.status().as_u16(), &response.headers()[RETRY_AFTER]), (503, &SECONDS));
    }
}
