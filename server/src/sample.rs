//! `/sample`: Auth0's tutorial page with the tenant's scripts, on loopback only, and the callback of its logins.

mod document;
mod tenant;

use crate::security_headers::source;
use axum::{
    Router,
    extract::{Query, State},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use document::{PageValues, Shown, callback_page, sample_page};
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, SET_COOKIE},
};
use leptos_passwordless::server::AuthConfig;
use serde::Deserialize;
use std::sync::Arc;
use tenant::Tenant;

pub(crate) use tenant::callback_url;

const PATH: &str = "/sample";
pub(crate) const CALLBACK: &str = "/sample/callback";
/// The `state` of this browser's logins, which the callback compares.
const STATE_COOKIE: &str = "sample_state";
/// 128 bits in hexadecimal.
const STATE_LENGTH: usize = 32;

/// What the page and its callback need.
#[derive(Clone, Debug)]
pub(crate) struct Sample(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    tenant: Tenant,
    callback_is_listed: bool,
    policy: HeaderValue,
}

/// What the tenant sends back.
#[derive(Debug, Deserialize)]
struct Answer {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

impl Sample {
    /// `None` if there can be no client for HTTP.
    pub(crate) fn new(config: &AuthConfig, callback_is_listed: bool) -> Option<Self> {
        let tenant = Tenant::new(config)?;
        let policy = HeaderValue::try_from(content_security_policy(source(tenant.origin()))).ok()?;
        Some(Self(Arc::new(Inner { tenant, callback_is_listed, policy })))
    }

    /// The page, its files and its callback.
    pub(crate) fn routes(self) -> Router {
        Router::new()
            .route(PATH, get(page))
            .route("/sample/sample.js", get(async || file("text/javascript; charset=utf-8", document::SCRIPT)))
            .route("/sample/sample.css", get(async || file("text/css; charset=utf-8", document::STYLES)))
            .route(CALLBACK, get(callback))
            .with_state(self)
    }

    fn html(&self, status: StatusCode, html: String) -> Response {
        let headers =
            [(CONTENT_SECURITY_POLICY, self.0.policy.clone()), (CACHE_CONTROL, HeaderValue::from_static("no-store"))];
        (status, headers, Html(html)).into_response()
    }
}

async fn page(State(sample): State<Sample>, headers: HeaderMap) -> Response {
    // A browser keeps its state, so that the page works in two tabs.
    let kept = state_of(&headers).map(str::to_owned);
    let Some(state) = kept.or_else(new_state) else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let Inner { tenant, callback_is_listed, .. } = &*sample.0;
    let authorize = tenant.authorize_url(&state);
    let values = PageValues {
        tenant: tenant.origin(),
        client_id: tenant.client_id(),
        callback: tenant.callback(),
        state: &state,
        authorize: &authorize,
        callback_is_listed: *callback_is_listed,
    };
    let html = sample_page(&values);
    (
        set_cookie(&format!("{STATE_COOKIE}={state}; Path={PATH}; HttpOnly; SameSite=Lax")),
        sample.html(StatusCode::OK, html),
    )
        .into_response()
}

async fn callback(State(sample): State<Sample>, headers: HeaderMap, Query(answer): Query<Answer>) -> Response {
    // First of all: what comes with another state is nobody's answer, its description included.
    if state_of(&headers).is_none_or(|own| answer.state.as_deref() != Some(own)) {
        return sample.html(StatusCode::BAD_REQUEST, callback_page(&Shown::OtherState));
    }
    let (status, shown) = match answer {
        Answer { code: Some(code), error: None, .. } => match sample.0.tenant.user_of(&code).await {
            Ok(user) => (StatusCode::OK, Shown::User(user)),
            Err(error) => (StatusCode::BAD_GATEWAY, Shown::Failure(error.to_string())),
        },
        Answer { error, error_description, .. } => {
            let words = error_description.or(error).unwrap_or_else(|| "The tenant sent no code.".to_owned());
            (StatusCode::BAD_REQUEST, Shown::Failure(words))
        }
    };
    let used_up = set_cookie(&format!("{STATE_COOKIE}=; Path={PATH}; HttpOnly; SameSite=Lax; Max-Age=0"));
    (used_up, sample.html(status, callback_page(&shown))).into_response()
}

fn file(content_type: &'static str, text: &'static str) -> Response {
    ([(CONTENT_TYPE, content_type), (CACHE_CONTROL, "no-cache")], text).into_response()
}

fn set_cookie(cookie: &str) -> [(HeaderName, String); 1] {
    [(SET_COOKIE, cookie.to_owned())]
}

/// The state in the cookie, if it can be one of ours.
fn state_of(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split("; ")).filter_map(|pair| pair.split_once('='));
    let state = pairs.find(|(name, _)| *name == STATE_COOKIE)?.1;
    (state.len() == STATE_LENGTH && state.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(state)
}

#[expect(clippy::disallowed_methods, reason = "a state, on which no rule depends")]
fn new_state() -> Option<String> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).ok()?;
    Some(format!("{:032x}", u128::from_be_bytes(bytes)))
}

fn content_security_policy(tenant: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' {tenant}; style-src 'self'; frame-src {tenant}; connect-src {tenant}; \
         img-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
}
