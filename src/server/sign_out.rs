//! Ends sessions: `POST /logout`.

use super::{
    Auth, CurrentUser,
    measure::{self, Ended},
    request_context::Request,
    tokens,
};
use crate::outcome::ApiError;
use std::sync::Arc;
use tower_sessions::{Session, SessionStore, session};

pub(crate) async fn sign_out() -> Result<String, ApiError> {
    let request = Request::current()?;
    let url = sign_out_of(&request.auth, &request.session, &request.store).await?;
    request.on_to(&url);
    Ok(url)
}

/// Ends the session of a request; returns where the browser goes next.
pub(super) async fn sign_out_of(
    auth: &Auth,
    session: &Session,
    store: &Arc<dyn SessionStore>,
) -> Result<String, session::Error> {
    let user = CurrentUser::of(session, auth).await?;
    tokens::remove(session, store).await?;
    session.flush().await?;
    if user.is_some() {
        measure::session_ended(Ended::SignedOut);
    }
    // A login without redirects has left no session at the tenant.
    let is_known_to_tenant = user.is_none_or(|user| user.is_known_to_tenant);
    Ok(if is_known_to_tenant { auth.tenant().logout_url().into() } else { auth.config().home().into() })
}
