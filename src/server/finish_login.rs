//! The end of a login, the same for both flows.

use super::{Auth, admission::Admitted, browser, last_login, logins::Logins, pending_login::PendingLogin, tokens};
use http::HeaderValue;
use tower_sessions::{Session, session};

/// Starts the session of an admitted user and ends their login; returns the cookies to set.
pub(super) async fn finish_login(
    auth: &Auth,
    session: &Session,
    logins: &Logins<'_>,
    login: &mut PendingLogin,
    Admitted { user, tokens, device_token }: Admitted,
) -> Result<Vec<HeaderValue>, session::Error> {
    user.sign_in(session).await?;
    if let Some(name) = tokens {
        tokens::set_name(session, &name).await?;
    }
    login.end();
    let mut cookies = logins.keep(login);
    cookies.extend(last_login::remember(auth.config(), user.phone_number.as_deref()));
    cookies.extend(browser::remember(auth.config(), device_token.as_ref()));
    Ok(cookies)
}
