//! The person's session at the tenant, known by a cookie.

use http::{HeaderMap, HeaderName, header};
use url::Url;

use crate::{
    config::Client,
    entropy,
    error::StoreError,
    http::cookies::{self, Cookie},
    otp::{challenge::Taken, service::SignIn},
    state::Tenant,
    store::{SsoSession, User},
};

const NAME: &str = "tenant_sso";

/// A `Set-Cookie` header.
pub(crate) type SetCookie = [(HeaderName, String); 1];

/// How a browser came to a session's beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// The person signed in on a page of the tenant's or of the application's.
    ByPage,
    /// By a link that anyone can have made, with a number and a code of their own: the person is asked before the session
    /// signs them in anywhere else.
    ByLink,
}

impl Arrival {
    /// How a browser came to an address that takes a code: sent by a page of the client's, as browsers tell, or not.
    pub(crate) fn at_a_link(client: &Client, headers: &HeaderMap) -> Self {
        let referer = headers.get(header::REFERER).and_then(|referer| Url::parse(referer.to_str().ok()?).ok());
        let origin = referer.map(|url| url.origin().ascii_serialization());
        let is_theirs = origin.is_some_and(|origin| client.origins().any(|theirs| theirs == origin));
        if is_theirs { Self::ByPage } else { Self::ByLink }
    }
}

/// Starts a session under a new identifier, and ends the one that the browser had.
///
/// By a link it ends nobody else's: theirs stays, and the cookie with it; they are asked too before it signs them in.
pub(crate) async fn begin(
    tenant: &Tenant,
    headers: &HeaderMap,
    user: &User,
    arrival: Arrival,
) -> Result<(SsoSession, Option<SetCookie>), StoreError> {
    let old = cookie(tenant, headers);
    let shown = current(tenant, headers).await?;
    if let (Arrival::ByLink, Some(old), Some((_, owner))) = (arrival, &old, &shown)
        && owner.id != user.id
    {
        tenant.store.doubt_sso_session(old).await?;
        return Ok((new(tenant, user, false).await?.0, None));
    }
    let is_confirmed = arrival == Arrival::ByPage || shown.is_some_and(|(session, _)| session.is_confirmed);
    if let Some(old) = old {
        tenant.store.end_sso_session(&old).await?;
    }
    let (session, token) = new(tenant, user, is_confirmed).await?;
    Ok((session, Some([(header::SET_COOKIE, the_cookie(tenant).set(&token, crate::store::SSO_SECONDS))])))
}

/// A session, and what its cookie holds.
async fn new(tenant: &Tenant, user: &User, is_confirmed: bool) -> Result<(SsoSession, String), StoreError> {
    let token = entropy::token(&*tenant.entropy);
    let sid = entropy::token(&*tenant.entropy);
    let session = SsoSession { sid, user_id: user.id.clone(), created_at: tenant.now(), is_confirmed };
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
    arrival: Arrival,
) -> Result<(SsoSession, Option<SetCookie>), StoreError> {
    if *taken != Taken::Repeated {
        return begin(tenant, headers, user, arrival).await;
    }
    let shown = current(tenant, headers).await?.filter(|(_, owner)| owner.id == user.id);
    let session = match shown {
        Some((session, _)) => session,
        None => new(tenant, user, false).await?.0,
    };
    Ok((session, None))
}

/// The person said that the browser's session is theirs.
pub(crate) async fn confirm(tenant: &Tenant, headers: &HeaderMap) -> Result<(), StoreError> {
    match cookie(tenant, headers) {
        Some(token) => tenant.store.confirm_sso_session(&token).await,
        None => Ok(()),
    }
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
