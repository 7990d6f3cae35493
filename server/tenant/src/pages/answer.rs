//! Pages that pass a response to the application, never seen by users: OAuth 2.0 Form Post Response Mode, and `web_message`.

use aws_lc_rs::digest;
use axum::response::{IntoResponse, Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderValue, header};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::{Map, Value, json};
use url::Url;

use super::policy_source;
use crate::http::api_error::ApiError;

const SCRIPT: &str = include_str!("answer.js");

/// A form that sends itself to the application; without scripts there is a button.
pub(crate) fn form_post(url: &Url, members: &[(&'static str, String)]) -> Response {
    let body = html! {
        body {
            form method="post" action=(url) {
                @for (name, value) in members { input type="hidden" name=(name) value=(value); }
                noscript { button type="submit" { "Continue" } }
            }
            script { (PreEscaped(SCRIPT)) }
        }
    };
    page(&body, &format!("form-action {}; frame-ancestors 'none'", policy_source(url)))
}

/// A message to the page that opened this one or frames it, which must be of the application's origin.
pub(crate) fn web_message(url: &Url, members: Vec<(&'static str, String)>) -> Response {
    let origin = url.origin().ascii_serialization();
    let response: Map<String, Value> =
        members.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
    let message = json!({ "type": "authorization_response", "response": response });
    let body = html! {
        body data-target=(origin) data-message=(message) {
            script { (PreEscaped(SCRIPT)) }
        }
    };
    // Any page may frame it: the message goes to the application's origin only.
    page(&body, &format!("form-action 'none'; frame-ancestors {}", policy_source(url)))
}

fn page(body: &Markup, policy: &str) -> Response {
    let hash = STANDARD.encode(digest::digest(&digest::SHA256, SCRIPT.as_bytes()));
    let policy = format!("default-src 'none'; base-uri 'none'; script-src 'sha256-{hash}'; {policy}");
    let Ok(policy) = HeaderValue::try_from(policy) else { return ApiError::Internal.into_response() };
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { "Returning to the application" }
            }
            (body)
        }
    };
    // With a stricter policy browsers would send the form with `Origin: null`.
    let referrer = HeaderValue::from_static("strict-origin");
    ([(header::CONTENT_SECURITY_POLICY, policy), (header::REFERRER_POLICY, referrer)], markup).into_response()
}
