//! The app as one service: files, pages, server functions, callback, and the layers around them.

use crate::{
    caching,
    config::{ConfigError, is_loopback},
    health,
    security_headers::{self, Policy},
    session_store::DatabaseSessions,
    site::Site,
};
use app::{App, shell};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use leptos::config::LeptosOptions;
use leptos_axum::{ErrorHandler, LeptosRoutes, generate_route_list};
use leptos_passwordless::server::{Auth, CurrentUser, TrustedProxies, TrustedProxiesLayer, install, require_login};
use sqlx::SqlitePool;
use std::time::Duration;
use tower_http::{
    catch_panic::CatchPanicLayer, csrf::CsrfLayer, normalize_path::NormalizePath, services::ServeDir,
    timeout::TimeoutLayer, trace::TraceLayer,
};
use tracing::Span;

/// Forms and arguments are small.
const MAX_BODY: usize = 16 * 1024;
/// Longer than the calls to the tenant may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Pages for the signed-in only.
const PRIVATE: &str = "/profile";
/// Shows every screen; for those who develop.
const GALLERY: &str = "/gallery";

/// Puts the app together.
pub(crate) fn build(
    auth: &Auth,
    sessions: DatabaseSessions,
    pool: SqlitePool,
    proxies: TrustedProxies,
    site: &Site,
) -> Result<Router, ConfigError> {
    let policy = Policy { tenant_origin: auth.config().tenant.origin().to_owned(), is_https: auth.config().is_https() };
    let app = install(pages(&site.leptos_options(), is_loopback(&auth.config().app_base_url)), auth, sessions)
        .merge(health::routes(pool));
    let router = files(site, app)
        .layer(csrf(auth)?)
        .layer(from_fn(caching::set))
        .layer(from_fn_with_state(policy, security_headers::set))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, TIMEOUT))
        .layer(TrustedProxiesLayer::new(proxies))
        .layer(CatchPanicLayer::new())
        .layer(TraceLayer::new_for_http().make_span_with(span));
    Ok(router)
}

/// Also behind a proxy that passes on another Host.
fn csrf(auth: &Auth) -> Result<CsrfLayer, ConfigError> {
    let origin = auth.config().app_base_url.origin().ascii_serialization();
    CsrfLayer::new().add_trusted_origin(origin).map_err(|_| ConfigError::NotAnOrigin("APP_BASE_URL"))
}

/// Pages and server functions.
fn pages(options: &LeptosOptions, is_development: bool) -> Router {
    let document = {
        let options = options.clone();
        move || shell(options.clone())
    };
    let not_found = ErrorHandler::new_with_context(security_headers::provide_nonce, shell, options.clone());
    Router::new()
        .leptos_routes_with_context(options, generate_route_list(App), security_headers::provide_nonce, document)
        .route_layer(from_fn(guard))
        .route_layer(from_fn_with_state(is_development, hide_gallery))
        .fallback_service(not_found)
        .with_state(options.clone())
}

/// All pages are mounted in one go, so the private ones are told by their path.
async fn guard(user: Option<CurrentUser>, request: Request, next: Next) -> Response {
    if is_below(PRIVATE, &request) { require_login(user, request, next).await } else { next.run(request).await }
}

fn is_below(root: &str, request: &Request) -> bool {
    request.uri().path().strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The gallery is there only where nobody but this machine reaches the app.
async fn hide_gallery(State(is_development): State<bool>, request: Request, next: Next) -> Response {
    if !is_development && is_below(GALLERY, &request) {
        StatusCode::NOT_FOUND.into_response()
    } else {
        next.run(request).await
    }
}

/// Files first; what is none is a page, with a slash at its end or without: routes and guards see it without.
fn files(site: &Site, app: Router) -> Router {
    let files = ServeDir::new(site.root())
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .call_fallback_on_method_not_allowed(true)
        .fallback(NormalizePath::trim_trailing_slash(app));
    Router::new().fallback_service(files)
}

/// The path without its query, in which the callback's code travels.
fn span(request: &Request) -> Span {
    tracing::info_span!("request", method = %request.method(), path = request.uri().path())
}
