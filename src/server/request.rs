//! What a server function needs of the request it runs in.

use super::{Auth, form};
use crate::api::ApiError;
use axum::extract::ConnectInfo;
use http::request::Parts;
use leptos::prelude::use_context;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use tower_sessions::Session;

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

    /// Where a plain form goes on: the page it stood on.
    pub(super) fn back_to_the_form(&self) {
        form::redirect(&self.parts, &form::page(&self.parts, &self.auth.config().login_path));
    }

    /// Where a plain form goes on once the code was right.
    pub(super) fn on_to(&self, url: &str) {
        form::redirect(&self.parts, url);
    }
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
