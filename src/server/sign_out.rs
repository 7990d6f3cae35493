//! Ends sessions: `POST /logout`.

use super::{
    CurrentUser,
    measure::{self, Ended},
    request_context::Request,
    tokens,
};
use crate::outcome::ApiError;

pub(crate) async fn sign_out() -> Result<String, ApiError> {
    let request = Request::current()?;
    let user = CurrentUser::of(&request.session, request.auth.now()).await?;
    tokens::remove(&request.session, &request.store).await?;
    request.session.flush().await?;
    if user.is_some() {
        measure::session_ended(Ended::SignedOut);
    }
    // A login without redirects has left no session at the tenant.
    let url = if user.is_some_and(|user| !user.is_known_to_tenant) {
        request.auth.config().home().into()
    } else {
        String::from(request.auth.tenant().logout_url())
    };
    request.on_to(&url);
    Ok(url)
}
