//! The end of a login, the same for both flows.

use super::{
    Auth, Device, admission::Admitted, browser, id_token_hint, last_login, logins::Logins, pending_login::PendingLogin,
    tokens,
};
use http::{HeaderMap, HeaderValue};
use tower_sessions::{Session, session};

/// Starts the session of an admitted user and ends their login; returns the cookies to set.
pub(super) async fn finish_login(
    auth: &Auth,
    session: &Session,
    headers: &HeaderMap,
    login: &mut PendingLogin,
    Admitted { user, tokens, id_token, device_token }: Admitted,
) -> Result<Vec<HeaderValue>, session::Error> {
    user.sign_in(session).await?;
    Device::of(headers).keep(session).await?;
    if let Some(sealed) = id_token {
        id_token_hint::keep(session, &sealed).await?;
    }
    if let Some(name) = tokens {
        tokens::set_name(session, &name).await?;
    }
    login.end();
    let mut cookies = Logins::of(auth.config(), headers, auth.now()).keep(login);
    cookies.extend(last_login::remember(auth.config(), user.phone_number.as_deref()));
    cookies.extend(browser::remember(auth.config(), device_token.as_ref()));
    Ok(cookies)
}
