//! HTML pages, without inline style or script.

pub(crate) mod answer;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod outbox;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use maud::{DOCTYPE, Markup, html};
use url::{Host, Url};

use crate::{
    config::Client,
    error::{RETRY_AFTER_SECONDS, StoreError},
    http::api_error::{ApiError, ErrorName},
};

pub(crate) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// A page, with its content security policy.
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) title: String,
    pub(crate) body: Markup,
    /// Content security policy directives besides those that every page has.
    pub(crate) policy: String,
    /// Elements of the head besides those that every page has.
    pub(crate) head: Markup,
    /// Whether any page may show it in a frame.
    pub(crate) may_be_framed: bool,
}

impl Page {
    pub(crate) fn new(title: impl Into<String>, body: Markup) -> Self {
        Self {
            status: StatusCode::OK,
            title: title.into(),
            body,
            policy: String::new(),
            head: html! {},
            may_be_framed: false,
        }
    }

    fn markup(&self) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (self.title) }
                    link rel="icon" href="data:,";
                    link rel="stylesheet" href="/u/tenant.css";
                    (self.head)
                }
                body { main { (self.body) } }
            }
        }
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let ancestors = if self.may_be_framed { "*" } else { "'none'" };
        let policy = format!(
            "default-src 'none'; base-uri 'none'; frame-ancestors {ancestors}; img-src data:; style-src 'self'{}",
            self.policy
        );
        let Ok(policy) = HeaderValue::try_from(policy) else { return ApiError::Internal.into_response() };
        let headers = [
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::CACHE_CONTROL, NO_STORE),
            // Not `no-referrer`: with it browsers send `Origin: null` with the forms, which the guard against
            // cross-site requests could not tell from a stranger's.
            (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        ];
        (self.status, headers, self.markup()).into_response()
    }
}

/// A link back to the application, to start a new login.
#[derive(Debug)]
pub(crate) struct WayBack {
    application: String,
    url: String,
}

impl WayBack {
    /// To the client that the login was for, which was to get the answer at this address.
    pub(crate) fn to(client: &Client, redirect_uri: &str) -> Option<Self> {
        Some(Self { application: client.name.clone(), url: client.login_start(redirect_uri)? })
    }

    fn markup(&self) -> Markup {
        html! { p { a href=(self.url) { "Go back to " (self.application) } } }
    }
}

/// An error that the user sees, as the application cannot be told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PageError {
    #[error("Missing required parameter: {0}")]
    MissingParameter(&'static str),
    #[error("Unknown client: {0}")]
    UnknownClient(String),
    #[error("Callback URL mismatch.")]
    CallbackMismatch,
    #[error("This page may not show the login.")]
    OriginMismatch,
    #[error("The returnTo address is not one of the allowed logout URLs.")]
    ReturnToMismatch,
    #[error("The id_token_hint belongs to another client.")]
    LogoutHintMismatch,
    #[error("This login is over or has expired.")]
    LoginGone(Option<WayBack>),
    #[error("The form was not sent from this page.")]
    CrossSite,
    #[error("Something went wrong here.")]
    Store(#[from] StoreError),
    #[error("Something went wrong here.")]
    Render,
}

impl PageError {
    fn status(&self) -> StatusCode {
        match self {
            Self::UnknownClient(_) | Self::CallbackMismatch | Self::OriginMismatch | Self::CrossSite => {
                StatusCode::FORBIDDEN
            }
            Self::MissingParameter(_) | Self::ReturnToMismatch | Self::LogoutHintMismatch => StatusCode::BAD_REQUEST,
            Self::LoginGone(_) => StatusCode::GONE,
            Self::Store(error) if error.is_temporary() => StatusCode::SERVICE_UNAVAILABLE,
            Self::Store(_) | Self::Render => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::UnknownClient(_) => "unauthorized_client",
            Self::CallbackMismatch
            | Self::OriginMismatch
            | Self::ReturnToMismatch
            | Self::LogoutHintMismatch
            | Self::MissingParameter(_) => "invalid_request",
            Self::LoginGone(_) => "expired_login",
            Self::CrossSite => "cross_site_request",
            Self::Store(_) | Self::Render => "server_error",
        }
    }

    /// What to do next.
    fn advice(&self) -> &'static str {
        match self {
            Self::Store(_) | Self::Render => "Please try again in a moment.",
            Self::LoginGone(_) | Self::CrossSite => "Go back to the application and log in again.",
            _ => "The application that sent you here is not set up correctly. Please tell the people who run it.",
        }
    }

    fn way_back(&self) -> Option<&WayBack> {
        if let Self::LoginGone(way_back) = self { way_back.as_ref() } else { None }
    }
}

impl PageError {
    fn page(&self, more: &Markup) -> Page {
        let body = html! {
            h1 { "That did not work" }
            p.error role="alert" { (self) }
            p { (self.advice()) }
            @if let Some(way_back) = self.way_back() { (way_back.markup()) }
            (more)
        };
        Page { status: self.status(), ..Page::new("That did not work", body) }
    }

    fn respond(&self, page: Page) -> Response {
        if let Self::Store(error) = self {
            tracing::error!(%error, "the store failed");
        }
        let mut response = page.into_response();
        if response.status() == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER_SECONDS.into());
        }
        response.extensions_mut().insert(ErrorName(self.name()));
        response
    }

    /// The same in a frame: any page may show it, as it says nothing about a user and has nothing to press but "Close".
    pub(crate) fn in_frame(self) -> Response {
        let close = html! { button type="button" data-lock-close { "Close" } };
        let head = html! { script src="/lock-frame.js" data-error=(self.name()) defer {} };
        let policy = "; script-src 'self'".to_owned();
        self.respond(Page { head, policy, may_be_framed: true, ..self.page(&close) })
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        self.respond(self.page(&html! {}))
    }
}

/// Where the last form's redirect goes: Chromium holds redirects after a form post to `form-action` too.
fn form_target(redirect_uri: &str) -> String {
    Url::parse(redirect_uri).map(|url| policy_source(&url)).unwrap_or_default()
}

/// Where a URL leads, as a policy names it: its origin. For what a policy cannot name, the addresses of IPv6 and of apps on a
/// phone, it is the scheme; Chromium leaves a source that it cannot read out, and blocks the form.
fn policy_source(url: &Url) -> String {
    let origin = url.origin();
    let has_name = origin.is_tuple() && !matches!(url.host(), Some(Host::Ipv6(_)));
    if has_name { origin.ascii_serialization() } else { format!("{}:", url.scheme()) }
}
