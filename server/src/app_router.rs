//! The app as one service: files, pages, server functions, callback, and the layers around them.

use crate::{
    caching, drain, health,
    sample::Sample,
    security_headers::{self, Policy},
    session_store::DatabaseSessions,
    site::Site,
};
use app::{App, not_found, shell};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    middleware::{from_fn, from_fn_with_state},
};
use http::StatusCode;
use leptos::{config::LeptosOptions, prelude::use_context};
use leptos_axum::{
    AxumRouteListing, LeptosRoutes, ResponseOptions, generate_route_list, render_app_async_with_context,
};
use leptos_passwordless::server::{
    Auth, TrustedProxies, TrustedProxiesLayer, install, is_loopback, require_login_below,
};
use sqlx::SqlitePool;
use std::time::Duration;
use tower_http::{
    catch_panic::CatchPanicLayer, normalize_path::NormalizePath, services::ServeDir, timeout::TimeoutLayer,
    trace::TraceLayer,
};
use tracing::Span;

/// Longer than the calls to the tenant may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Pages for the signed-in only.
const PRIVATE: &str = "/profile";
/// Shows every screen, for development.
const GALLERY: &str = "/gallery";

/// Puts the app together.
pub(crate) fn build(
    auth: &Auth,
    sessions: DatabaseSessions,
    pool: SqlitePool,
    proxies: TrustedProxies,
    site: &Site,
    sample: Option<Sample>,
) -> Router {
    let policy = Policy { tenant_origin: auth.config().tenant.origin().to_owned(), is_https: auth.config().is_https() };
    let app = install(pages(&site.leptos_options(), is_loopback(&auth.config().app_base_url)), auth, sessions)
        .merge(health::routes(pool))
        .merge(sample.map(Sample::routes).unwrap_or_default());
    files(site, app)
        .layer(from_fn(caching::files))
        .layer(from_fn_with_state(policy, security_headers::set))
        .layer(DefaultBodyLimit::max(drain::MAX_BODY))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, TIMEOUT))
        .layer(TrustedProxiesLayer::new(proxies))
        .layer(CatchPanicLayer::new())
        .layer(TraceLayer::new_for_http().make_span_with(span))
}

/// Pages and server functions. The not-found page is the same for every path.
fn pages(options: &LeptosOptions, is_development: bool) -> Router {
    let page = {
        let options = options.clone();
        move || shell(options.clone())
    };
    let nothing = {
        let options = options.clone();
        move || not_found(options.clone())
    };
    Router::new()
        .leptos_routes_with_context(options, routes(is_development), security_headers::provide_nonce, page)
        .fallback(render_app_async_with_context(at_nothing, nothing))
        .layer(require_login_below([PRIVATE]))
        .with_state(options.clone())
}

/// The gallery is served only on loopback.
fn routes(is_development: bool) -> Vec<AxumRouteListing> {
    let mut routes = generate_route_list(App);
    routes.retain(|route| is_development || !route.path().starts_with(GALLERY));
    routes
}

/// Sets status 404 for the not-found page.
fn at_nothing() {
    security_headers::provide_nonce();
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(StatusCode::NOT_FOUND);
    }
}

/// Files first; what is none is a page, with a slash at its end or without: routes and guards see it without.
fn files(site: &Site, app: Router) -> Router {
    let files = ServeDir::new(site.root())
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .call_fallback_on_method_not_allowed(true)
        .fallback(NormalizePath::trim_trailing_slash(app.layer(from_fn(caching::nothing))));
    Router::new().fallback_service(files)
}

/// The path without its query, in which the callback's code travels.
fn span(request: &Request) -> Span {
    tracing::info_span!("request", method = %request.method(), path = request.uri().path())
}
