//! `GET /api/passwordless/state`: the state of a browser's login, for dialogs that the browser renders.

use super::page_context::PageContext;
use crate::props_codec::encode;
use axum::{
    Extension,
    extract::Query,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, Uri, header::CONTENT_TYPE};
use serde::Deserialize;

/// The end of its path.
pub(super) const STATE: &str = "/state";

#[derive(Deserialize)]
pub(super) struct Asked {
    /// Path and query of the page that the browser is on.
    #[serde(default)]
    page: String,
    /// The language whose texts and countries the browser has.
    #[serde(default)]
    language: String,
}

pub(super) async fn state(
    Extension(page): Extension<PageContext>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let page_of = asked.page.parse::<Uri>().ok().filter(|_| asked.page.starts_with('/'));
    let Some(of) = page_of else { return StatusCode::BAD_REQUEST.into_response() };
    let state = encode(page.state(&of, &headers, &asked.language));
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], state).into_response()
}
