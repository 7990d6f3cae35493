//! How sessions are kept: on the server, the cookie holds an identifier only.

use super::AuthConfig;
use time::Duration;
use tower_sessions::{Expiry, SessionManagerLayer, SessionStore, cookie::SameSite};

/// A session ends after so long without a visit.
pub(super) const IDLE: Duration = Duration::hours(24);
/// A session ends after so long in any case.
pub(super) const ABSOLUTE: Duration = Duration::days(7);
/// A session in which nobody signed in yet.
pub(super) const PENDING: Duration = Duration::hours(1);

/// `Lax`, because the callback comes from the tenant's site; `__Host-` where the browser can hold us to it.
pub(super) fn layer<S: SessionStore>(sessions: S, config: &AuthConfig) -> SessionManagerLayer<S> {
    let name = if config.is_https() { "__Host-session" } else { "session" };
    SessionManagerLayer::new(sessions)
        .with_name(name)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(config.is_https())
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(IDLE))
}
