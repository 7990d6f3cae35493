//! Adds the login to the routes of an app.

use super::{
    Auth, AuthConfig, backchannel_logout, callback, end_session,
    end_sessions::{EndSessions, SessionEnder},
    page_context,
    paths::Paths,
    personal::Personal,
    request_id, session,
    session::Sessions,
    session_list::{ListSessions, SessionLister},
    state,
};
use crate::{
    lock::{LOCK_CSS, styles},
    paths::{API_PATH, RESEND, START, VERIFY},
};
use axum::{
    Extension, Router,
    body::Body,
    extract::{DefaultBodyLimit, MatchedPath, Request, State},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{
    Method, StatusCode, Uri,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};
use std::{sync::Arc, time::Duration};
use tower::ServiceExt;
use tower_http::timeout::TimeoutLayer;
use tower_sessions::{MemoryStore, SessionStore};

/// Forms are small.
const MAX_BODY: usize = 16 * 1024;
/// Longer than the calls to the tenant may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The end of the server function's path.
const LOGOUT: &str = "/logout";

/// Adds the login to the routes of an app: [`Paths`](super::Paths), sessions, and the context of pages and server functions.
///
/// State-changing requests to all these routes, forms without JavaScript included, are refused with 403 if another site sent
/// them, by the browser's `Sec-Fetch-Site` or, in older ones, `Origin`; [`AuthConfig::app_base_url`] is the allowed origin.
///
/// A header `x-request-id`, as tower-http's `SetRequestIdLayer` sets it, goes on to the tenant with the calls of its request.
///
/// Serve the result with connection information, which the limits per address need:
/// `into_make_service_with_connect_info::<SocketAddr>()`.
///
/// ```
/// use axum::Router;
/// use leptos_passwordless::server::{Auth, install};
/// use tower_sessions_moka_store::MokaStore;
///
/// fn with_login(routes: Router, auth: &Auth) -> Router {
///     install(routes, auth, MokaStore::new(Some(10_000)))
/// }
/// ```
///
/// [`Setup`] does the same in parts.
pub fn install<S>(routes: Router, auth: &Auth, sessions: S) -> Router
where
    S: SessionStore + Clone,
{
    Setup::new(auth).sessions(sessions).install(routes)
}

/// How the login is added to an app: [`install`] with protections that can be left to the app.
///
/// ```
/// use axum::Router;
/// use leptos_passwordless::server::{Auth, Setup};
///
/// /// For an app that has a CSRF layer of its own, and sessions that end with the program.
/// fn with_login(routes: Router, auth: &Auth) -> Router {
///     Setup::new(auth).without_csrf().install(routes)
/// }
/// ```
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a protection that can be left out by itself")]
pub struct Setup<S = MemoryStore> {
    auth: Auth,
    sessions: S,
    ender: Option<SessionEnder>,
    lister: Option<SessionLister>,
    is_in_memory: bool,
    has_csrf: bool,
    has_body_limit: bool,
    has_timeout: bool,
    has_no_store: bool,
}

impl Setup {
    /// Everything on, and sessions in memory.
    #[must_use]
    pub fn new(auth: &Auth) -> Self {
        Self {
            auth: auth.clone(),
            sessions: MemoryStore::default(),
            ender: None,
            lister: None,
            is_in_memory: true,
            has_csrf: true,
            has_body_limit: true,
            has_timeout: true,
            has_no_store: true,
        }
    }
}

impl<S: SessionStore + Clone> Setup<S> {
    /// Where sessions are stored, instead of in memory.
    #[must_use]
    pub fn sessions<T: SessionStore + Clone>(self, sessions: T) -> Setup<T> {
        let Self { auth, ender, lister, has_csrf, has_body_limit, has_timeout, has_no_store, .. } = self;
        Setup {
            auth,
            sessions,
            ender,
            lister,
            is_in_memory: false,
            has_csrf,
            has_body_limit,
            has_timeout,
            has_no_store,
        }
    }

    /// What ends sessions by whose they are, usually the session store. With it the tenant can end sessions: it is told at
    /// [`Paths::backchannel_logout`](super::Paths::backchannel_logout).
    #[must_use]
    pub fn end_sessions(self, ender: impl EndSessions) -> Self {
        Self { ender: Some(SessionEnder(Arc::new(ender))), ..self }
    }

    /// The same for a store that can also list the sessions of a user: then pages can have [`SessionList`](super::SessionList), and
    /// forms post to [`Paths::end_session`](super::Paths::end_session) and
    /// [`Paths::end_all_sessions`](super::Paths::end_all_sessions).
    #[must_use]
    pub fn list_sessions(self, lister: impl ListSessions + Clone) -> Self {
        let lister_too = Some(SessionLister(Arc::new(lister.clone())));
        Self { lister: lister_too, ..self.end_sessions(lister) }
    }

    /// Leaves it to the app to refuse state-changing requests of other sites, which would otherwise sign its users in and
    /// out.
    #[must_use]
    pub fn without_csrf(self) -> Self {
        Self { has_csrf: false, ..self }
    }

    /// Leaves it to the app to limit the bodies of the login's requests, which are 16 KiB otherwise.
    #[must_use]
    pub fn without_body_limit(self) -> Self {
        Self { has_body_limit: false, ..self }
    }

    /// Leaves it to the app to end requests of the login that take too long, more than 30 seconds otherwise.
    #[must_use]
    pub fn without_timeout(self) -> Self {
        Self { has_timeout: false, ..self }
    }

    /// Leaves it to the app to keep the login's responses, and pages that depend on the user, out of caches.
    #[must_use]
    pub fn without_no_store(self) -> Self {
        Self { has_no_store: false, ..self }
    }

    /// Adds the login to these routes.
    pub fn install(self, routes: Router) -> Router {
        if self.is_in_memory {
            tracing::warn!(
                "sessions are in memory: they end with the program, and another instance does not know them"
            );
        }
        let (auth, config) = (self.auth.clone(), self.auth.config().clone());
        let csrf = self.has_csrf.then(|| auth.0.csrf.clone());
        let (has_no_store, lister) = (self.has_no_store, self.lister.clone());
        let own = Arc::new(Own { paths: self.own_paths(&config), router: self.own_routes() });
        let sessions = Sessions::new(self.sessions, &config);
        let routes = routes.layer(from_fn_with_state(own, intercept));
        let routes = match lister {
            Some(lister) => routes.layer(Extension(lister)),
            None => routes,
        };
        let routes = if has_no_store { routes.layer(from_fn(page_context::keep_out_of_caches)) } else { routes };
        // The outermost first. As one layer: axum boxes each by itself, and copies all boxes below it for each request.
        let routes = routes.layer((
            from_fn(request_id::keep),
            from_fn_with_state(sessions, session::provide::<S>),
            from_fn_with_state(auth, page_context::provide),
        ));
        let routes = match csrf {
            Some(csrf) => routes.layer(csrf),
            None => routes,
        };
        // A nested router without a fallback would get the requests for its routes alone.
        Router::new().fallback_service(routes)
    }

    fn own_routes(&self) -> Router {
        let config = self.auth.config();
        let [start, resend, verify, state, styles] = api_paths(config);
        let routes = Router::new()
            .route(&start, post(|request| call(request, START)))
            .route(&resend, post(|request| call(request, RESEND)))
            .route(&verify, post(|request| call(request, VERIFY)))
            .route(&config.paths.logout, post(|request| call(request, LOGOUT)))
            .route(&state, get(state::state))
            .route(&styles, get(lock_css))
            .merge(callback::routes(self.auth.clone()));
        let routes = match &self.ender {
            Some(ender) => routes.merge(backchannel_logout::routes(self.auth.clone(), ender.clone())),
            None => routes,
        };
        let routes = match &self.lister {
            Some(_) => routes.merge(end_session::routes(self.auth.clone())),
            None => routes,
        };
        let routes = routes.layer(from_fn(name_route));
        let routes = if self.has_body_limit { routes.layer(DefaultBodyLimit::max(MAX_BODY)) } else { routes };
        let timeout = TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, TIMEOUT);
        if self.has_timeout { routes.layer(timeout) } else { routes }
    }

    /// Below the base.
    fn own_paths(&self, config: &AuthConfig) -> Vec<(Option<Method>, String)> {
        let mut paths: Vec<_> = api_paths(config).map(|path| (None, path)).into();
        paths.push((None, config.paths.callback.clone()));
        // The app may have a page there, with the form.
        paths.push((Some(Method::POST), config.paths.logout.clone()));
        if config.hosted_login {
            paths.push((None, config.paths.hosted_login.clone()));
        }
        if self.ender.is_some() {
            paths.push((None, config.paths.backchannel_logout.clone()));
        }
        if self.lister.is_some() {
            let Paths { end_session, end_all_sessions, .. } = &config.paths;
            paths.extend([end_session, end_all_sessions].map(|path| (Some(Method::POST), path.clone())));
        }
        paths
    }
}

/// Tells layers outside, such as one that measures, which route answered.
async fn name_route(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    if let Some(route) = route {
        response.extensions_mut().insert(route);
    }
    response
}

fn api_paths(config: &AuthConfig) -> [String; 5] {
    let styles = styles::path();
    [START, RESEND, VERIFY, state::STATE, &styles].map(|end| [&config.paths.api, end].concat())
}

/// The login's own routes. They come before the app's, so that its router cannot have them twice.
struct Own {
    paths: Vec<(Option<Method>, String)>,
    router: Router,
}

async fn intercept(State(own): State<Arc<Own>>, mut request: Request, next: Next) -> Response {
    let path = match request.extensions().get::<Auth>() {
        Some(auth) => auth.config().below_base(request.uri().path()).to_owned(),
        None => return next.run(request).await,
    };
    let is_ours = |(method, own): &(Option<Method>, String)| {
        *own == path && method.as_ref().is_none_or(|method| method == request.method())
    };
    if !own.paths.iter().any(is_ours) {
        return next.run(request).await;
    }
    if let Some(personal) = request.extensions().get::<Personal>() {
        personal.mark();
    }
    if let Some(uri) = with_path(request.uri(), &path) {
        *request.uri_mut() = uri;
    }
    // The app's router has matched it too, where leptos listed a server function; the login's would add its own path.
    request.extensions_mut().remove::<MatchedPath>();
    own.router.clone().oneshot(request).await.into_response()
}

/// Calls a server function, wherever its path is.
async fn call(mut request: Request<Body>, function: &str) -> Response {
    if let Some(uri) = with_path(request.uri(), &[API_PATH, function].concat()) {
        *request.uri_mut() = uri;
    }
    leptos_axum::handle_server_fns(request).await.into_response()
}

/// The same with another path.
fn with_path(uri: &Uri, path: &str) -> Option<Uri> {
    let path = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    path.parse().ok()
}

/// Its path names its version.
async fn lock_css() -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, LOCK_CSS)
}
