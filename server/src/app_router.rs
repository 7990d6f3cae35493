//! The app as one service: files, pages, server functions, callback, and the layers around them.

use crate::{
    caching, drain,
    health::{self, Readiness},
    observed::with_names,
    sample::Sample,
    security_headers::{self, Policy},
    session_store::DatabaseSessions,
    site::Site,
};
use app::{App, HomeLinks, not_found, shell};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    middleware::{from_fn, from_fn_with_state},
};
use http::StatusCode;
use leptos::{
    config::LeptosOptions,
    prelude::{provide_context, use_context},
};
use leptos_axum::{
    AxumRouteListing, LeptosRoutes, ResponseOptions, generate_route_list, render_app_async_with_context,
};
use leptos_passwordless::server::{Auth, Setup, TrustedProxies, TrustedProxiesLayer, is_loopback, require_login_below};
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

/// What there is for a developer, beside the app.
#[derive(Debug, Default)]
pub(crate) struct Extras {
    /// The URL of the embedded tenant's outbox.
    pub(crate) outbox: Option<String>,
    pub(crate) sample: Option<Sample>,
}

/// Puts the app together.
pub(crate) fn build(
    auth: &Auth,
    sessions: DatabaseSessions,
    readiness: Readiness,
    proxies: TrustedProxies,
    site: &Site,
    extras: Extras,
) -> Router {
    let policy = Policy { tenant_origin: auth.config().tenant.origin().to_owned(), is_https: auth.config().is_https() };
    let links = HomeLinks {
        outbox: extras.outbox,
        sample: extras.sample.is_some(),
        gallery: is_loopback(&auth.config().app_base_url),
    };
    let app = Setup::new(auth)
        .sessions(sessions.clone())
        .list_sessions(sessions)
        .install(with_names(pages(&site.leptos_options(), links)))
        .merge(with_names(health::routes(readiness)))
        .merge(with_names(extras.sample.map(Sample::routes).unwrap_or_default()));
    // The outermost first. As one layer: axum boxes each by itself, and copies all boxes below it for each request.
    files(site, app).layer((
        TraceLayer::new_for_http().make_span_with(|_: &Request| Span::current()),
        CatchPanicLayer::new(),
        TrustedProxiesLayer::new(proxies),
        TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, TIMEOUT),
        DefaultBodyLimit::max(drain::MAX_BODY),
        from_fn_with_state(policy, security_headers::set),
    ))
}

/// Pages and server functions. The not-found page is the same for every path.
fn pages(options: &LeptosOptions, links: HomeLinks) -> Router {
    let routes = routes(links.gallery);
    let provide = move || {
        security_headers::provide_nonce();
        provide_context(links.clone());
    };
    let page = {
        let options = options.clone();
        move || shell(options.clone())
    };
    let nothing = {
        let options = options.clone();
        move || not_found(options.clone())
    };
    Router::new()
        .leptos_routes_with_context(options, routes, provide, page)
        .fallback(render_app_async_with_context(at_nothing, nothing))
        .layer(require_login_below([PRIVATE]))
        .with_state(options.clone())
}

/// The gallery is served only on loopback.
fn routes(with_gallery: bool) -> Vec<AxumRouteListing> {
    let mut routes = generate_route_list(App);
    routes.retain(|route| with_gallery || !route.path().starts_with(GALLERY));
    routes
}

/// Sets status 404 for the not-found page.
fn at_nothing() {
    security_headers::provide_nonce();
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(StatusCode::NOT_FOUND);
    }
}

/// Files first; what is none is a page, with a slash at its end or without: routes and guards see it without. Looking for a
/// file takes several threads, so it is done only where the site has one, or a folder.
fn files(site: &Site, app: Router) -> Router {
    let pages = NormalizePath::trim_trailing_slash(app.layer(from_fn(caching::nothing)));
    let files = ServeDir::new(site.root())
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .call_fallback_on_method_not_allowed(true)
        .fallback(pages.clone());
    let paths = site.paths().iter().flat_map(|path| [path.clone(), format!("{path}/{{*file}}")]);
    let files = paths.fold(Router::new(), |router, path| router.route_service(&path, files.clone()));
    files.layer(from_fn(caching::files)).fallback_service(pages)
}
