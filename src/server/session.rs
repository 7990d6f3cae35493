//! Sessions, which are stored on the server; the cookie holds only an id.
//!
//! Instead of tower-sessions' own layer, which sets the cookie of a session again that another request has ended meanwhile,
//! and whose removal of a `__Host-` cookie browsers ignore.

use super::{AuthConfig, cookies, unavailable::StoreFailed};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, header::SET_COOKIE};
use std::sync::Arc;
use time::Duration;
use tower_sessions::{Expiry, Session, SessionStore, session::Error, session::Id};

/// Longer lifetimes are cut to this: ten years, which every date can be added to.
const LONGEST: Duration = Duration::days(3653);
/// A visit extends a session at most this often, so that most requests write nothing.
const ROLL_AFTER: Duration = Duration::hours(1);

impl AuthConfig {
    /// A session expires after this long without a visit.
    pub(super) fn idle(&self) -> Duration {
        Duration::try_from(self.session_idle).unwrap_or(LONGEST).min(LONGEST)
    }

    /// A session expires after this long in any case.
    pub(super) fn absolute(&self) -> Duration {
        Duration::try_from(self.session_absolute).unwrap_or(LONGEST).min(LONGEST)
    }

    /// How long after a visit the next one extends the session.
    pub(super) fn roll_after(&self) -> Duration {
        ROLL_AFTER.min(self.idle() / 24)
    }
}

/// The session store and the name of the cookie.
pub(super) struct Sessions<S> {
    store: Arc<S>,
    config: AuthConfig,
    name: String,
}

/// The store, for the outcomes that are stored with the sessions.
#[derive(Clone)]
pub(super) struct Store(pub(super) Arc<dyn SessionStore>);

impl<S: SessionStore> Sessions<S> {
    pub(super) fn new(store: S, config: &AuthConfig) -> Arc<Self> {
        Arc::new(Self { store: Arc::new(store), name: cookies::name(config, "session"), config: config.clone() })
    }

    /// The session id of a request. A cookie of the same name without a valid id is skipped.
    fn brought(&self, headers: &HeaderMap) -> Option<Id> {
        let mut ours = cookies::of(headers).filter(|(name, _)| *name == self.name);
        ours.find_map(|(_, value)| value.parse().ok())
    }

    /// The cookie to set, if the session has changed.
    async fn cookie(&self, brought: Option<Id>, session: &Session) -> Result<Option<HeaderValue>, Error> {
        if !session.is_modified() {
            return Ok(None);
        }
        if session.is_empty().await {
            return Ok(brought.and_then(|_| cookies::remove(&self.config, &self.name)));
        }
        // A session that another request has ended is not stored again, and its cookie not set: that request has set the
        // right one.
        if self.has_ended(session).await? {
            return Ok(None);
        }
        session.save().await?;
        let id = session.id().map(|id| id.to_string()).unwrap_or_default();
        let max_age = match session.expiry() {
            Some(Expiry::OnInactivity(idle)) => idle,
            _ => session.expiry_age(),
        };
        Ok(cookies::set(&self.config, &self.name, &id, max_age))
    }

    async fn has_ended(&self, session: &Session) -> Result<bool, Error> {
        let Some(id) = session.id() else { return Ok(false) };
        Ok(self.store.load(&id).await?.is_none())
    }
}

/// Middleware that gives each request its [`Session`] and stores it, unless the response is a server error.
pub(super) async fn provide<S: SessionStore>(
    State(sessions): State<Arc<Sessions<S>>>,
    mut request: Request,
    next: Next,
) -> Response {
    let brought = sessions.brought(request.headers());
    let session =
        Session::new(brought, Arc::clone(&sessions.store), Some(Expiry::OnInactivity(sessions.config.idle())));
    request.extensions_mut().insert(session.clone());
    request.extensions_mut().insert(Store(sessions.store.clone()));
    let mut response = next.run(request).await;
    if response.status().is_server_error() {
        return response;
    }
    match sessions.cookie(brought, &session).await {
        Ok(cookie) => {
            response.headers_mut().extend(cookie.map(|cookie| (SET_COOKIE, cookie)));
            response
        }
        Err(error) => {
            tracing::error!(%error, "a session could not be kept");
            StoreFailed::from(&error).into_response()
        }
    }
}
