//! The person's session at the tenant, known by a cookie.

use http::{HeaderMap, HeaderName, header};

use crate::{
    cookies::{self, Cookie},
    entropy,
    error::StoreError,
    passwordless::{SignIn, challenge::Taken},
    store::{SsoSession, User},
    tenant::Tenant,
};

const NAME: &str = "tenant_sso";

/// A `Set-Cookie` header.
pub(crate) type SetCookie = [(HeaderName, String); 1];

/// Starts a session under a new identifier, and ends the one that the browser had.
pub(crate) async fn begin(
    tenant: &Tenant,
    headers: &HeaderMap,
    user: &User,
) -> Result<(SsoSession, SetCookie), StoreError> {
    if let Some(old) = cookie(tenant, headers) {
        tenant.store.end_sso_session(&old).await?;
    }
    let (session, token) = new(tenant, user).await?;
    Ok((session, [(header::SET_COOKIE, the_cookie(tenant).set(&token, crate::store::SSO_SECONDS))]))
}

/// A session, and what its cookie holds.
async fn new(tenant: &Tenant, user: &User) -> Result<(SsoSession, String), StoreError> {
    let token = entropy::token(&*tenant.entropy);
    let session =
        SsoSession { sid: entropy::token(&*tenant.entropy), user_id: user.id.clone(), created_at: tenant.now() };
    tenant.store.put_sso_session(&token, &session).await?;
    Ok((session, token))
}

/// The session of a sign-in by code: a new one, or where the request came again the one that the browser shows.
///
/// One that shows none gets no cookie: whoever learns of the request afterwards is not to be signed in here by it.
pub(crate) async fn after(
    tenant: &Tenant,
    headers: &HeaderMap,
    SignIn { user, taken }: &SignIn,
) -> Result<(SsoSession, Option<SetCookie>), StoreError> {
    if *taken != Taken::Repeated {
        let (session, cookie) = begin(tenant, headers, user).await?;
        return Ok((session, Some(cookie)));
    }
    let shown = current(tenant, headers).await?.filter(|(_, owner)| owner.id == user.id);
    let session = match shown {
        Some((session, _)) => session,
        None => new(tenant, user).await?.0,
    };
    Ok((session, None))
}

/// The browser's live session and its person.
pub(crate) async fn current(tenant: &Tenant, headers: &HeaderMap) -> Result<Option<(SsoSession, User)>, StoreError> {
    let Some(token) = cookie(tenant, headers) else { return Ok(None) };
    let Some(session) = tenant.store.sso_session(&token, tenant.now()).await? else { return Ok(None) };
    let user = tenant.store.user(&session.user_id).await?;
    Ok(user.map(|user| (session, user)))
}

/// Ends the browser's session, and has the browser forget it.
pub(crate) async fn end(tenant: &Tenant, headers: &HeaderMap) -> Result<SetCookie, StoreError> {
    if let Some(token) = cookie(tenant, headers) {
        tenant.store.end_sso_session(&token).await?;
    }
    Ok([(header::SET_COOKIE, the_cookie(tenant).set("", 0))])
}

fn the_cookie(tenant: &Tenant) -> Cookie<'static> {
    Cookie { name: NAME, secure: tenant.origin.is_https() }
}

fn cookie(tenant: &Tenant, headers: &HeaderMap) -> Option<String> {
    cookies::read(headers, &the_cookie(tenant).full_name())
}
