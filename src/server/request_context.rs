//! The request of a server function.

use super::{
    Auth, LoginFlow, address, browser::Browser, entropy::NoRandomness, languages::Language, last_login,
    login_id::LoginId, login_page::refusal_query, logins::Logins, no_js, page_context, pending_login::PendingLogin,
    session::Store, unavailable,
};
use crate::{
    PhoneNumber,
    outcome::{ApiError, Refusal},
};
use axum::extract::ConnectInfo;
use http::{
    Extensions, HeaderMap, HeaderValue,
    header::{REFERER, SET_COOKIE},
    request::Parts,
};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, Once},
};
use tower_sessions::{Session, SessionStore};

pub(super) struct Request {
    pub(super) auth: Auth,
    pub(super) session: Session,
    pub(super) store: Arc<dyn SessionStore>,
    pub(super) client_ip: IpAddr,
    parts: Parts,
}

impl Request {
    /// The request that this server function answers.
    pub(super) fn current() -> Result<Self, ApiError> {
        let parts = use_context::<Parts>().ok_or(ApiError::ServerError)?;
        let extensions = &parts.extensions;
        let found = (extensions.get().cloned(), extensions.get().cloned(), extensions.get().cloned());
        let (Some(auth), Some(session), Some(Store(store))) = found else {
            tracing::error!("leptos_passwordless::server::install was not called on this router");
            return Err(ApiError::ServerError);
        };
        Ok(Self { auth, session, store, client_ip: client_ip(&parts.extensions), parts })
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// The language of the page.
    pub(super) fn language(&self) -> Language {
        page_context::language(self.auth.config(), &self.parts.headers)
    }

    /// The number of the last login on this browser.
    pub(super) fn last_login(&self) -> Result<PhoneNumber, Refusal> {
        last_login::remembered(self.auth.config(), &self.parts.headers).ok_or(Refusal::NoPendingLogin)
    }

    /// The logins that the browser has in progress.
    pub(super) fn logins(&self) -> Logins<'_> {
        Logins::of(self.auth.config(), &self.parts.headers, self.auth.now())
    }

    /// The browser, for calls to the tenant.
    pub(super) fn browser(&self, login: &PendingLogin) -> Browser {
        Browser::of(self.auth.config(), &self.parts.headers, self.client_ip, &login.transaction)
    }

    /// The login that a form names. If it names none, the newest one, or the newest finished one if the form is
    /// submitted twice.
    pub(super) fn login(&self, name: &str) -> Result<PendingLogin, Refusal> {
        let logins = self.logins();
        let Ok(id) = LoginId::parse(name) else {
            return logins.newest(None).or_else(|| logins.newest_over()).ok_or(Refusal::NoPendingLogin);
        };
        let refusal = if logins.are_blocked(&id) { Refusal::CookiesBlocked } else { Refusal::NoPendingLogin };
        logins.named(&id).ok_or(refusal)
    }

    /// Refuses a form that names a login whose cookie is missing: the cookie of the next login would be blocked too.
    pub(super) fn check_cookies(&self, name: &str) -> Result<(), Refusal> {
        let is_blocked = LoginId::parse(name).is_ok_and(|id| self.logins().are_blocked(&id));
        if is_blocked { Err(Refusal::CookiesBlocked) } else { Ok(()) }
    }

    /// Stores a login in the browser.
    pub(super) fn keep(&self, login: &PendingLogin) {
        set_cookies(self.logins().keep(login));
    }

    /// Refuses a form of a page under another address than the app's: the tenant sends the browser back to the app's, where
    /// it has no cookie of this login. The token flow has no such redirect and can end anywhere.
    pub(super) fn check_address(&self) -> Result<(), Refusal> {
        let config = self.auth.config();
        let is_elsewhere =
            config.login_flow == LoginFlow::Redirect && address::is_foreign_form(config, &self.parts.headers);
        if is_elsewhere { Err(Refusal::WrongAddress(config.address())) } else { Ok(()) }
    }

    /// Whether a browser without JavaScript, or before hydration, posted a form.
    pub(super) fn is_plain_form(&self) -> bool {
        no_js::is_plain_form(&self.parts)
    }

    /// Redirects a plain form to the page it was on, which shows this login.
    pub(super) fn back_to_the_form(&self, login: &LoginId) {
        self.back(Some(&["login=", login.as_str()].concat()));
    }

    /// The same without a login: the page shows why.
    pub(super) fn back_without_a_login(&self, refusal: &Refusal) {
        self.back(Some(&refusal_query(refusal)));
    }

    fn back(&self, query: Option<&str>) {
        no_js::redirect(&self.parts, &self.page(query));
    }

    /// The page that a form was on, with `query` instead of its own, which is part of the login by now.
    fn page(&self, query: Option<&str>) -> String {
        let config = self.auth.config();
        let referer = self.parts.headers.get(REFERER).and_then(|value| value.to_str().ok());
        let page = referer.and_then(|page| config.path_of(page));
        let path = page.map_or_else(|| config.login_page(), |page| page.as_str().to_owned());
        query.map_or_else(|| path.clone(), |query| format!("{path}?{query}"))
    }

    /// Redirects a plain form to a URL.
    pub(super) fn on_to(&self, url: &str) {
        no_js::redirect(&self.parts, url);
    }
}

/// Sets cookies with the response of the server function.
pub(super) fn set_cookies(cookies: impl IntoIterator<Item = HeaderValue>) {
    let Some(response) = use_context::<ResponseOptions>() else { return };
    for cookie in cookies {
        response.append_header(SET_COOKIE, cookie);
    }
}

/// Without connection information all clients share one address, and so one allowance.
pub(super) fn client_ip(extensions: &Extensions) -> IpAddr {
    static WARNING: Once = Once::new();
    let peer = extensions.get::<ConnectInfo<SocketAddr>>();
    if peer.is_none() {
        WARNING.call_once(|| {
            tracing::warn!(
                "no connection information, so all users share one allowance of codes: serve the router with \
                 into_make_service_with_connect_info::<SocketAddr>()"
            );
        });
    }
    peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip())
}

impl From<tower_sessions::session::Error> for ApiError {
    fn from(error: tower_sessions::session::Error) -> Self {
        tracing::error!(%error, "the session could not be kept");
        unavailable::api_error(&error)
    }
}

impl From<NoRandomness> for ApiError {
    fn from(error: NoRandomness) -> Self {
        tracing::error!(%error, "a login could not begin");
        Self::ServerError
    }
}
