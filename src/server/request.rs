//! What a server function needs of the request it runs in.

use super::{Auth, form, hooks::Step, languages::Language, last_login};
use crate::{
    PhoneNumber,
    api::{ApiError, Refusal},
};
use axum::extract::ConnectInfo;
use http::{
    HeaderMap,
    header::{COOKIE, SET_COOKIE},
    request::Parts,
};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use tower_sessions::{Session, cookie::Cookie};

pub(super) struct Request {
    pub(super) auth: Auth,
    pub(super) session: Session,
    pub(super) client_ip: IpAddr,
    parts: Parts,
}

impl Request {
    /// The request that this server function answers.
    pub(super) fn current() -> Result<Self, ApiError> {
        let parts = use_context::<Parts>().ok_or(ApiError::ServerError)?;
        let found = (parts.extensions.get::<Auth>().cloned(), parts.extensions.get::<Session>().cloned());
        let (Some(auth), Some(session)) = found else {
            tracing::error!("leptos_passwordless::server::install was not called on this router");
            return Err(ApiError::ServerError);
        };
        Ok(Self { auth, session, client_ip: client_ip(&parts), parts })
    }

    /// The language that the person reads.
    pub(super) fn language(&self) -> Language {
        Language::of(self.auth.config(), &self.parts.headers)
    }

    /// The number of the last login on this browser.
    pub(super) fn last_login(&self) -> Result<PhoneNumber, Refusal> {
        last_login::remembered(self.auth.config(), &self.parts.headers).ok_or(Refusal::NoPendingLogin)
    }

    /// Has the browser remember the number that logged in.
    pub(super) fn remember(&self, phone_number: Option<&str>) {
        let cookie = last_login::remember(self.auth.config(), phone_number);
        if let (Some(cookie), Some(response)) = (cookie, use_context::<ResponseOptions>()) {
            response.append_header(SET_COOKIE, cookie);
        }
    }

    /// What the app's hooks are asked about.
    pub(super) fn step<'a>(&self, phone_number: &'a PhoneNumber) -> Step<'a> {
        Step { phone_number, client_ip: self.client_ip }
    }

    /// Where a plain form goes on: the page it stood on.
    pub(super) fn back_to_the_form(&self) {
        form::redirect(&self.parts, &form::page(&self.parts, &self.auth.config().login_path));
    }

    /// Where a plain form goes on once the code was right.
    pub(super) fn on_to(&self, url: &str) {
        form::redirect(&self.parts, url);
    }
}

/// The value of a cookie.
pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let pairs = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies = pairs.flat_map(Cookie::split_parse).flatten();
    cookies.find(|cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned())
}

/// Without connection information all clients share one address, and so one allowance.
fn client_ip(parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip())
}

impl From<tower_sessions::session::Error> for ApiError {
    fn from(error: tower_sessions::session::Error) -> Self {
        tracing::error!(%error, "the session could not be kept");
        Self::ServerError
    }
}
