//! The login page as a response: the document that the program renders, with its content security policy.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};

use super::{NO_STORE, PageError, form_target, policy_source};
use crate::{
    http::api_error::ApiError,
    login_page::{LoginPage, LoginView},
};

/// A rendered login page.
pub(crate) struct LoginDocument {
    html: String,
    policy: String,
}

impl LoginDocument {
    /// `redirect_uri` is where the login ends.
    pub(crate) async fn render(page: &dyn LoginPage, view: LoginView, redirect_uri: &str) -> Result<Self, PageError> {
        let policy = policy(&view, redirect_uri);
        let html = page.render(view).await.map_err(|_| PageError::Render)?;
        Ok(Self { html, policy })
    }
}

fn policy(view: &LoginView, redirect_uri: &str) -> String {
    let nonce = &view.nonce;
    let framed_logo = view.frame.as_ref().and_then(|frame| frame.logo.as_ref());
    let logos = view.branding.logo_url.iter().chain(framed_logo).map(|url| [" ", &policy_source(url)].concat());
    let ancestor = view.frame.as_ref().map_or("'none'", |frame| frame_ancestor(&frame.origin));
    [
        "default-src 'none'".to_owned(),
        format!("script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'"),
        format!("style-src 'self' 'nonce-{nonce}'"),
        logos.fold("img-src 'self' data:".to_owned(), |sources, logo| sources + &logo),
        "connect-src 'self'".to_owned(),
        format!("form-action 'self' {}", form_target(redirect_uri)),
        "base-uri 'none'".to_owned(),
        format!("frame-ancestors {ancestor}"),
    ]
    .join("; ")
}

/// An origin that a policy cannot name may not frame the page: its scheme would stand for every site.
fn frame_ancestor(origin: &str) -> &str {
    if origin.contains('[') { "'none'" } else { origin }
}

impl IntoResponse for LoginDocument {
    fn into_response(self) -> Response {
        let Ok(policy) = HeaderValue::try_from(self.policy) else { return ApiError::Internal.into_response() };
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::CACHE_CONTROL, NO_STORE),
            // Not `no-referrer`: with it browsers send `Origin: null` with the forms, which the guard against
            // cross-site requests could not tell from a stranger's.
            (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        ];
        (headers, self.html).into_response()
    }
}
