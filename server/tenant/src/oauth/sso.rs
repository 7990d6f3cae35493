//! The user's session at the tenant, identified by a cookie.

use std::sync::Arc;

use http::HeaderMap;

use super::arrival::Arrival;
use crate::{
    clock::Clock,
    entropy::{self, Entropy},
    error::StoreError,
    http::cookies::{CookiePolicy, SetCookies},
    otp::{challenge::Outcome, request::SignIn},
    store::{SSO_SECONDS, SsoSession, Store, User},
};

const COOKIE: &str = "tenant_sso";

/// Starts, finds and ends the sessions of browsers.
#[derive(Clone)]
pub(crate) struct SsoSessions {
    pub(crate) store: Store,
    pub(crate) cookies: CookiePolicy,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl SsoSessions {
    /// Starts a session under a new identifier, and ends the browser's old one.
    ///
    /// By a link it ends no other user's session: that one stays, with its cookie, and its user is asked too before it signs
    /// them in.
    pub(crate) async fn begin(
        &self,
        headers: &HeaderMap,
        user: &User,
        arrival: Arrival,
    ) -> Result<(SsoSession, SetCookies), StoreError> {
        let old = self.token(headers);
        let is_confirmed = match arrival {
            Arrival::FromPage => true,
            Arrival::ByLink => match (&old, self.current(headers).await?) {
                (Some(token), Some((_, owner))) if owner.id != user.id => {
                    self.store.unconfirm_sso_session(token).await?;
                    return Ok((self.create(user, false).await?.0, SetCookies::default()));
                }
                (_, own) => own.is_some_and(|(session, _)| session.is_confirmed),
            },
        };
        if let Some(old) = old {
            self.store.end_sso_session(&old).await?;
        }
        let (session, token) = self.create(user, is_confirmed).await?;
        Ok((session, SetCookies(vec![self.cookies.set(COOKIE, token, SSO_SECONDS)])))
    }

    /// A session, and the value of its cookie.
    async fn create(&self, user: &User, is_confirmed: bool) -> Result<(SsoSession, String), StoreError> {
        let token = entropy::token(&*self.entropy);
        let sid = entropy::token(&*self.entropy);
        let session = SsoSession { sid, user_id: user.id.clone(), created_at: self.clock.millis(), is_confirmed };
        self.store.put_sso_session(&token, &session).await?;
        Ok((session, token))
    }

    /// The session of a sign-in by code: a new one or, where the request was repeated, the browser's own.
    ///
    /// A browser without one gets no cookie then: whoever learns of the request afterwards is not signed in by it.
    pub(crate) async fn after_sign_in(
        &self,
        headers: &HeaderMap,
        SignIn { user, outcome }: &SignIn,
        arrival: Arrival,
    ) -> Result<(SsoSession, SetCookies), StoreError> {
        if *outcome != Outcome::Repeated {
            return self.begin(headers, user, arrival).await;
        }
        let own = self.current(headers).await?.filter(|(_, owner)| owner.id == user.id);
        let session = match own {
            Some((session, _)) => session,
            None => self.create(user, false).await?.0,
        };
        Ok((session, SetCookies::default()))
    }

    /// The user confirmed that the browser's session is theirs.
    pub(crate) async fn confirm(&self, headers: &HeaderMap) -> Result<(), StoreError> {
        match self.token(headers) {
            Some(token) => self.store.confirm_sso_session(&token).await,
            None => Ok(()),
        }
    }

    /// The browser's session, unless it has expired, and its user.
    pub(crate) async fn current(&self, headers: &HeaderMap) -> Result<Option<(SsoSession, User)>, StoreError> {
        let Some(token) = self.token(headers) else { return Ok(None) };
        let Some(session) = self.store.sso_session(&token, self.clock.millis()).await? else { return Ok(None) };
        let user = self.store.user(&session.user_id).await?;
        Ok(user.map(|user| (session, user)))
    }

    /// Logs the browser out: ends its session, tells the applications, and removes the cookie.
    pub(crate) async fn log_out(&self, headers: &HeaderMap) -> Result<SetCookies, StoreError> {
        if let Some(token) = self.token(headers) {
            self.store.log_out_by_token(&token).await?;
        }
        Ok(SetCookies(vec![self.cookies.remove(self.cookies.full_name(COOKIE))]))
    }

    /// The same for the session that tokens name by this `sid`.
    pub(crate) async fn log_out_by_sid(&self, sid: &str) -> Result<(), StoreError> {
        self.store.log_out_by_sid(sid).await
    }

    fn token(&self, headers: &HeaderMap) -> Option<String> {
        self.cookies.read(headers, COOKIE)
    }
}
